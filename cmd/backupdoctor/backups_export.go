package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/urfave/cli/v2"
)

func exportCopyCommand(e env) *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "put a copy where Finder, Apple Devices or iTunes look for backups",
		ArgsUsage: "UDID|FOLDER",
		Description: "Takes the newest proved copy of a device in the usual library, or the copy in FOLDER.\n" +
			"Nothing is overwritten, and the copy in the library stays as it is. idevicebackup2 and\n" +
			"pymobiledevice3 restore a copy in place and need no export.\n\n" +
			command.Examples(
				"backupdoctor backups export 00008110-001A2B3C4D5E6F70",
				"backupdoctor backups export --to /mnt/mac/Backup ~/copies/UDID/20261129T140203Z/UDID",
			),
		Flags:  []cli.Flag{&cli.StringFlag{Name: "to", Category: backupFlags, Usage: "put it into `DIR`", DefaultText: "the folder of Apple's program"}},
		Action: command.Takes(1, e.exportCopy),
	}
}

func (e env) exportCopy(ctx *cli.Context) error {
	shelf, c, err := e.copyNamed(ctx.Context, ctx.Args().First())
	if err != nil {
		return err
	}
	defer shelf.Close()
	if c.Proof.Broken() {
		return command.Usage("backupdoctor backup --full makes a new one", "%s is broken", c.Folder)
	}
	place := backup.Place{Path: ctx.String("to")}
	if place.Path == "" {
		if place, err = exportPlace(e.usualPlaces(runtime.GOOS), shelf.UDID, filepath.Dir(c.Folder)); err != nil {
			return err
		}
	}
	if shelf.Contains(place.Path) {
		return command.Usage("name a folder outside the library", "%q is among the copies of this device", place.Path)
	}
	if err := os.MkdirAll(place.Path, 0o700); err != nil {
		return exportError(err, place.Path)
	}
	exported, err := shelf.Export(ctx.Context, c, place.Path, func(files int) {
		e.screen.Status(words.Number(uint64(files)) + " files")
	})
	e.screen.Status("")
	switch {
	case errors.Is(err, fs.ErrExist):
		return command.Usage("backupdoctor backups set-aside keeps that one under another name", "there is already a backup: %s", filepath.Join(place.Path, shelf.UDID))
	case onlyOfWriting(err):
		return exportError(err, place.Path)
	case err != nil:
		return err
	}
	fmt.Fprintf(e.Stdout, "exported to %s (%s)\n", exported.Path, sharingText(exported.Sharing))
	if left := exported.LeftOut; left.Count > 0 {
		fmt.Fprintf(e.Stdout, "left out %s, the first %q: links, pipes and devices are not exported\n", words.Count(left.Count, "item"), left.First)
	}
	if !c.Proof.Counts() {
		fmt.Fprintln(e.Stdout, "This copy is not proved.")
	}
	fmt.Fprintf(e.Stdout, "To check it there: backupdoctor verify --deep %s\n", strconv.Quote(filepath.ToSlash(exported.Path)))
	_, err = fmt.Fprintf(e.Stdout, "Next: %s\n%s\n", restoreSteps(runtime.GOOS, shelf.UDID, place.Path), restoreNeeds)
	return err
}

// onlyOfWriting reports whether an error can only be of the disk that is written to.
func onlyOfWriting(err error) bool {
	switch host.DiskErrorOf(err) {
	case host.DiskFull, host.QuotaUsed, host.ReadOnly, host.FileTooLarge:
		return true
	}
	return false
}

// exportError explains an error of the disk that a copy is exported to.
func exportError(err error, folder string) error {
	e := disk.Explain(err, folder)
	e.Left = "nothing was left there, and the copy in the library was not changed"
	e.Another, e.Again = "name another folder with --to", "run the same command again"
	return command.Usage(e.Hint(), "%w", e)
}

// copyNamed finds the copy in a folder, or the newest proved copy of a device, or else its newest
// one, and opens its device for changes.
func (e env) copyNamed(ctx context.Context, argument string) (*library.Device, library.Copy, error) {
	if isPath(argument) {
		return copyAt(ctx, argument)
	}
	var copies []library.Copy
	var searched []string
	for _, l := range e.libraries() {
		searched = append(searched, l.Path)
		found, err := l.Copies(argument)
		if err != nil {
			return nil, library.Copy{}, command.Usage("name the folder of one copy: LIBRARY/UDID/DATE/UDID", "the copies of %q in %s cannot be listed: %w", argument, l.Path, err)
		}
		copies = append(copies, found...)
	}
	if len(copies) == 0 {
		return nil, library.Copy{}, command.Usage("name the folder of one copy: LIBRARY/UDID/DATE/UDID", "there is no copy of %q in %s", argument, cmp.Or(strings.Join(searched, ", "), e.usualLibrary()))
	}
	slices.SortStableFunc(copies, func(a, b library.Copy) int { return b.Made.Compare(a.Made) })
	i := max(0, slices.IndexFunc(copies, func(c library.Copy) bool { return c.Proof.Counts() }))
	return copyAt(ctx, copies[i].Folder)
}

// exportPlace returns the folder of Apple's program. Of two programs it is the one whose folder
// exists.
func exportPlace(places []backup.Place, udid, folder string) (backup.Place, error) {
	existing := slices.DeleteFunc(slices.Clone(places), func(p backup.Place) bool {
		info, err := os.Stat(p.Path)
		return err != nil || !info.IsDir()
	})
	switch {
	case len(existing) == 1:
		return existing[0], nil
	case len(places) == 1:
		return places[0], nil
	case len(places) == 0:
		return backup.Place{}, command.Usage(fmt.Sprintf("idevicebackup2 -u %s restore --system --settings %s restores it in place", udid, strconv.Quote(folder)),
			"no program of this system has a folder of backups; name one with --to")
	default:
		return backup.Place{}, command.Usage("name one with --to", "it could go to %q (%s) or to %q (%s)", places[0].Path, places[0].Program, places[1].Path, places[1].Program)
	}
}

func sharingText(how library.Sharing) string {
	if how == library.SharedBlocks {
		return "sharing the blocks of the copy"
	}
	return "a full copy"
}

// restoreSteps says how to restore an exported backup on an operating system.
func restoreSteps(goos, udid, place string) string {
	switch goos {
	case "darwin":
		return "connect the device, select it in Finder, click Restore Backup, and choose the backup by its date."
	case "windows":
		return "connect the device, select it in Apple Devices or iTunes, click Restore Backup, and choose the backup by its date."
	default:
		return fmt.Sprintf("idevicebackup2 -u %s restore --system --settings %s, or take the folder to a Mac or a Windows computer.", udid, strconv.Quote(place))
	}
}

const restoreNeeds = "A restore needs the same or a newer version of iOS, enough room on the device, Find My turned\n" +
	"off, and the backup password of an encrypted backup. A supervised device takes only a backup of\n" +
	"a supervised device, and any other device only one of a device that is not.\n" +
	"It does not bring back what is in iCloud, or, from an unencrypted backup, passwords, Health\n" +
	"data and Wi-Fi settings."
