// Command backupdoctor finds out why iCloud Backup fails on the iPhones and iPads attached to
// this computer, and proves their local backups whole.
//
// The rules of its interface:
//
//   - the report, or whatever else was requested, goes to stdout; everything else to stderr;
//   - a message is one line, in lower case, without a full stop, and begins "backupdoctor: ";
//   - what to do about it follows on a line of its own, which begins "hint: ";
//   - progress is drawn on stderr, and only on a terminal;
//   - it prompts only for the questions of --ask, for the names of slots learn, for the password
//     of a backup to verify or make, before it renames or removes a backup, and before it
//     restarts a device, and only on a terminal; treat reads its keys from any stdin, and ends
//     with it;
//   - the first Ctrl-C ends the scan and still writes the report, the second ends the program;
//   - the exit code agrees with the report, in every format.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/config"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
)

func main() { os.Exit(process(releases.Embedded, linked)) }

// process runs the command line of this process, with a built-in release table and an optional
// hub, and returns the exit code.
func process(builtIn func() releases.Table, hub hubPart) int {
	collectLater()
	endings := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // ignored under nohup
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
		DataDir:   func() (string, error) { return config.DataFolder(runtime.GOOS, os.Getenv) },
		BuiltIn:   builtIn,
	}, hub)
}

// firstGrowth is how much the heap may grow before its first garbage collection, in percent of the
// least heap, 4 MB. Most commands end before.
const firstGrowth = 300

// collectLater applies firstGrowth, unless the user has set GOGC. After the first collection the
// usual setting applies, or the one that the command has made.
func collectLater() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(firstGrowth)
	runtime.AddCleanup(&struct{ first *int }{}, func(usual int) {
		if set := debug.SetGCPercent(usual); set != firstGrowth {
			debug.SetGCPercent(set)
		}
	}, usual)
}
