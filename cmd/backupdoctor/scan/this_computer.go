package scan

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// ThisComputer examines what this computer needs to read devices.
type ThisComputer struct {
	Env          command.Env
	Client       usb.Client
	Places       []backup.Place // folders of backups
	ReleasesFile string         // updated copy of the release table; "" if there is no place for one
}

// Look learns about this computer. It sends nothing to devices and changes nothing.
func (t ThisComputer) Look(ctx context.Context) device.Computer {
	c := device.Computer{
		OS:      runtime.GOOS,
		TakenAt: time.Now().UTC(),
		Mux:     t.Client.Probe(ctx),
		History: t.historyFact(ctx),
	}
	unsupported := device.Unknown[bool](device.Unsupported)
	c.Mux.Installed, c.Mux.RecordsFolder, c.Mux.OnUSB = unsupported, unsupported, device.Unknown[int](device.Unsupported)
	if c.OS == "linux" {
		root := os.DirFS("/")
		c.Distro = host.Distro(root)
		c.Mux.Installed = device.Known(host.HasMux(root))
		c.Mux.OnUSB = host.AppleOnUSB(os.DirFS(LinuxUSB))
		c.Mux.RecordsFolder = host.FolderThere("/var/lib/lockdown")
	}
	table, err := t.Env.BuiltIn(), error(nil)
	if t.ReleasesFile != "" {
		table, err = releases.Load(table, t.ReleasesFile)
	}
	c.Releases = device.ReleaseTable{Date: table.Date, Source: table.Source, Updated: device.FactOf(true, err)}
	c.Clock = device.Clock{Now: time.Now().UTC(), Synchronized: host.Synchronized(), NotBefore: t.Env.BuiltIn().Date}
	c.Folders = foldersOf(ctx, t.Places)
	c.Rooms = t.rooms(c.Folders)
	return c
}

// historyFact opens the history, if there is one, and changes nothing.
func (t ThisComputer) historyFact(ctx context.Context) device.Fact[bool] {
	path, err := HistoryPath(t.Env)
	if err == nil {
		err = ledger.ProbeHistory(ctx, path)
	}
	_, broken := errors.AsType[*ledger.BrokenError](err)
	switch {
	case err == nil:
		return device.Known(true)
	case errors.Is(err, ErrNoHistory):
		return device.Unknown[bool](device.NotAsked)
	case errors.Is(err, fs.ErrNotExist):
		return device.Unknown[bool](device.Absent)
	case errors.Is(err, ledger.ErrAway):
		return device.Unknown[bool](device.Unreachable)
	case broken, errors.Is(err, ledger.ErrForeign):
		return device.Unknown[bool](device.Malformed)
	default:
		return device.Unknown[bool](device.NotPermitted)
	}
}

// foldersOf examines the folders of backups.
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

// rooms returns the free space where the history and backups are kept.
func (t ThisComputer) rooms(folders []device.BackupFolder) []device.Room {
	var rooms []device.Room
	if path, err := HistoryPath(t.Env); err == nil {
		rooms = append(rooms, roomAt(filepath.Dir(path), "the history"))
	}
	for _, f := range folders {
		if _, err := f.Read.Get(); err == nil {
			rooms = append(rooms, roomAt(f.Path, "backups"))
		}
	}
	return rooms
}

// roomAt returns the free space of the nearest existing folder above path.
func roomAt(path, what string) device.Room {
	at := path
	for {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	return device.Room{Path: cmp.Or(at, path), What: what, FreeBytes: device.FactOf(host.FreeBytes(at))}
}
