// Package setaside decides whether a backup folder may be renamed, so that the next backup
// starts from scratch, and chooses the new name.
package setaside

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

// archiveTime is the layout of an archived copy's suffix, in local time.
const archiveTime = "20060102-150405"

// settled is how long an unfinished backup must be unchanged to count as interrupted rather
// than in progress.
const settled = 10 * time.Minute

// clocksApart is how far the clock of a file server may be ahead. A date further ahead is not likely
// to pass while someone waits.
const clocksApart = 24 * time.Hour

// Target returns the path to which a backup folder may be renamed, that of an archived copy. It
// returns an error if the folder must not be renamed or the path exists.
func Target(ctx context.Context, folder backup.Folder, now time.Time) (string, error) {
	to := folder.Path + "-" + now.Format(archiveTime)
	if err := movable(ctx, folder, to, now); err != nil {
		return "", err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return "", command.Usage("wait a second", "%q already exists", to)
	}
	return to, nil
}

// movable returns an error for a folder that must not be renamed: an archived copy, a folder
// not named after a device, one behind a link, which would dangle, and a backup being written.
func movable(ctx context.Context, folder backup.Folder, to string, now time.Time) error {
	parent, err := filepath.EvalSymlinks(folder.Place.Path)
	if err != nil {
		return err
	}
	named, err := os.Lstat(folder.Place.Path)
	switch {
	case err != nil:
		return err
	case parent == folder.Path && named.Mode()&fs.ModeSymlink != 0:
		return command.Usage("name the folder that the link leads to", "%q is a link to %q", folder.Place.Path, folder.Path)
	case folder.Archived:
		return command.Usage("no backup uses it, so it does no harm", "%q is an archived copy", folder.Path)
	case folder.UDID == "" || !device.SameUDID(filepath.Base(folder.Path), folder.UDID):
		return command.Usage("rename it by hand", "%q is not named after its device", folder.Path)
	case within(parent, filepath.Dir(filepath.Dir(folder.Path))):
		return command.Usage("to rename it all the same, give its own path", "%q is a folder within another", folder.Path)
	case parent != folder.Path && parent != filepath.Dir(folder.Path):
		return command.Usage("name the folder that the link leads to", "a link leads to %q", folder.Path)
	}
	return untouched(ctx, folder, to, now)
}

// within reports whether a folder is outer or lies in it.
func within(outer, folder string) bool {
	inside, err := filepath.Rel(outer, folder)
	return err == nil && filepath.IsLocal(inside)
}

// untouched returns an error if a backup is being written or has open files, or if its dates do not
// show that it is not.
func untouched(ctx context.Context, folder backup.Folder, to string, now time.Time) error {
	a, err := lastingActivity(ctx, folder)
	if err != nil {
		return fmt.Errorf("%q: %w", folder.Path, err)
	}
	if len(a.OpenIn) > 0 {
		return command.Usage("close these programs, or wait until they are done", "files of %q are open in %s", folder.Path, strings.Join(a.OpenIn, ", "))
	}
	change := a.AfterEnd
	switch {
	case a.Unfinished:
		change = a.Newest
	case a.End.At.Sub(now) >= clocksApart: // what was written since then is not later
		change = a.End
	}
	switch age := now.Sub(change.At); {
	case age >= settled:
		return nil
	case age <= -clocksApart:
		return command.Usage(
			"if no program is backing up the device, rename the folder by hand: "+Undo(folder.Path, to, runtime.GOOS),
			"a backup to %q may still be running: %q is dated %s ahead, so when it changed is not known", folder.Path, change.Path, words.Duration(-age))
	case age < 0:
		return command.Usage(
			"wait until the backup has ended, and see that the clocks of this computer and of the one that holds the folder agree",
			"a backup to %q may still be running: %q is dated %s ahead", folder.Path, change.Path, words.Duration(-age))
	default:
		return command.Usage(
			fmt.Sprintf("wait until the backup has ended; an interrupted one may be renamed %d minutes after its last change", int(settled.Minutes())),
			"a backup to %q may still be running: %q changed %s ago", folder.Path, change.Path, words.Duration(age))
	}
}

// lastingActivity checks for activity up to four times, a quarter of a second apart, while files
// are open: a process that was just started briefly holds the open files of its parent.
func lastingActivity(ctx context.Context, folder backup.Folder) (a backup.Activity, err error) {
	for range 4 {
		if a, err = backup.LookForActivity(ctx, folder); err != nil || len(a.OpenIn) == 0 {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
	return a, nil
}

// Caution returns what to check first on a system that does not report open files. It returns ""
// on Linux, which reports them, and on Windows, which does not rename a folder with an open file.
func Caution(goos string) string {
	if goos == "linux" || goos == "windows" {
		return ""
	}
	return "this system does not show which files are open: close every program that backs up devices first"
}

// Undo returns the command line that reverts the renaming, for a POSIX shell or, on Windows,
// for cmd and PowerShell.
func Undo(from, to, goos string) string {
	if goos == "windows" {
		return fmt.Sprintf(`move "%s" "%s"`, from, to)
	}
	quoted := func(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
	return "mv " + quoted(from) + " " + quoted(to)
}
