package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// given is a source that returns these devices.
type given []device.Snapshot

func (g given) Learn(_ context.Context, run *Run) (Learned, error) {
	run.Start(len(g))
	for number, s := range g {
		run.Done(number, s)
	}
	return Learned{Recording: run.Recording()}, nil
}

// broken is a source that fails.
type broken struct{ err error }

func (b broken) Learn(context.Context, *Run) (Learned, error) { return Learned{}, b.err }

// recording returns a sink that records its calls under a name.
func recording(name string, told *[]string) Sink {
	add := func(text string) { *told = append(*told, name+" "+text) }
	return Sink{
		Begin:   func(context.Context, *Run) error { add("begin"); return nil },
		Hear:    func(e Event) { add(e.Type) },
		Learned: func() { add("learned") },
		Report:  func(report.Report, device.Recording) error { add("report"); return nil },
		Close:   func() error { add("close"); return nil },
	}
}

func expect(t *testing.T, told []string, want ...string) {
	t.Helper()
	if !slices.Equal(told, want) {
		t.Errorf("the sinks were told\n%q, want\n%q", told, want)
	}
}

// Sinks are called in order, and closed in reverse order.
func TestSinksAreToldInOrder(t *testing.T) {
	var told []string
	s := device.Snapshot{TakenAt: time.Now(), Device: device.Identity{UDID: "a"}}
	Pipe{Source: given{s}, Sinks: []Sink{recording("1", &told), {}, recording("2", &told)}}.Run(t.Context())
	expect(t, told, "1 begin", "2 begin", "1 run_start", "2 run_start", "1 device_done", "2 device_done", "1 learned", "2 learned",
		"1 run_summary", "2 run_summary", "1 report", "2 report", "2 close", "1 close")
}

// A source that fails ends the run with its error, which the sinks receive.
func TestABrokenSourceEndsTheRun(t *testing.T) {
	var told []string
	failed := errors.New("it does not open")
	if err := (Pipe{Source: broken{failed}, Sinks: []Sink{recording("1", &told)}}).Run(t.Context()); !errors.Is(err, failed) {
		t.Errorf("the run ends with %v", err)
	}
	expect(t, told, "1 begin", "1 learned", "1 exit_error", "1 close")
}

// A sink whose Begin fails ends the run before anything is learned; sinks already begun are
// closed.
func TestFailingBeginEndsTheRun(t *testing.T) {
	var told []string
	failed := errors.New("the disk is full")
	full := Sink{Begin: func(context.Context, *Run) error { return failed }}
	if err := (Pipe{Source: given{}, Sinks: []Sink{recording("1", &told), full, recording("2", &told)}}).Run(t.Context()); !errors.Is(err, failed) {
		t.Errorf("the run ends with %v", err)
	}
	expect(t, told, "1 begin", "1 close")
}

// A report that cannot be written ends the command with an error, but the other sinks still get
// it.
func TestFailingReportReachesOtherSinks(t *testing.T) {
	var told []string
	failed := errors.New("the disk is full")
	full := Sink{Report: func(report.Report, device.Recording) error { return failed }}
	if err := (Pipe{Source: given{}, Sinks: []Sink{full, recording("1", &told)}}).Run(t.Context()); !errors.Is(err, failed) {
		t.Errorf("the run ends with %v", err)
	}
	expect(t, told, "1 begin", "1 run_start", "1 learned", "1 run_summary", "1 report", "1 exit_error", "1 close")
}

// Without a device, the source decides how the command ends.
func TestARunWithoutDevices(t *testing.T) {
	none := Learned{None: NoBackup()}
	err := Pipe{Source: learning(func(run *Run) Learned { run.Start(0); return none })}.Run(t.Context())
	if ended, ok := errors.AsType[command.Exit](err); !ok || ended.Code != report.ExitNoDevice || ended.Hint != Elsewhere {
		t.Errorf("the run ends with %+v", err)
	}
}

type learning func(*Run) Learned

func (l learning) Learn(_ context.Context, run *Run) (Learned, error) { return l(run), nil }

// For a device that returned, the last visit counts, in the report and in the recording.
func TestTheLastVisitCounts(t *testing.T) {
	at := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	visit := func(minutes int) device.Snapshot {
		return device.Snapshot{TakenAt: at.Add(time.Duration(minutes) * time.Minute), Device: device.Identity{UDID: "a", Name: device.Known("Ada")}}
	}
	var r report.Report
	var kept device.Recording
	Pipe{
		Judge: Judge{Redact: true},
		Source: learning(func(run *Run) Learned {
			run.StartOpen()
			run.Done(0, visit(0))
			run.Replace("a")
			run.Done(1, visit(1))
			return Learned{Recording: run.Recording()}
		}),
		Sinks: []Sink{{Snapshots: true, Report: func(of report.Report, learned device.Recording) error { r, kept = of, learned; return nil }}},
	}.Run(t.Context())
	if len(r.Devices) != 1 || !r.Devices[0].TakenAt.Equal(at.Add(time.Minute)) || !r.Redacted {
		t.Errorf("the report has %+v", r.Devices)
	}
	if len(kept.Snapshots) != 1 || kept.Snapshots[0].Device.UDID != r.Devices[0].UDID || kept.Snapshots[0].Device.UDID == "a" || !kept.Redacted {
		t.Errorf("the recording has %+v, the report %s", kept.Snapshots, r.Devices[0].UDID)
	}
}

// A device is judged once for all sinks.
func TestADeviceIsJudgedOnce(t *testing.T) {
	judged := 0
	check := &checks.Check{ID: "counted", Title: "It is counted", Judge: func(device.Snapshot) []checks.Finding {
		judged++
		return []checks.Finding{{Status: checks.Warning, Summary: "It was counted."}}
	}}
	outgoing, sent := Outgoing{Names: true}, ""
	err := Pipe{
		Judge:  Judge{Checks: []*checks.Check{check}},
		Source: given{{TakenAt: time.Now(), Device: device.Identity{UDID: "a"}}},
		Sinks: []Sink{{Hear: func(e Event) {
			if e.Result != nil {
				item, err := outgoing.prepare(&Run{ID: e.Run}, *e.Result)
				sent = fmt.Sprint(string(item.Report), err)
			}
		}}},
	}.Run(t.Context())
	if ended, ok := errors.AsType[command.Exit](err); judged != 1 || !ok || ended.Err != nil {
		t.Errorf("judged %d times; %v; sent %s", judged, err, sent)
	}
}
