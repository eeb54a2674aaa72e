package scan

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/google/uuid"
)

// A Run is a run in progress: it takes devices from the source, judges each, and delivers
// events to the sinks in order. It is safe for concurrent use.
type Run struct {
	ID        string
	StartedAt time.Time // UTC
	judge     Judge
	sinks     []Sink

	mu      sync.Mutex // held while an event is delivered
	started bool

	deliverMu sync.Mutex // held while results are delivered
	resultsMu sync.Mutex
	results   map[int]Result           // by number
	packer    report.Packer            // of the devices of results
	members   map[int]member           // by number
	all       checks.Members           // of members
	before    string                   // newest version seen in earlier runs
	tray      device.Tray              // what the finished devices show together
	judged    device.Tray              // the tray by which attached devices were last judged
	repairs   map[string]device.Repair // open repairs of earlier runs, by device.UDIDKey
	rates     []report.RemedyRate      // of past repairs; nil if unknown
	apart     bool                     // the devices were read by several computers, or at different times
	endless   bool                     // it goes on until it is ended, see StartOpen

	lookUpRepair func(udid string) (device.Repair, bool)      // see Repairs; nil if no history is kept
	lookUpSize   func(udid string) (device.SizedBackup, bool) // see Sizes; nil if no history is kept
	recall       func(keep func(report.Device)) error         // see Recall; nil if no history is kept
	forgotten    bool                                         // results were forgotten, see forget
}

// A member is what a finished device contributes to the tray.
type member struct {
	checks.Member
	given device.Tray // the tray recorded with the device
}

// begin starts a run. Run IDs sort by start time.
func begin(ctx context.Context, judge Judge, sinks []Sink, resumed *ledger.Resumption) (*Run, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	run := &Run{ID: id.String(), StartedAt: time.Now().UTC(), judge: judge, results: map[int]Result{}, members: map[int]member{}}
	if resumed != nil {
		run.ID, run.StartedAt = resumed.Run.Run, resumed.Run.StartedAt
	}
	for _, sink := range sinks {
		if sink.Begin != nil {
			if err := sink.Begin(ctx, run); err != nil {
				return nil, errors.Join(err, run.close())
			}
		}
		run.sinks = append(run.sinks, sink)
	}
	return run, nil
}

// Start sends run_start with the number of devices.
func (r *Run) Start(total int) {
	r.tell(Event{Event: report.Event{Type: report.RunStart, Total: &total}})
}

// StartOpen sends run_start without a number of devices. It must be called before a device is
// finished.
func (r *Run) StartOpen() {
	r.endless = true
	r.tell(Event{Event: report.Event{Type: report.RunStart}})
}

// Tell sends an event about a device, named as it may be shown. number is the device's index in
// the run.
func (r *Run) Tell(number int, what string, s device.Snapshot, state string) {
	r.tell(about(r.judge.shown(number, s), report.Event{Type: what, State: state}, nil))
}

// tellCopied sends an event about a copy in progress.
func (r *Run) tellCopied(number int, s device.Snapshot, state string, copied *report.Copied) {
	r.tell(about(r.judge.shown(number, s), report.Event{Type: report.DeviceState, State: state, Copied: copied}, nil))
}

// Done judges a completely read device and delivers the result to the sinks.
//
// If the device reveals something new about the tray, such as a doubtful computer clock, the
// devices judged before are judged again, and their results delivered again.
func (r *Run) Done(number int, s device.Snapshot) {
	r.renewRepair(s)
	r.addSize(&s)
	r.resultsMu.Lock()
	s.Tray = r.join(number, s)
	r.withRepairLocked(&s)
	r.resultsMu.Unlock()
	result := r.judge.judge(number, s)

	r.deliverMu.Lock() // the first result of a device must be delivered before its second
	defer r.deliverMu.Unlock()
	r.resultsMu.Lock()
	r.results[number] = r.kept(result)
	var again []Result
	switch {
	case isNews(r.judged, r.tray):
		again = r.judgedAgain(slices.Sorted(maps.Keys(r.results)))
		r.judged = r.tray
	case isNews(s.Tray, r.tray): // others finished in the meantime
		again = r.judgedAgain([]int{number})
	}
	r.resultsMu.Unlock()
	r.deliver(result)
	r.deliverAgain(again)
	r.forget()
}

// settle judges those devices again that were not judged by the final tray.
func (r *Run) settle() {
	r.deliverMu.Lock()
	defer r.deliverMu.Unlock()
	r.resultsMu.Lock()
	again := r.judgedAgain(slices.Sorted(maps.Keys(r.results)))
	r.judged = r.tray
	r.resultsMu.Unlock()
	r.deliverAgain(again)
}

func (r *Run) deliverAgain(results []Result) {
	for _, result := range results {
		result.Again = true
		found := result.Device.Whole()
		result.Device = &found
		r.deliver(result)
	}
}

func (r *Run) deliver(result Result) {
	r.tell(about(*result.Shown, report.Event{Type: report.DeviceDone, Device: result.Device}, &result))
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	if held, ok := r.results[result.number]; ok {
		held.Stored = result.Stored
		r.results[result.number] = held
	}
}

// unexplained reports whether listening may find a cause that reading the device did not.
func (r *Run) unexplained(number int, s device.Snapshot) bool {
	switch checks.Next(r.judge.judge(number, s).Device.Next) {
	case checks.NextMessage, checks.NextAsk, checks.NextListen:
		return s.Live != nil
	default:
		return false
	}
}

// Saw records the newest version seen in earlier runs. It must be called before a device is
// finished.
func (r *Run) Saw(version string) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.before = version
}

// join adds a finished device to the tray, and returns the tray as this device sees it.
func (r *Run) join(number int, s device.Snapshot) device.Tray {
	if r.apart {
		return s.Tray
	}
	m := member{checks.MemberOf(s), s.Tray}
	if earlier, ok := r.members[number]; ok {
		r.all.Remove(earlier.Member)
	}
	r.members[number] = m
	r.all.Add(m.Member)
	r.tray = r.all.Together(r.before)
	return cmp.Or(r.tray, m.given)
}

// fewDevices is how many devices may share a clock difference before judging them again is
// batched.
const fewDevices = 16

// isNews reports whether devices judged by the tray before must be judged again by the tray
// now. Each device that shares a clock difference changes its count. Once that count exceeds
// fewDevices, all are judged again only when it has grown by a quarter, and at the end of the
// run; otherwise the work would be quadratic in the number of devices.
func isNews(before, now device.Tray) bool {
	if now.ClockDevices <= fewDevices || before.ClockDevices == 0 {
		return before != now
	}
	return before.NewestSeen != now.NewestSeen || before.NewestSeenWhere != now.NewestSeenWhere ||
		now.ClockDevices < before.ClockDevices || now.ClockDevices-before.ClockDevices > before.ClockDevices/4
}

// judgedAgain judges the given attached devices again if the tray has changed for them.
func (r *Run) judgedAgain(numbers []int) []Result {
	if r.apart {
		return nil
	}
	var again []Result
	for _, number := range numbers {
		s, tray := r.results[number].Snapshot, cmp.Or(r.tray, r.members[number].given)
		if s.Live == nil || s.Tray == tray {
			continue
		}
		changed := *s
		changed.Tray = tray
		result := r.judge.judge(number, changed)
		result = r.kept(result)
		r.results[number] = result
		again = append(again, result)
	}
	return again
}

// kept returns the part of a result that the report needs. A run over thousands of backups
// cannot hold every snapshot; an attached device keeps its own, as it may be judged again. The
// devices after the first report.MaxOpen are packed.
func (r *Run) kept(result Result) Result {
	device := r.packer.Keep(*result.Device, len(r.results))
	result.Device = &device
	if r.keepsSnapshots() || result.Snapshot.Live != nil {
		return result
	}
	snapshot := summary(result.Snapshot)
	shown := snapshot
	if result.Shown != result.Snapshot {
		shown = summary(result.Shown)
	}
	return Result{Snapshot: snapshot, Shown: shown, Device: result.Device, number: result.number}
}

// keepsSnapshots reports whether a sink reads the snapshots of the recording.
func (r *Run) keepsSnapshots() bool {
	return slices.ContainsFunc(r.sinks, func(s Sink) bool { return s.Snapshots })
}

// summary returns the parts of a snapshot that [report.Assemble] and an inventory read.
func summary(s *device.Snapshot) *device.Snapshot {
	kept := &device.Snapshot{TakenAt: s.TakenAt, Host: s.Host, Device: s.Device, Labels: s.Labels, Newest: s.Newest, Tray: s.Tray}
	for _, h := range s.Histories {
		kept.Histories = append(kept.Histories, device.History{Ended: h.Ended})
	}
	return kept
}

// Replace drops the result of a device's earlier visit: only the last counts.
func (r *Run) Replace(udid string) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	for number, result := range r.results {
		if result.Snapshot.Device.UDID == udid {
			r.dropLocked(number)
		}
	}
}

// dropLocked drops a result. r.resultsMu must be held.
func (r *Run) dropLocked(number int) {
	if m, ok := r.members[number]; ok {
		r.all.Remove(m.Member)
		r.tray = r.all.Together(r.before)
	}
	delete(r.results, number)
	delete(r.members, number)
}

// Recording returns the recording of this run without snapshots.
func (r *Run) Recording(gaps ...device.Gap) device.Recording {
	return device.Recording{Tool: command.Version(), Run: r.ID, StartedAt: r.StartedAt, Gaps: gaps}
}

// inOrder returns the results by number and releases them. Those that were forgotten come first;
// if they cannot be read, it returns an error and the others.
func (r *Run) inOrder() ([]Result, error) {
	results, err := r.recalled()
	for _, number := range slices.Sorted(maps.Keys(r.results)) {
		results = append(results, r.results[number])
	}
	r.results = map[int]Result{}
	return results, err
}

// about adds the names of a device to an event.
func about(s device.Snapshot, e report.Event, result *Result) Event {
	e.UDID, e.Slot, e.Location = s.Device.UDID, s.Labels.Slot, report.LocationOf(s.Labels)
	if s.Live != nil {
		e.Connection = string(s.Live.Connection)
	}
	e.Name, _ = s.Device.Name.Get() // "" until known
	return Event{e, result}
}

func (r *Run) tell(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Header, e.Run, e.At = report.NewHeader(report.KindEvent), r.ID, time.Now().UTC()
	r.started = r.started || e.Type == report.RunStart
	for _, sink := range r.sinks {
		if sink.Hear != nil {
			sink.Hear(e)
		}
	}
}

// learned calls Learned of every sink.
func (r *Run) learned() {
	for _, sink := range r.sinks {
		if sink.Learned != nil {
			sink.Learned()
		}
	}
}

// publish delivers the report to all sinks, even if one fails. It returns the first error.
func (r *Run) publish(of report.Report, recording device.Recording) (err error) {
	summary := of
	summary.Devices = []report.Device{}
	r.tell(Event{Event: report.Event{Type: report.RunSummary, Report: &summary}})
	for _, sink := range r.sinks {
		if sink.Report == nil {
			continue
		}
		if failed := sink.Report(of, recording); err == nil {
			err = failed
		}
	}
	return err
}

// end sends the command's final error and closes the sinks.
func (r *Run) end(err error) error {
	r.tellExit(err)
	if failed := r.close(); failed != nil {
		return failed
	}
	return err
}

// close closes the sinks, last first.
func (r *Run) close() (err error) {
	for _, sink := range slices.Backward(r.sinks) {
		if sink.Close != nil {
			err = errors.Join(err, sink.Close())
		}
	}
	return err
}

// tellExit sends the command's final error, unless the report already shows it.
func (r *Run) tellExit(ended error) {
	stopped, ok := errors.AsType[command.Exit](ended)
	if ended == nil || ok && stopped.Err == nil {
		return
	}
	if !ok {
		stopped = command.Exit{Code: report.ExitUsage, Err: ended}
	}
	table := report.Exits()
	i := slices.IndexFunc(table, func(e report.Exit) bool { return e.Code == stopped.Code })
	r.tell(Event{Event: report.Event{Type: report.ExitError, Error: stopped.Error(), Exit: &table[i]}})
}
