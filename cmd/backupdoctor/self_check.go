package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

func selfCheckCommand(e env) *cli.Command {
	return &cli.Command{
		Name:  "self-check",
		Usage: "check whether this computer is ready to read devices",
		Description: "Looks at usbmuxd, pair records, folders of backups, free room, the clock, the table of\n" +
			"releases and the history. Asks no device anything and changes nothing. What could not be\n" +
			"seen is unknown, not ok.\n\n" +
			command.Examples(
				"backupdoctor self-check           what is wrong with this computer, and what to do",
				"backupdoctor self-check --json    the same for a program",
			),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "usbmux", Category: deviceFlags, Usage: "`ADDRESS` of usbmuxd: UNIX:/path or host:port", DefaultText: "$USBMUXD_SOCKET_ADDRESS"},
			&cli.DurationFlag{Name: "timeout", Category: deviceFlags, Usage: "`TIME` to wait for usbmuxd", Value: 5 * time.Second},
		}, placeFlags(), []cli.Flag{command.Option(reportFlags, "json", "write JSON")}, displayFlags()),
		Action: command.Takes(0, e.selfCheck),
	}
}

func (e env) selfCheck(ctx *cli.Context) error {
	address, err := e.muxAddress(ctx)
	if err != nil {
		return err
	}
	if ctx.Duration("timeout") <= 0 {
		return command.Usage("", "--timeout must be positive")
	}
	places, err := e.placesOf(ctx)
	if err != nil {
		return err
	}
	options, err := e.display(ctx)
	if err != nil {
		return err
	}
	door := usb.Door{Address: address, Timeout: ctx.Duration("timeout")}
	check := report.NewSelfCheck(e.computer(ctx.Context, door, places), command.Version())
	if ctx.Context.Err() != nil {
		return command.Exit{Code: report.ExitInterrupted, Err: errors.New("interrupted")}
	}
	write := func() error { return format.WriteSelfCheck(e.Stdout, check, options) }
	if ctx.Bool("json") {
		write = func() error { return format.WriteSelfCheckJSON(e.Stdout, check) }
	}
	if err := write(); err != nil {
		return err
	}
	if check.Exit.Code != report.ExitNoProblem {
		return command.Exit{Code: check.Exit.Code}
	}
	return nil
}

// computer learns about this computer.
func (e env) computer(ctx context.Context, door usb.Door, places []backup.Place) device.Computer {
	c := device.Computer{
		OS:      runtime.GOOS,
		TakenAt: time.Now().UTC(),
		Mux:     door.Probe(ctx),
		History: e.historyFact(ctx),
	}
	unsupported := device.Unknown[bool](device.Unsupported)
	c.Mux.Installed, c.Mux.RecordsFolder, c.Mux.OnUSB = unsupported, unsupported, device.Unknown[int](device.Unsupported)
	if c.OS == "linux" {
		root := os.DirFS("/")
		c.Distro = host.Distro(root)
		c.Mux.Installed = device.Known(host.HasMux(root))
		c.Mux.OnUSB = host.AppleOnUSB(os.DirFS(scan.LinuxUSB))
		c.Mux.RecordsFolder = host.FolderThere("/var/lib/lockdown")
	}
	table := e.BuiltIn()
	path, err := e.releasesPath()
	if err == nil {
		table, err = releases.Load(table, path)
	}
	c.Releases = device.ReleaseTable{Date: table.Date, Source: table.Source, Updated: device.FactOf(true, err)}
	c.Clock = device.Clock{Now: time.Now().UTC(), Synchronized: host.Synchronized(), NotBefore: e.BuiltIn().Date}
	c.Folders = foldersOf(ctx, places)
	c.Rooms = e.rooms(c.Folders)
	return c
}

// historyFact opens the history if there is one, as a scan does.
func (e env) historyFact(ctx context.Context) device.Fact[bool] {
	path, err := scan.HistoryPath(e.Env)
	if err == nil {
		_, err = os.Stat(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return device.Unknown[bool](device.Absent)
	case err != nil:
		return device.Unknown[bool](device.NotPermitted)
	}
	if err := history.Probe(ctx, path); err != nil {
		return device.Unknown[bool](device.Malformed)
	}
	return device.Known(true)
}

// foldersOf looks into the folders of backups.
func foldersOf(ctx context.Context, places []backup.Place) []device.BackupFolder {
	var folders []device.BackupFolder
	for _, place := range places {
		f := device.BackupFolder{Path: place.Path, Program: place.Program, Read: device.Known(true)}
		found, closed := backup.Find(ctx, []backup.Place{place})
		f.Backups = len(found)
		if len(closed) > 0 {
			f.Read = device.Unknown[bool](whyClosed(closed[0].Err))
		} else if _, err := os.Stat(place.Path); errors.Is(err, fs.ErrNotExist) {
			f.Read = device.Unknown[bool](device.Absent)
		}
		folders = append(folders, f)
	}
	return folders
}

func whyClosed(err error) device.Reason {
	if errors.Is(err, fs.ErrPermission) {
		return device.NotPermitted
	}
	return device.Malformed
}

// rooms looks how much is free where the history and backups are kept.
func (e env) rooms(folders []device.BackupFolder) []device.Room {
	var rooms []device.Room
	if path, err := scan.HistoryPath(e.Env); err == nil {
		rooms = append(rooms, roomAt(filepath.Dir(path), "the history"))
	}
	for _, f := range folders {
		if _, err := f.Read.Get(); err == nil {
			rooms = append(rooms, roomAt(f.Path, "backups"))
		}
	}
	return rooms
}

// roomAt looks at the nearest folder above that there is.
func roomAt(path, what string) device.Room {
	at := path
	for {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	return device.Room{Path: cmp.Or(at, path), What: what, FreeBytes: device.FactOf(backup.FreeBytes(at))}
}
