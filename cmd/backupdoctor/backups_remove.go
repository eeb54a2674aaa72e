package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/urfave/cli/v2"
)

func removeCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "remove",
		Usage:     "remove a copy that this program made",
		ArgsUsage: "FOLDER",
		Description: "FOLDER is the folder of one copy, as named by backupdoctor backups --json:\n" +
			"LIBRARY/UDID/DATE/UDID. Backups of other programs are refused, and so is the only proved\n" +
			"copy of a device, unless --force is given.\n\n" +
			command.Examples("backupdoctor backups remove ~/copies/UDID/20261129T140203Z/UDID"),
		Flags: []cli.Flag{
			command.Option(backupFlags, "yes", "do not ask"),
			command.Option(backupFlags, "force", "remove the only proved copy too"),
		},
		Action: command.Takes(1, e.removeCopy),
	}
}

func (e env) removeCopy(ctx *cli.Context) error {
	shelf, c, err := copyAt(ctx.Context, ctx.Args().First())
	if err != nil {
		return err
	}
	defer shelf.Close()
	copies, err := shelf.Copies()
	if err != nil {
		return err
	}
	another := slices.ContainsFunc(copies, func(other library.Copy) bool { return other.Name != c.Name && other.Proof.Counts() })
	if c.Proof.Counts() && !another && !ctx.Bool("force") {
		return command.Usage("--force removes it all the same", "%s is the only proved copy of this device", c.Folder)
	}
	if !ctx.Bool("yes") {
		if err := e.agree(fmt.Sprintf("remove %q for good?", c.Folder)); err != nil {
			return err
		}
	}
	if err := shelf.Remove(c); err != nil {
		return changeError(err, c.Folder)
	}
	_, err = fmt.Fprintf(e.Stdout, "removed %s\n", c.Folder)
	return err
}

// copyAt finds the copy in a folder and opens its device for changes.
func copyAt(ctx context.Context, path string) (*library.Device, library.Copy, error) {
	folders, _ := backup.Find(ctx, []backup.Place{{Path: path}})
	if len(folders) != 1 || !library.Holds(folders[0].Path) {
		return nil, library.Copy{}, command.Usage("name the folder of one copy: LIBRARY/UDID/DATE/UDID", "%q is not a copy that this program made", path)
	}
	folder := folders[0].Path
	date := filepath.Dir(folder)
	shelf, err := library.Library{Path: filepath.Dir(filepath.Dir(date))}.Change(filepath.Base(folder))
	if err != nil {
		return nil, library.Copy{}, changeError(err, folder)
	}
	copies, err := shelf.Copies()
	i := slices.IndexFunc(copies, func(c library.Copy) bool { return c.Name == filepath.Base(date) })
	if err != nil || i < 0 {
		shelf.Close()
		return nil, library.Copy{}, command.Usage("", "%q no longer exists", path)
	}
	return shelf, copies[i], nil
}

// changeError explains why the copies of a device cannot be changed.
func changeError(err error, folder string) error {
	if host.DiskErrorOf(err) == "" {
		return err
	}
	e := disk.Explain(err, folder)
	e.Again = "run the same command again"
	return command.Usage(e.Hint(), "%w", e)
}
