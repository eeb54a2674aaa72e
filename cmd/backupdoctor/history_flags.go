package main

import (
	"context"
	"runtime"
	"slices"

	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
	"github.com/urfave/cli/v2"
)

// historyFlags say whether a run is kept.
func historyFlags() []cli.Flag {
	return []cli.Flag{option(reportFlags, "no-history", "keep nothing of this run in the history")}
}

// keepsHistory is true of a run over attached devices whose names may be kept.
func (sc scan) keepsHistory() bool {
	return sc.historic && !sc.redact && sc.from == "" && !sc.noUSB
}

// remember keeps what is told of the run from now on. over ends that, and tells what could
// not be kept.
func (sc scan) remember(ctx context.Context) (over func()) {
	if !sc.keepsHistory() {
		return func() {}
	}
	hear, over := sc.keeping(ctx, history.Run{Started: sc.herald.started, Tool: version(), Host: runtime.GOOS, Subject: report.OfDevices}, sc.letters)
	sc.herald.listensFirst(hear) // what is shown has been kept
	return over
}

// resumed takes a run up again that was cut off: its devices that are done are not examined
// anew.
func (s surroundings) resumed(ctx context.Context, sc scan, which string) (scan, error) {
	store, err := s.openHistory(ctx)
	if err != nil {
		return sc, err
	}
	defer store.Close()
	run, err := store.Resume(ctx, which)
	if err != nil {
		return sc, historyEnding(err)
	}
	sc.resume = &run
	return sc, nil
}

// undone leaves out the devices that a run which goes on has examined before.
func (sc scan) undone(attached []usb.Attached) []usb.Attached {
	if sc.resume == nil {
		return attached
	}
	return slices.DeleteFunc(slices.Clone(attached), func(a usb.Attached) bool {
		return slices.ContainsFunc(sc.resume.Done, func(d report.Device) bool { return sameUDID(d.UDID, a.UDID) })
	})
}

// whole is the report of a run that goes on, with what was found before it was cut off.
func (sc scan) whole(r report.Report) report.Report {
	if sc.resume == nil {
		return r
	}
	before := r
	before.Devices = sc.resume.Done
	before.Gaps = []report.Gap{}
	merged, _ := report.Merge(before, r)
	merged.Run, merged.StartedAt, merged.Inventory = r.Run, r.StartedAt, r.Inventory
	return merged
}
