package scan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
)

// A BackupSet is the backups found on this computer, and the places that were searched.
type BackupSet struct {
	Places []backup.Place
	Stored []*StoredBackup // shared with copies of the set
	Closed []backup.Closed
}

// A StoredBackup is one backup, its folder and what was learned about it.
type StoredBackup struct {
	Folder    backup.Folder
	Backup    device.Backup
	lists     *backup.Lists   // as read with Backup; nil if they are to be read again
	history   *device.History // the device's own records in it; nil if not read
	inspected bool
}

// IsOfOne reports whether the backup is of one of these devices.
func (st *StoredBackup) IsOfOne(udids []string) bool {
	return slices.ContainsFunc(udids, func(udid string) bool { return device.SameUDID(udid, st.Backup.Device.UDID) })
}

// FindBackups finds the backups in places and reads their property lists, until ctx ends.
func FindBackups(ctx context.Context, places []backup.Place) BackupSet {
	folders, closed := backup.Find(ctx, places)
	set := BackupSet{Places: places, Closed: closed, Stored: make([]*StoredBackup, len(folders))}
	var next, kept atomic.Int64
	var readers sync.WaitGroup
	for range min(atATime, len(folders)) {
		readers.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(folders)); n = next.Add(1) - 1 {
				st := readStored(ctx, folders[n])
				if st.lists != nil && kept.Add(st.lists.Size()) > maxLists {
					st.lists = nil
				}
				set.Stored[n] = st
			}
		})
	}
	readers.Wait()
	return set
}

// maxLists bounds the memory for property lists that are kept until their backups are inspected.
const maxLists = 12 << 20

// readStored reads the property lists of a backup. Once ctx has ended, the folder's name alone
// identifies the device.
func readStored(ctx context.Context, folder backup.Folder) *StoredBackup {
	if ctx.Err() == nil {
		read, lists := backup.ReadLists(ctx, folder)
		return &StoredBackup{Folder: folder, Backup: read, lists: lists}
	}
	return &StoredBackup{Folder: folder, Backup: device.Backup{
		Folder: folder.Path, Archived: folder.Archived, InLibrary: folder.InLibrary(), Device: device.Identity{UDID: folder.UDID},
	}}
}

// atATime is how many small folders are read at the same time: most of the time for one goes to
// opening its files, one after another.
const atATime = 2

// Keep removes all backups that are not wanted.
func (set *BackupSet) Keep(wanted func(*StoredBackup) bool) {
	set.Stored = slices.DeleteFunc(set.Stored, func(st *StoredBackup) bool { return !wanted(st) })
}

// searched returns how many places were searched, or why not all were.
func (set BackupSet) searched() device.Fact[uint64] {
	switch {
	case len(set.Closed) > 0:
		return device.Unknown[uint64](whyClosed(set.Closed[0].Err))
	case set.Places == nil:
		return device.Unknown[uint64](device.NotAsked)
	default:
		return device.Known(uint64(len(set.Places)))
	}
}

// of returns the backups of one device.
func (set BackupSet) of(udid string) []*StoredBackup {
	var list []*StoredBackup
	for _, st := range set.Stored {
		if device.SameUDID(st.Backup.Device.UDID, udid) {
			list = append(list, st)
		}
	}
	return list
}

// join replaces the backups in a device's snapshot by those of the set.
func (set BackupSet) join(s *device.Snapshot) {
	s.BackupPlaces = set.searched()
	s.Backups, s.Histories = nil, nil
	for _, st := range set.of(s.Device.UDID) {
		put(s, st)
	}
	sortBackups(s)
}

// put adds one backup to its device. The caller calls sortBackups afterwards.
func put(s *device.Snapshot, st *StoredBackup) {
	s.Backups = append(s.Backups, st.Backup)
	if st.history != nil {
		s.Histories = append(s.Histories, *st.history)
	}
}

// sortBackups sorts backups and histories, newest first.
func sortBackups(s *device.Snapshot) {
	slices.SortStableFunc(s.Backups, func(a, b device.Backup) int { return madeAt(b).Compare(madeAt(a)) })
	sortHistories(s.Histories)
}

// sortHistories sorts histories, newest first.
func sortHistories(histories []device.History) {
	slices.SortStableFunc(histories, func(a, b device.History) int { return valueOf(b.AsOf).Compare(valueOf(a.AsOf)) })
}

// madeAt returns when a backup was made, or the zero time.
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

// byDevice splits the set by device. A folder without a known device forms a set of its own.
func (set BackupSet) byDevice() []BackupSet {
	var devices []BackupSet
	place := map[string]int{} // index by UDID in the form of device.UDIDKey
	for _, st := range set.Stored {
		udid := device.UDIDKey(st.Backup.Device.UDID)
		i, known := place[udid]
		if !known || udid == "" {
			i = len(devices)
			place[udid] = i
			devices = append(devices, BackupSet{Places: set.Places, Closed: set.Closed})
		}
		devices[i].Stored = append(devices[i].Stored, st)
	}
	return devices
}

// snapshot returns the device of a set of backups, as described by the newest.
func (set BackupSet) snapshot(now time.Time, table releases.Table) device.Snapshot {
	s := device.Snapshot{TakenAt: now, BackupPlaces: set.searched()}
	for _, st := range set.Stored {
		put(&s, st)
	}
	sortBackups(&s)
	if len(s.Backups) > 0 {
		s.Device = s.Backups[0].Device
	}
	identify(&s, table)
	return s
}

// reported returns the searched places for the report.
func (set BackupSet) reported() []report.Place {
	var places []report.Place
	for _, place := range set.Places {
		if !slices.ContainsFunc(set.Closed, func(c backup.Closed) bool { return c.Place.Path == place.Path && c.Place.Path == c.Path }) {
			places = append(places, report.Place{Path: place.Path, Program: place.Program, Target: set.target(place)})
		}
	}
	for _, c := range set.Closed {
		places = append(places, report.Place{
			Path: c.Path, Program: c.Place.Program, Target: c.Place.Target,
			Reason: string(whyClosed(c.Err)), Hint: ClosedHint(c, runtime.GOOS),
		})
	}
	return places
}

// target returns the resolved path of a place, which is known only after the search.
func (set BackupSet) target(place backup.Place) string {
	for _, st := range set.Stored {
		if st.Folder.Place.Path == place.Path {
			return st.Folder.Place.Target
		}
	}
	return ""
}

// whyClosed returns why a place, or a folder in it, could not be read.
func whyClosed(err error) device.Reason {
	if reason, ok := errors.AsType[device.Reason](err); ok {
		return reason
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return device.NotPermitted
	case errors.Is(err, context.Canceled):
		return device.Interrupted
	default:
		return device.Inconclusive
	}
}

// ClosedHint says how to gain access to a folder of backups.
func ClosedHint(c backup.Closed, goos string) string {
	switch reason := whyClosed(c.Err); {
	case reason == device.Interrupted, reason == device.OutOfTime:
		return "Run it again, without interrupting it or with more time."
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

// With returns the union of two sets.
func (set BackupSet) With(other BackupSet) BackupSet {
	known := func(st *StoredBackup) bool {
		return slices.ContainsFunc(set.Stored, func(mine *StoredBackup) bool { return mine.Folder.Path == st.Folder.Path })
	}
	set.Places = append(set.Places, other.Places...)
	set.Closed = append(set.Closed, other.Closed...)
	set.Stored = append(set.Stored, slices.DeleteFunc(other.Stored, known)...)
	return set
}
