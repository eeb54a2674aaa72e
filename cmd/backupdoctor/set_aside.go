package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/setaside"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/urfave/cli/v2"
)

func setAsideCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "set-aside",
		Usage:     "rename the backup of a device, so that the next one is a full backup",
		ArgsUsage: "UDID|FOLDER",
		Description: "The folder is renamed like an archived copy, UDID-YYYYMMDD-HHMMSS, and nothing in it is\n" +
			"changed. Finder, iTunes and Apple Devices then make a full backup. Delete the old one only\n" +
			"after backupdoctor verify has proved the new one whole.\n\n" +
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
	if library.Holds(folder.Path) {
		return command.Usage("make another one with backupdoctor backup --full; backupdoctor backups remove removes this one",
			"%q is a copy of this program, and no backup uses it", folder.Path)
	}
	to, err := setaside.Target(ctx.Context, folder, now)
	if err != nil {
		return err
	}
	if caution := setaside.Caution(runtime.GOOS); caution != "" {
		fmt.Fprintln(e.Stderr, caution)
	}
	if !ctx.Bool("yes") {
		if err := e.agree(fmt.Sprintf("rename %q to %q?", folder.Path, filepath.Base(to))); err != nil {
			return err
		}
	}
	if err := renameAside(ctx.Context, folder, to, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "renamed to %s\nto undo it: %s\n", to, setaside.Undo(to, folder.Path, runtime.GOOS))
	return err
}

// renameAside renames a backup, unless one has started since the question was asked.
func renameAside(ctx context.Context, folder backup.Folder, to string, now time.Time) error {
	if _, err := setaside.Target(ctx, folder, now); err != nil {
		return err
	}
	if err := os.Rename(folder.Path, to); err != nil {
		return command.Usage("close every program that has the folder open, and see that you may change "+filepath.Dir(to), "%w", err)
	}
	return nil
}

// oneFolder returns the backup that the argument names: the current one, if there are archived
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

// agree asks a yes-or-no question on the terminal. It returns an error unless the answer is yes, and
// without a terminal.
func (e env) agree(question string) error {
	if _, ok := terminal.Of(e.Stdin); !ok {
		return command.Usage("--yes agrees to it", "stdin is not a terminal: %s", question)
	}
	fmt.Fprintf(e.Stderr, "%s [y/N] ", question)
	if !terminal.Agreed(e.Stdin) {
		return command.Usage("", "nothing was changed")
	}
	return nil
}
