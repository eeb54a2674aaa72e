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

// An Env is everything of the process that commands may touch.
type Env struct {
	Args           []string // without the name of the program
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Zone           *time.Location         // of the person's clock; nil is UTC
	Environ        func() []string        // the whole environment, for a program that is started
	ConfigDir      func() (string, error) // the folder for settings of this user's programs
	DataDir        func() (string, error) // the folder for their data
	BuiltIn        func() releases.Table  // the table of releases that is compiled in
}

// PasswordVariable is the environment variable that may hold the password of a backup.
const PasswordVariable = "BACKUPDOCTOR_BACKUP_PASSWORD"

// ChildEnviron is the environment of every program that a command starts: without the variable
// that may hold a password. On Windows its name may be written in any case.
func (e Env) ChildEnviron() []string {
	return slices.DeleteFunc(e.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.EqualFold(name, PasswordVariable)
	})
}

// Version is the module version that the Go toolchain stamps into the program: a release, a
// pseudo-version of the commit it was built from, or "(devel)".
func Version() string { return version() }

var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
})
