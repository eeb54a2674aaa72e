package scan

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
)

// Folders examines devices by their backups and archives on this computer alone.
type Folders struct {
	Set        BackupSet
	Places     []backup.Place // more places to search
	UDIDs      []string       // devices to examine; nil for all, or for those of the archives
	Inspection Inspection
	Table      releases.Table
	Limit      time.Duration // for inspecting all backups; 0 for no limit
	Archives   Archives      // sysdiagnose archives to read too
	More       []More        // what to add once devices have been read
	Every      bool          // list every device, even thousands after ctx has ended
	Screen     *terminal.Screen
}

// Learn implements [Source]. Each device is handed over, in order, and released as soon as it is
// inspected, unless something is added once all have been read.
func (f Folders) Learn(ctx context.Context, run *Run) (Learned, error) {
	reading, stop := limited(ctx, f.Limit)
	defer stop()
	archives, err := f.Archives.read(reading, f.Screen)
	if err != nil {
		return Learned{}, err
	}
	set, wanted := f.Set, slices.Concat(f.UDIDs, ownersOf(archives))
	if f.Places != nil {
		set = set.With(FindBackups(reading, f.Places))
	}
	set.Keep(func(st *StoredBackup) bool { return len(wanted)+len(archives) == 0 || st.IsOfOne(wanted) })
	devices, places := set.byDevice(), set.reported()
	clear(set.Stored) // each backup is in its device's set now
	set.Stored = nil

	f.Inspection.budget = backup.NewExampleBudget(exampleBytes)
	together := len(archives)+len(f.More) > 0
	if !together {
		run.Start(len(devices))
	}
	var snapshots []device.Snapshot
	unlisted := f.inspect(reading, devices, func(number int, s device.Snapshot) {
		if together {
			snapshots = append(snapshots, s)
		} else {
			run.Done(number, s)
		}
	})
	gaps := stopped(reading)
	if unlisted > 0 {
		gaps[0].Detail = strconv.Itoa(unlisted)
	}
	if together {
		snapshots = withArchives(snapshots, archives, set, f.Table)
		more(reading, f.More, snapshots)
		run.Start(len(snapshots))
		for number, s := range snapshots {
			run.Done(number, s)
		}
	}
	return Learned{Recording: run.Recording(gaps...), Places: places, None: NoBackup()}, nil
}

// listedAfterEnd is how many devices are still listed that were not inspected when ctx ended. To
// judge and print thousands takes longer than a person waits after Ctrl-C.
const listedAfterEnd = 50

// inspect inspects devices by their backups, and passes on the snapshot of each, in order. It
// empties the sets of devices. If one may be inspected beside another, [atATime] of them are. It
// returns how many are not listed, because ctx ended.
func (f Folders) inspect(ctx context.Context, devices []BackupSet, done func(number int, s device.Snapshot)) (unlisted int) {
	one := func(number int) device.Snapshot {
		of := devices[number]
		devices[number] = BackupSet{}
		f.Inspection.all(ctx, of)
		return of.snapshot(time.Now().UTC(), f.Table)
	}
	late := 0
	wanted := func() bool {
		if ctx.Err() != nil {
			late++
		}
		return f.Every || late <= listedAfterEnd
	}
	if !f.Inspection.beside() {
		for number := range devices {
			if !wanted() {
				return len(devices) - number
			}
			done(number, one(number))
		}
		return 0
	}
	type inspection struct {
		number   int
		snapshot chan device.Snapshot
	}
	work, pending := make(chan inspection), make(chan inspection, maxAhead)
	for range atATime {
		go func() {
			for i := range work {
				i.snapshot <- one(i.number)
			}
		}()
	}
	go func() {
		defer close(pending)
		defer close(work)
		for number := range devices {
			if !wanted() {
				return
			}
			i := inspection{number, make(chan device.Snapshot, 1)}
			pending <- i
			work <- i
		}
	}()
	var inspected int
	for i := range pending {
		done(i.number, <-i.snapshot)
		inspected++
	}
	return len(devices) - inspected
}

// maxAhead is how many inspected devices may wait for an earlier one to be inspected and judged.
const maxAhead = 16
