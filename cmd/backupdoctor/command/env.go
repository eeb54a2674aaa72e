package command

import (
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device/releases"
)

// An Env is everything outside the program that commands may use.
type Env struct {
	Args           []string // without the program name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Zone           *time.Location         // local time zone; nil for UTC
	Environ        func() []string        // the whole environment, for child processes
	ConfigDir      func() (string, error) // the user's settings folder, shared by all programs
	DataDir        func() (string, error) // the user's data folder, likewise
	BuiltIn        func() releases.Table  // the compiled-in release table

	// BackupRuns reports whether a device seems to be backing up to this computer; nil for
	// host.BackupRuns, which looks at all processes.
	BackupRuns func(folders []string, now time.Time) bool
}

// PasswordVariable is the environment variable that may hold the password of a backup.
const PasswordVariable = "BACKUPDOCTOR_BACKUP_PASSWORD"

// ChildEnviron returns the environment for every child process: without the variable that may
// hold a password. On Windows, variable names are case-insensitive.
func (e Env) ChildEnviron() []string {
	return slices.DeleteFunc(e.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.EqualFold(name, PasswordVariable)
	})
}

// Version returns the version that the linker or the Go toolchain stamps into the program: a
// release, a pseudo-version of its commit, or "(devel)".
func Version() string { return version() }

// release is set with -ldflags -X by builds from a source archive, which the Go toolchain cannot
// know the version of.
var release string

var version = sync.OnceValue(func() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
})
