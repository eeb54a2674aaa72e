package ledger

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// told returns the events of a complete run over some devices.
func told(id string, at time.Time, devices ...report.Device) []report.Event {
	count := len(devices)
	events := []report.Event{{Type: report.RunStart, Run: id, At: at, Total: &count}}
	for i := range devices {
		events = append(events,
			report.Event{Type: report.DeviceState, Run: id, At: at, UDID: devices[i].UDID, State: report.Reading},
			report.Event{Type: report.DeviceDone, Run: id, At: at, UDID: devices[i].UDID, Device: &devices[i]},
		)
	}
	end := report.Report{Run: id, Subject: report.OfDevices, Devices: []report.Device{}, Exit: report.Exit{Code: report.ExitProblems}}
	return append(events, report.Event{Type: report.RunSummary, Run: id, At: at.Add(time.Minute), Report: &end})
}

// released ends the hold on runs, as the end of their process does.
func released(t testing.TB, s *Store, runs ...string) {
	t.Helper()
	for _, run := range runs {
		must(t, holds.release(s.path, run))
	}
}

func TestARunIsHeardToItsEnd(t *testing.T) {
	byHand, s := fresh(t), fresh(t)
	keepRun(t, byHand, runID(1), monday, tray(t)...)
	r := NewRecorder(s, Run{Tool: "1.2.3", Host: "linux"})
	for _, e := range told(runID(1), monday, tray(t)...) {
		r.Hear(e)
	}
	must(t, r.Err())
	total := len(tray(t))
	byHandAll := everything(t, byHand)
	byHandAll = slices.Clone(byHandAll)
	for i, each := range byHandAll {
		if run, ok := each.(report.PastRun); ok {
			run.Total = &total
			byHandAll[i] = run
		}
	}
	if diff := cmp.Diff(byHandAll, everything(t, s)); diff != "" {
		t.Error(diff)
	}
}

// A command that fails or is killed sends no summary.
func TestARunWithoutASummaryIsNotFinished(t *testing.T) {
	s := fresh(t)
	r := NewRecorder(s, Run{})
	events := told(runID(1), monday, tray(t)...)
	for _, e := range events[:len(events)-1] {
		r.Hear(e)
	}
	r.Hear(report.Event{Type: report.ExitError, Run: runID(1), At: monday, Error: "no room"})
	must(t, r.Err())
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	if run := list.Runs[0]; !run.FinishedAt.IsZero() || run.Devices != 6 {
		t.Errorf("got %+v", run)
	}
}

// A failure to store ends nothing, is reported once, and keeps the run from looking complete.
func TestABusyHistoryCostsDevicesAndNotTheRun(t *testing.T) {
	s := fresh(t)
	r := NewRecorder(s, Run{})
	events := told(runID(1), monday, tray(t)...)
	r.Hear(events[0])
	unlock := lockedBy(t, s.path)
	r.timeout = time.Millisecond
	for _, e := range events[1:5] { // two devices
		r.Hear(e)
	}
	if r.timeout >= time.Millisecond/2 {
		t.Errorf("the next wait would take %v", r.timeout)
	}
	unlock()
	r.timeout = recorderTimeout
	for _, e := range events[5:] {
		r.Hear(e)
	}
	if err := r.Err(); !errors.Is(err, ErrBusy) || !strings.HasPrefix(err.Error(), "2 devices are missing") {
		t.Errorf("told %v", err)
	}
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	if run := list.Runs[0]; run.Devices != 4 || !run.Partial || run.FinishedAt.IsZero() {
		t.Errorf("kept %+v", run)
	}
}

// A run whose start could not be stored is begun with its first device.
func TestARunIsBegunLate(t *testing.T) {
	s := fresh(t)
	r := NewRecorder(s, Run{})
	for _, e := range told(runID(1), monday, tray(t)...)[1:] {
		r.Hear(e)
	}
	must(t, r.Err())
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	if run := list.Runs[0]; run.Devices != 6 || !run.StartedAt.Equal(monday) {
		t.Errorf("kept %+v", run)
	}
}

// If the file turns out to be damaged in the middle of a run, the run continues in a new one.
func TestARunGoesOnInANewFile(t *testing.T) {
	path := written(t, 1)
	s := openedHistory(t, path)
	r := NewRecorder(s, Run{})
	events := told(runID(7), monday, tray(t)...)
	for _, e := range events[:5] { // with two devices
		r.Hear(e)
	}
	content := read(t, path)
	must(t, os.WriteFile(path, make([]byte, len(content)), 0o600))
	must(t, os.Truncate(path+"-wal", 0))
	_, err := s.conn.ExecContext(t.Context(), "PRAGMA shrink_memory") // otherwise all pages are still cached
	must(t, err)
	for _, e := range events[5:] {
		r.Hear(e)
	}
	if _, ok := errors.AsType[*BrokenError](r.Err()); !ok {
		t.Errorf("told %v", r.Err())
	}
	list, err := s.Runs(t.Context(), 10)
	must(t, err)
	if list.Total != 1 || list.Runs[0].Run != runID(7) || list.Runs[0].Devices != 4 || !list.Runs[0].Partial {
		t.Errorf("kept %+v", list)
	}
}

func TestAClosedHistoryEndsNoRun(t *testing.T) {
	s := fresh(t)
	must(t, s.Close())
	r := NewRecorder(s, Run{})
	for _, e := range told(runID(1), monday, tray(t)...) {
		r.Hear(e)
	}
	if r.Err() == nil {
		t.Error("nothing was told")
	}
}

func TestResume(t *testing.T) {
	s := fresh(t)
	done, again, locked, cut := tray(t)[0], tray(t)[1], tray(t)[2], tray(t)[3]
	failed := again
	failed.Verdict, failed.Reason = "not-examined", string(device.Timeout)
	failed.TakenAt = again.TakenAt.Add(-time.Minute)
	locked.Verdict, locked.Reason = "not-examined", string(device.Locked)
	cut.Reason = string(device.Interrupted)
	must(t, s.Begin(t.Context(), Run{ID: runID(0xad), Started: monday.Add(aDay)}))
	must(t, s.Begin(t.Context(), Run{ID: runID(0xab), Started: monday}))
	for _, d := range []report.Device{failed, done, locked, cut, again} {
		must(t, s.Add(t.Context(), runID(0xab), d))
	}
	keepRun(t, s, runID(0xac), monday.Add(aDay), done)
	must(t, s.Begin(t.Context(), Run{ID: runID(0xae), Started: monday.Add(aDay), Subject: report.OfBackups}))
	released(t, s, runID(0xab), runID(0xad), runID(0xae))

	if got, err := s.Resume(t.Context(), "last"); !errors.Is(err, ErrFinished) {
		t.Errorf("the last run came to its end, and %s is resumed, %v", got.Run.Run, err)
	}
	for _, which := range []string{runID(0xab), "000000ab", "000000AB-0000"} {
		got, err := s.Resume(t.Context(), which)
		must(t, err)
		released(t, s, got.Run.Run)
		if diff := cmp.Diff([]report.Device{report.RewordedDevice(done), report.RewordedDevice(again)}, got.Done); diff != "" || got.Run.Run != runID(0xab) {
			t.Errorf("%s is the run %s with: %s", which, got.Run.Run, diff)
		}
	}
	if got, err := s.Resume(t.Context(), "000000ac"); err != nil || got.Run.FinishedAt.IsZero() || len(got.Done) != 1 {
		t.Errorf("a finished run: %+v, %v", got, err)
	}
	for _, which := range []string{"", "nonsense", "000000ae", "%"} {
		if got, err := s.Resume(t.Context(), which); !errors.Is(err, ErrNoRun) {
			t.Errorf("%q is %s, %v", which, got.Run.Run, err)
		}
	}
	if _, err := s.Resume(t.Context(), "000000a"); err == nil || errors.Is(err, ErrNoRun) {
		t.Errorf("of several runs one was taken, or none: %v", err)
	}
}
