package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/report"
)

// isOfOne reports whether it is of one of these devices.
func (st stored) isOfOne(udids []string) bool {
	return slices.ContainsFunc(udids, func(udid string) bool { return sameUDID(udid, st.backup.Device.UDID) })
}

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

// join puts the backups with the devices that they are of.
func (sh shelf) join(snapshots []device.Snapshot) {
	for i := range snapshots {
		snapshots[i].BackupPlaces = sh.looked()
		for _, st := range sh.stored {
			if sameUDID(st.backup.Device.UDID, snapshots[i].Device.UDID) {
				put(&snapshots[i], st)
			}
		}
	}
}

// put adds one backup to its device, and keeps them sorted, the newest first.
func put(s *device.Snapshot, st stored) {
	s.Backups = append(s.Backups, st.backup)
	slices.SortStableFunc(s.Backups, func(a, b device.Backup) int { return madeAt(b).Compare(madeAt(a)) })
	if st.history != nil {
		s.Histories = append(s.Histories, *st.history)
		slices.SortStableFunc(s.Histories, func(a, b device.History) int { return valueOf(b.AsOf).Compare(valueOf(a.AsOf)) })
	}
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
	for _, st := range sh.stored {
		i := slices.IndexFunc(snapshots, func(s device.Snapshot) bool {
			return s.Device.UDID != "" && sameUDID(s.Device.UDID, st.backup.Device.UDID)
		})
		if i < 0 {
			snapshots = append(snapshots, device.Snapshot{TakenAt: now, BackupPlaces: sh.looked()})
			i = len(snapshots) - 1
		}
		put(&snapshots[i], st)
		snapshots[i].Device = snapshots[i].Backups[0].Device
	}
	for i := range snapshots {
		identify(&snapshots[i], table)
	}
	return snapshots
}

// sameUDID compares identifiers as people copy them: with and without the hyphen, in either
// case.
func sameUDID(a, b string) bool {
	bare := func(udid string) string { return strings.ToLower(strings.ReplaceAll(udid, "-", "")) }
	return bare(a) == bare(b)
}

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

// A look is how backups are examined.
type look struct {
	depth     device.ProofDepth
	passwords *passwords
	evidence  bool          // also read what the device had on record
	examples  int           // files of each fault to keep; 0 for a few
	limit     time.Duration // that one backup may take; 0 for as long as it needs
	problem   func(backup.Folder, backup.Problem)
	line      *statusLine
}

// over examines every backup of a shelf. It never fails: what could not be told is unknown,
// and a run that was stopped meanwhile is a gap.
func (l look) over(ctx context.Context, sh shelf) []device.Gap {
	if len(sh.stored) == 0 {
		return nil
	}
	for i := range sh.stored {
		l.at(ctx, &sh.stored[i])
	}
	l.line.show("")
	if ctx.Err() != nil {
		return []device.Gap{{Reason: device.Interrupted}}
	}
	return nil
}

// at examines one backup.
func (l look) at(ctx context.Context, st *stored) {
	if l.limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, l.limit)
		defer stop()
	}
	options := backup.Options{Examples: l.examples, Now: time.Now()}
	options.Keys, options.Locked = l.passwords.open(ctx, st.folder, st.backup)
	options.Progress = verifying{line: l.line, whose: whose(st.backup), began: time.Now()}.show
	if l.problem != nil {
		options.Problem = func(p backup.Problem) { l.problem(st.folder, p) }
	}
	prove := backup.Quick
	if l.depth == device.DeepLook {
		prove = backup.Deep
	}
	st.backup.Proof = device.Known(prove(ctx, st.folder, options))
	if l.evidence {
		history := backup.Evidence(ctx, st.folder, options)
		st.history = &history
	}
}

// verifying draws how far the look at one backup has come.
type verifying struct {
	line  *statusLine
	whose string
	began time.Time
}

func (v verifying) show(p backup.Progress) {
	text := fmt.Sprintf("%s: %d files", v.whose, p.Rows)
	if p.TotalRows > 0 {
		text = fmt.Sprintf("%s: %d of %d files", v.whose, p.Rows, p.TotalRows)
	}
	if p.Bytes > 0 {
		text += fmt.Sprintf(", %.1f GB read", float64(p.Bytes)/1e9)
	}
	if left, known := timeLeft(time.Since(v.began), p.Rows, p.TotalRows); known {
		text += fmt.Sprintf(", about %s left", left)
	}
	v.line.show(text)
}

// timeLeft takes it that the rest goes on as before. In the first seconds nothing is known.
func timeLeft(spent time.Duration, done, total uint64) (time.Duration, bool) {
	if spent < 2*time.Second || done == 0 || total < done {
		return 0, false
	}
	left := time.Duration(float64(spent) * float64(total-done) / float64(done))
	return cmp.Or(left.Round(time.Second), time.Second), true
}
