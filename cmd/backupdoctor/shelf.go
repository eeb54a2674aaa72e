package main

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
)

// A shelf is the backups that were found on this computer, and where they were looked for.
type shelf struct {
	places []backup.Place
	stored []stored
	closed []backup.Closed
}

// stored is one backup, where it lies and what was learned of it.
type stored struct {
	folder  backup.Folder
	backup  device.Backup
	history *device.History // the device's own records in it; nil if they were not asked for
	looked  bool            // it was looked at already
}

// isOfOne reports whether the backup is of one of these devices.
func (st stored) isOfOne(udids []string) bool {
	return slices.ContainsFunc(udids, func(udid string) bool { return sameUDID(udid, st.backup.Device.UDID) })
}

// shelfIn finds the backups in some places and reads what their property lists say.
func shelfIn(places []backup.Place) shelf {
	folders, closed := backup.Find(places)
	sh := shelf{places: places, closed: closed}
	for _, folder := range folders {
		sh.stored = append(sh.stored, stored{folder: folder, backup: backup.Read(folder)})
	}
	return sh
}

// keep leaves only the backups that are wanted.
func (sh *shelf) keep(wanted func(stored) bool) {
	sh.stored = slices.DeleteFunc(sh.stored, func(st stored) bool { return !wanted(st) })
}

// looked is in how many places was looked, or why that is not all of them.
func (sh shelf) looked() device.Fact[uint64] {
	switch {
	case len(sh.closed) > 0:
		return device.Unknown[uint64](device.NotPermitted)
	case sh.places == nil:
		return device.Unknown[uint64](device.NotAsked)
	default:
		return device.Known(uint64(len(sh.places)))
	}
}

// of lists the backups of one device.
func (sh shelf) of(udid string) []*stored {
	var list []*stored
	for i := range sh.stored {
		if st := &sh.stored[i]; sameUDID(st.backup.Device.UDID, udid) {
			list = append(list, st)
		}
	}
	return list
}

// join puts the backups of a device with it, in place of what was there of them.
func (sh shelf) join(s *device.Snapshot) {
	s.BackupPlaces = sh.looked()
	s.Backups, s.Histories = nil, nil
	for _, st := range sh.of(s.Device.UDID) {
		put(s, *st)
	}
	sortBackups(s)
}

// put adds one backup to its device. sortBackups follows.
func put(s *device.Snapshot, st stored) {
	s.Backups = append(s.Backups, st.backup)
	if st.history != nil {
		s.Histories = append(s.Histories, *st.history)
	}
}

// sortBackups puts the newest backup first, and the newest history.
func sortBackups(s *device.Snapshot) {
	slices.SortStableFunc(s.Backups, func(a, b device.Backup) int { return madeAt(b).Compare(madeAt(a)) })
	sortHistories(s.Histories)
}

// sortHistories puts the newest first.
func sortHistories(histories []device.History) {
	slices.SortStableFunc(histories, func(a, b device.History) int { return valueOf(b.AsOf).Compare(valueOf(a.AsOf)) })
}

// madeAt is when a backup was made, or the zero time.
func madeAt(b device.Backup) time.Time {
	at, err := b.Date.Get()
	if err != nil {
		return valueOf(b.LastBackupDate)
	}
	return at
}

func valueOf(fact device.Fact[time.Time]) time.Time {
	at, _ := fact.Get()
	return at
}

// snapshots are the devices that the backups are of, as far as the newest of each tells. A
// folder that does not say whose it is stands for a device of its own.
func (sh shelf) snapshots(now time.Time, table releases.Table) []device.Snapshot {
	var snapshots []device.Snapshot
	place := map[string]int{} // of a device among them, by its UDID in the form of device.UDIDKey
	for _, st := range sh.stored {
		udid := device.UDIDKey(st.backup.Device.UDID)
		i, known := place[udid]
		if !known || udid == "" {
			i = len(snapshots)
			place[udid] = i
			snapshots = append(snapshots, device.Snapshot{TakenAt: now, BackupPlaces: sh.looked()})
		}
		put(&snapshots[i], st)
	}
	for i := range snapshots {
		sortBackups(&snapshots[i])
		snapshots[i].Device = snapshots[i].Backups[0].Device
		identify(&snapshots[i], table)
	}
	return snapshots
}

func sameUDID(a, b string) bool { return device.SameUDID(a, b) }

// reported is where was looked, in the words of the report.
func (sh shelf) reported() []report.Place {
	var places []report.Place
	for _, place := range sh.places {
		if !slices.ContainsFunc(sh.closed, func(c backup.Closed) bool { return c.Place.Path == place.Path && c.Place.Path == c.Path }) {
			places = append(places, report.Place{Path: place.Path, Program: place.Program, Target: sh.target(place)})
		}
	}
	for _, c := range sh.closed {
		places = append(places, report.Place{
			Path: c.Path, Program: c.Place.Program, Target: c.Place.Target,
			Reason: string(device.NotPermitted), Hint: closedHint(c, runtime.GOOS),
		})
	}
	return places
}

// target is where a place leads, which only the search for backups has found out.
func (sh shelf) target(place backup.Place) string {
	for _, st := range sh.stored {
		if st.folder.Place.Path == place.Path {
			return st.folder.Place.Target
		}
	}
	return ""
}

// closedHint says how to get at a folder of backups.
func closedHint(c backup.Closed, goos string) string {
	switch {
	case !errors.Is(c.Err, fs.ErrPermission):
		return fmt.Sprintf("The system says: %v.", c.Err)
	case goos == "darwin":
		return "In System Settings > Privacy & Security > Full Disk Access, switch your terminal on, open a new window of it, and run this again."
	case goos == "windows":
		return "Run this as the user whose backups they are: right-click the folder, choose Properties > Security, and allow that user to read it."
	default:
		return "Give your user the right to read the folder (chmod -R u+rX, or chown), or run this as the user whose backups they are."
	}
}
