package scan

import (
	"context"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/releases"
)

// Folders examines devices by their backups and archives on this computer alone.
type Folders struct {
	Set        BackupSet
	UDIDs      []string // the devices to examine; none means all, or those of the archives
	Inspection Inspection
	Table      releases.Table
	Limit      time.Duration // for the inspection of all; 0 for as long as it needs
	Archives   Archives      // sysdiagnose archives to read too
	More       []More        // what else is learned about devices that have been read
	Screen     *terminal.Screen
}

// Learn implements [Source].
func (f Folders) Learn(ctx context.Context, run *Run) (Learned, error) {
	reading, stop := limited(ctx, f.Limit)
	defer stop()
	archives, err := f.Archives.read(reading, f.Screen)
	if err != nil {
		return Learned{}, err
	}
	set, wanted := f.Set, slices.Concat(f.UDIDs, ownersOf(archives))
	set.Keep(func(st StoredBackup) bool { return len(wanted)+len(archives) == 0 || st.IsOfOne(wanted) })
	f.Inspection.all(reading, set)
	snapshots := withArchives(set.snapshots(time.Now().UTC(), f.Table), archives, set, f.Table)
	gaps, places := stopped(reading), set.reported()
	clear(set.Stored) // the snapshots have them, and go one by one
	more(reading, f.More, snapshots)
	run.Start(len(snapshots))
	for number, s := range snapshots {
		snapshots[number] = device.Snapshot{}
		run.Done(number, s)
	}
	return Learned{Recording: run.Recording(gaps...), Places: places, None: NoBackup()}, nil
}
