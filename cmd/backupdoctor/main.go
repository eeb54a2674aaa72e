// Command backupdoctor says why iCloud Backup fails on the iPhones and iPads that are
// attached to this computer, and proves their backups on it whole.
//
// The rules of its interface:
//
//   - the report, or whatever else was asked for, goes to stdout; all else to stderr;
//   - a message is one line, in lower case, without a full stop, and begins "backupdoctor: ";
//   - what to do about it follows on a line of its own, which begins "hint: ";
//   - progress is drawn on stderr, and only if that is a terminal;
//   - nothing is asked of the person at the keyboard, except what --ask is for, the password
//     of a backup that is to be verified and whether to rename one, and only on a terminal;
//   - the first Ctrl-C ends the scan and still writes the report, the second ends the program;
//   - the exit code says the same as the report, in every format.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
)

func main() { os.Exit(process(releases.Embedded, linked)) }

// process runs the command line of this process with a built-in table of releases and with or
// without a hub, and returns the exit code.
func process(builtIn func() releases.Table, hub hubPart) int {
	endings := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		endings = append(endings, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings...)
	context.AfterFunc(ctx, stop) // a second signal then ends the program
	backup.Sweep(time.Now())
	return run(ctx, command.Env{
		Args:      os.Args[1:],
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Getenv:    os.Getenv,
		Zone:      time.Local,
		Environ:   os.Environ,
		ConfigDir: os.UserConfigDir,
		DataDir:   func() (string, error) { return dataFolder(runtime.GOOS, os.Getenv) },
		BuiltIn:   builtIn,
	}, hub)
}
