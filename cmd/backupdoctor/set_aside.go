package main

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
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/urfave/cli/v2"
)

// archiveTime is how the name of an archived copy ends, in local time.
const archiveTime = "20060102-150405"

// settled is how long a backup that is not finished must have been left alone before it
// counts as cut off and not as being written.
const settled = 10 * time.Minute

func setAsideCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "set-aside",
		Usage:     "rename the backup of a device, so that the next one starts afresh",
		ArgsUsage: "UDID|FOLDER",
		Description: "The folder gets the name of an archived copy, UDID-YYYYMMDD-HHMMSS, and nothing in it\n" +
			"is touched. Finder, iTunes and Apple Devices then make a full backup. Delete the copy\n" +
			"only once backupdoctor verify has proved the new one whole.\n\n" +
			command.Examples("backupdoctor backups set-aside 00008110-001A2B3C4D5E6F70"),
		Flags: append(placeFlags(), command.Option(backupFlags, "yes", "do not ask")),
		Action: command.Takes(1, func(ctx *cli.Context) error {
			return e.setAside(ctx, time.Now())
		}),
	}
}

func (e env) setAside(ctx *cli.Context, now time.Time) error {
	folder, err := e.oneFolder(ctx)
	if err != nil {
		return err
	}
	if err := movable(ctx.Context, folder, now); err != nil {
		return err
	}
	to := folder.Path + "-" + now.Format(archiveTime)
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return command.Usage("wait a second", "%q is there already", to)
	}
	if !ctx.Bool("yes") {
		if err := e.agree(fmt.Sprintf("rename %q to %q?", folder.Path, filepath.Base(to))); err != nil {
			return err
		}
	}
	if err := os.Rename(folder.Path, to); err != nil {
		return command.Usage("close every program that has the folder open, and see that you may change "+filepath.Dir(to), "%w", err)
	}
	_, err = fmt.Fprintf(e.Stdout, "renamed to %s\nto undo it: %s\n", to, undo(to, folder.Path, runtime.GOOS))
	return err
}

// oneFolder is the backup that the argument names: the one in use, where there are archived
// copies too.
func (e env) oneFolder(ctx *cli.Context) (backup.Folder, error) {
	argument := ctx.Args().First()
	set, err := e.namedBackups(ctx)
	if err != nil {
		return backup.Folder{}, err
	}
	var folders []backup.Folder
	for _, st := range set.Stored {
		if !st.Folder.Archived || isPath(argument) {
			folders = append(folders, st.Folder)
		}
	}
	switch len(folders) {
	case 1:
		return folders[0], nil
	case 0:
		if len(set.Stored) > 0 {
			return backup.Folder{}, command.Usage("", "only archived copies of %q were found, which no backup uses", argument)
		}
		return backup.Folder{}, noBackupOf(argument, set)
	default:
		return backup.Folder{}, command.Usage("name the folder: "+quotedPaths(folders), "%q has %d backups", argument, len(folders))
	}
}

func quotedPaths(folders []backup.Folder) string {
	var paths []string
	for _, f := range folders {
		paths = append(paths, fmt.Sprintf("%q", f.Path))
	}
	return strings.Join(paths, ", ")
}

// movable refuses what must not be renamed: an archived copy, a folder whose name is not
// that of a device, one behind a link, which would then lead nowhere, and a backup that is
// being written.
func movable(ctx context.Context, folder backup.Folder, now time.Time) error {
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
		return command.Usage("no backup uses it, so it is in nobody's way", "%q is an archived copy", folder.Path)
	case folder.UDID == "" || !device.SameUDID(filepath.Base(folder.Path), folder.UDID):
		return command.Usage("rename it by hand", "%q is not named after its device", folder.Path)
	case parent != folder.Path && parent != filepath.Dir(folder.Path):
		return command.Usage("name the folder that the link leads to", "a link leads to %q", folder.Path)
	}
	return untouched(ctx, folder, now)
}

// untouched refuses a backup that something writes to, or has open.
func untouched(ctx context.Context, folder backup.Folder, now time.Time) error {
	a, err := backup.LookForActivity(ctx, folder)
	if err != nil {
		return fmt.Errorf("%q: %w", folder.Path, err)
	}
	if len(a.OpenIn) > 0 {
		return command.Usage("close these programs, or wait until they are done", "files of %q are open in %s", folder.Path, strings.Join(a.OpenIn, ", "))
	}
	change := a.AfterEnd
	if a.Unfinished {
		change = a.Newest
	}
	if age := now.Sub(change.At).Abs(); age < settled {
		return command.Usage(
			fmt.Sprintf("wait until the backup has ended; one that was cut off may be renamed %d minutes after its last change", int(settled.Minutes())),
			"a backup is being written to %q: %q changed %s ago", folder.Path, change.Path, words.Duration(age))
	}
	return nil
}

// agree asks the person at the terminal. Without one there is nobody to agree.
func (e env) agree(question string) error {
	if _, ok := terminal.Of(e.Stdin); !ok {
		return command.Usage("--yes agrees to it", "nobody is there to be asked: %s", question)
	}
	fmt.Fprintf(e.Stderr, "%s [y/N] ", question)
	if !terminal.Agreed(e.Stdin) {
		return command.Usage("", "nothing was renamed")
	}
	return nil
}

// undo is the command line that gives a folder its name back, for a POSIX shell or, on
// Windows, for cmd and PowerShell.
func undo(from, to, goos string) string {
	if goos == "windows" {
		return fmt.Sprintf(`move "%s" "%s"`, from, to)
	}
	quoted := func(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
	return "mv " + quoted(from) + " " + quoted(to)
}
