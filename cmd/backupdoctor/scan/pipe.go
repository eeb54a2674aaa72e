package scan

import (
	"cmp"
	"context"
	"runtime"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// A Source learns about devices.
type Source interface {
	// Learn hands over each device with [Run.Done], and returns when nothing is left to learn.
	// An error means that the source itself could not be used.
	Learn(context.Context, *Run) (Learned, error)
}

// Learned is what a source returns besides its devices.
type Learned struct {
	Recording device.Recording // without snapshots
	Places    []report.Place   // where backups were searched
	None      error            // how the command ends if there is no device; nil for the default
	Effect    string           // what the run did besides reading, see [report.Tool]; "" for nothing
}

// A Pipe is one run: a source, a judge and sinks.
type Pipe struct {
	Source    Source
	Judge     Judge
	Sinks     []Sink             // in the order in which they receive events
	Subject   string             // what the report is about; "" means [report.OfDevices]
	Inventory *labels.Inventory  // the expected devices; nil for none
	MDM       []device.Managed   // devices of the MDM export; nil without an export
	Resumed   *ledger.Resumption // the run being resumed; nil for a new one
}

// Run learns, judges and reports. Its error says how the command ends.
func (p Pipe) Run(ctx context.Context) error {
	run, err := begin(ctx, p.Judge, p.Sinks, p.Resumed)
	if err != nil {
		return err
	}
	learned, err := p.Source.Learn(ctx, run)
	run.settle()
	run.learned()
	if err == nil {
		err = p.report(run, learned)
	}
	return run.end(err)
}

// report assembles the report and gives it to the sinks.
func (p Pipe) report(run *Run, learned Learned) error {
	results, err := run.inOrder()
	if err != nil {
		learned.Recording.Gaps = append(learned.Recording.Gaps, device.Gap{Reason: device.NotPermitted, Detail: report.HistoryDetail})
	}
	of := report.Run{
		ID:        learned.Recording.Run,
		Started:   learned.Recording.StartedAt,
		Tool:      command.Version(),
		Subject:   p.Subject,
		Places:    learned.Places,
		Redacted:  learned.Recording.Redacted || p.Judge.Redact,
		Inventory: p.seen(results),
		MDM:       p.managed(results),
		LeftOut:   leftOut(learned.Recording.LeftOut, learned.Recording.Redacted || p.Judge.Redact),
		Jobs:      learned.Recording.Jobs,
		Gaps:      learned.Recording.Gaps,
		FailOn:    p.Judge.FailOn,
	}
	recording := learned.Recording
	recording.Redacted, recording.LeftOut = of.Redacted, of.LeftOut
	snapshots := make([]*device.Snapshot, 0, len(results))
	devices := make([]report.Device, 0, len(results))
	for i, result := range results {
		if run.keepsSnapshots() {
			recording.Snapshots = append(recording.Snapshots, *result.Shown)
		}
		devices = append(devices, *result.Device)
		snapshots = append(snapshots, result.Shown)
		results[i] = Result{} // thousands of devices need much memory, and are in the report now
	}
	r := p.whole(report.Assemble(of, devices, snapshots...))
	r.Tool.Effect = cmp.Or(learned.Effect, r.Tool.Effect)
	if err := run.publish(r, recording); err != nil {
		return err
	}
	if r.ExitCode() == report.ExitNoDevice && learned.None != nil {
		return learned.None
	}
	return Ending(r, runtime.GOOS)
}

// leftOut returns devices as they may be shown.
func leftOut(left []device.LeftOut, redact bool) []device.LeftOut {
	if !redact {
		return left
	}
	return device.Recording{LeftOut: left}.Redact().LeftOut
}

// seen compares the devices of the run with the inventory. It returns nil without one.
func (p Pipe) seen(results []Result) *report.Inventory {
	if p.Inventory == nil {
		return nil
	}
	var devices []device.Identity
	for _, result := range results {
		devices = append(devices, result.Snapshot.Device)
	}
	unseen := p.Inventory.Unseen(devices)
	inventory := &report.Inventory{
		Devices: p.Inventory.Rows(), Missing: len(unseen), Unseen: []string{}, UnseenAssets: [][]report.Field{}, UnlistedDevices: []report.Named{},
	}
	for _, key := range unseen {
		if p.Judge.Redact {
			break
		}
		inventory.Unseen = append(inventory.Unseen, key)
		row := []report.Field{}
		for _, field := range p.Inventory.For(key, "") {
			row = append(row, report.Field(field))
		}
		inventory.UnseenAssets = append(inventory.UnseenAssets, row)
	}
	for _, id := range devices {
		if !p.Inventory.IsUnlisted(id) {
			continue
		}
		inventory.Unlisted++
		if !p.Judge.Redact {
			name, _ := id.Name.Get() // "" if unknown
			inventory.UnlistedDevices = append(inventory.UnlistedDevices, report.Named{UDID: id.UDID, Name: name})
		}
	}
	return inventory
}

// whole returns the report of a resumed run, including the devices found before the
// interruption.
func (p Pipe) whole(r report.Report) report.Report {
	if p.Resumed == nil {
		return r
	}
	before := r
	before.Devices = p.Resumed.Done
	before.Gaps = []report.Gap{}
	merged, _ := report.Merge(before, r)
	merged.Run, merged.StartedAt, merged.Inventory, merged.MDM = r.Run, r.StartedAt, r.Inventory, r.MDM
	return merged
}

// Publish gives an existing report to sinks. Its error says how the command ends.
func Publish(ctx context.Context, r report.Report, sinks ...Sink) error {
	run, err := begin(ctx, Judge{}, sinks, nil)
	if err != nil {
		return err
	}
	run.Start(len(r.Devices))
	for _, d := range r.All() {
		run.tell(Event{Event: report.Event{Type: report.DeviceDone, UDID: d.UDID, Name: d.Name, Slot: d.Slot, Location: d.Location, Device: &d}})
	}
	run.learned()
	return run.end(cmp.Or(run.publish(r, device.Recording{}), Ending(r, runtime.GOOS)))
}
