package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/disk"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/output"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
	"github.com/urfave/cli/v2"
)

func backupCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "backup",
		Usage: "make a copy of each attached device on this computer, and prove it",
		Description: "Has the device write a backup into this program's library, as it does for Finder, iTunes and\n" +
			"Apple Devices, verifies every byte as it arrives, and then examines the device again with\n" +
			"the evidence in the copy. The device asks for its passcode each time.\n\n" +
			"Copies are kept in LIBRARY/UDID/DATE/UDID. The last good one is never touched: a new copy\n" +
			"shares its unchanged files, and takes its place only once it is proved. Run the same command\n" +
			"again to resume an interrupted copy.\n\n" +
			"A backup password is never set, changed or removed. If the device has one, it is asked for\n" +
			"as by verify; without it the copy is kept, but not proved.\n\n" +
			"The exit code is 0 if every copy was proved whole, 1 if one is broken, and 3 (wins over 1) if\n" +
			"one was refused, not finished or not proved, or if devices could not be listed. A copy without\n" +
			"a file that the device could not read is not proved.\n\n" +
			command.Examples(
				"backupdoctor backup                       every attached device",
				"backupdoctor backup --udid A3 --to /mnt/copies",
				"backupdoctor backup --plan                how large would it be?",
				"backupdoctor backup --full                copy everything, not only what changed",
				"backupdoctor backup -o ndjson             one event a line, for other programs",
			),
		Flags:  backupCommandFlags(),
		Action: command.Takes(0, e.backup),
	}
}

func backupCommandFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "udid", Category: deviceFlags, Usage: "copy only the device with this `UDID`, name, serial or tag"},
		&cli.StringFlag{Name: "to", Category: backupFlags, Usage: "library of copies in `DIR`", DefaultText: "backupdoctor/backups in the data folder"},
		command.Option(backupFlags, "full", "make a full backup, not only of what changed"),
		command.Option(backupFlags, "plan", "ask how large a full backup is; nothing is sent"),
		&cli.IntFlag{Name: "keep", Category: backupFlags, Usage: "`NUMBER` of proved copies of a device to keep", Value: 1},
		&cli.StringFlag{Name: "messages", Category: backupFlags, Usage: "write the session's messages, without contents, to `FILE`"},
		command.Option(backupFlags, "no-input", "never ask for a password"),
	}, historyFlags(), usbFlags(), labelFlags(), placeFlags(), passwordFlags(), checkFlags(), outputFlags())
}

// backup reads backupCommandFlags.
func (e env) backup(ctx *cli.Context) (err error) {
	if err := command.Conflict(ctx, [2]string{"plan", "full"}); err != nil {
		return err
	}
	if ctx.Int("keep") < 1 {
		return command.Usage("", "--keep must be at least 1")
	}
	r, err := e.reportingOf(ctx)
	if err != nil {
		return err
	}
	source := scan.Copies{Full: ctx.Bool("full"), Plan: ctx.Bool("plan"), Jobs: ctx.Int("jobs"), Keep: ctx.Int("keep")}
	if source.Examination, err = e.examinationOf(ctx, r.table); err != nil {
		return err
	}
	source.Inspection.Limit = 0 // the copy was just proved, and its file list is read for evidence
	if !ctx.Bool("no-input") {
		source.Inspection.Passwords.Ask = e.askPassword()
	}
	if source.UDIDs, err = source.Resolve(ctx.Context, command.List(ctx, "udid")); err != nil {
		return err
	}
	if source.Library, err = e.libraryToWrite(ctx.String("to")); err != nil {
		return err
	}
	if !slices.ContainsFunc(source.Places, func(p backup.Place) bool { return p.Path == source.Library.Path }) {
		source.Places = append(source.Places, libraryPlace(source.Library))
	}
	if path := ctx.String("messages"); path != "" {
		if err := r.addFile("--messages", path); err != nil {
			return err
		}
		stream, err := r.files.Stream(ctx.Context, path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stream.Commit()) }()
		source.Trace = tracer(stream)
	}
	pipe := scan.Pipe{Source: source, Judge: r.judge, Inventory: source.Labels.Inventory, Sinks: r.sinks(e)}
	kept, err := e.keepsHistory(ctx)
	if err != nil {
		return err
	}
	if kept {
		pipe.Sinks = append([]scan.Sink{scan.History(scan.Keeper{Env: e.Env, Screen: e.screen})}, pipe.Sinks...)
	}
	return pipe.Run(ctx.Context)
}

// tracer writes the messages of sessions, one per line.
func tracer(stream output.Stream) func(udid string, step mobilebackup.Step) {
	var mu sync.Mutex
	lines := json.NewEncoder(stream)
	return func(_ string, step mobilebackup.Step) {
		mu.Lock()
		defer mu.Unlock()
		_ = lines.Encode(step) // the stream keeps the error and returns it when closed
	}
}

// usualLibrary returns the default library of copies, or "" if this user's data folder is
// unknown.
func (e env) usualLibrary() string {
	folder, err := e.DataDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "backupdoctor", "backups")
}

// libraryToWrite opens the library in a folder; "" means the default. It refuses the folders of
// Apple's programs, which own everything in them. A named one is remembered, so that later commands
// find the copies in it.
func (e env) libraryToWrite(path string) (library.Library, error) {
	isNamed := path != ""
	if !isNamed {
		path = e.usualLibrary()
	}
	if path == "" {
		return library.Library{}, command.Usage("name a folder with --to", "this user's data folder is unknown")
	}
	if found, err := library.Find(path); err == nil {
		if other := found.Foreign(); other != "" {
			return found, command.Usage("name a folder of its own with --to", "%s is a backup of another program", other)
		}
	}
	l, err := library.Open(path)
	if err != nil {
		e := disk.Explain(err, path)
		e.Another, e.Again = "name another disk with --to", "run the same command again"
		return l, command.Usage(e.Hint(), "the library of copies cannot be used: %w", e)
	}
	for _, place := range e.usualPlaces(runtime.GOOS) {
		real, err := filepath.EvalSymlinks(place.Path)
		if err == nil && (l.Path == real || strings.HasPrefix(l.Path, real+string(filepath.Separator)) || strings.HasPrefix(real, l.Path+string(filepath.Separator))) {
			return l, command.Usage("name a folder of its own with --to", "%s is where %s keeps its backups", l.Path, place.Program)
		}
	}
	if list := e.namedLibraries(); isNamed && list != "" {
		if err := library.Remember(list, l); err != nil {
			fmt.Fprintf(e.screen, "backupdoctor: later commands look in %s only with --backups, as it could not be remembered: %v\n", l.Path, err)
		}
	}
	return l, nil
}

// libraries returns the default library and those that were named with --to, as far as they exist.
func (e env) libraries() []library.Library {
	var list []library.Library
	if l, err := library.Find(e.usualLibrary()); err == nil {
		list = append(list, l)
	}
	named, err := library.Remembered(e.namedLibraries())
	if err != nil {
		fmt.Fprintf(e.screen, "backupdoctor: libraries named with --to earlier are not known, and not searched: %v\n", err)
	}
	for _, l := range named {
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// namedLibraries returns the file that lists the libraries named with --to, "" if this user's data
// folder is unknown.
func (e env) namedLibraries() string {
	if usual := e.usualLibrary(); usual != "" {
		return filepath.Join(filepath.Dir(usual), "libraries.json")
	}
	return ""
}

// libraryPlaces returns the libraries as places of backups.
func (e env) libraryPlaces() []backup.Place {
	var places []backup.Place
	for _, l := range e.libraries() {
		places = append(places, libraryPlace(l))
	}
	return places
}

// libraryPlace returns a library as a place of backups.
func libraryPlace(l library.Library) backup.Place {
	return backup.Place{Path: l.Path, Program: "backupdoctor"}
}
