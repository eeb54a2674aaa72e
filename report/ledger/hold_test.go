package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// goOn starts a run over two devices, stores one of them, and waits to be killed.
func goOn(path string) error {
	s, err := OpenHistory(context.Background(), path)
	if err != nil {
		return err
	}
	two := 2
	r := NewRecorder(s, Run{})
	d := childDevice(1)
	r.Hear(report.Event{Type: report.RunStart, Run: runID(7), At: monday, Total: &two})
	r.Hear(report.Event{Type: report.DeviceDone, Run: runID(7), At: monday, Device: &d})
	if err := r.Err(); err != nil {
		return err
	}
	fmt.Println("begun")
	time.Sleep(time.Hour) // until killed; select {} would be a deadlock
	return nil
}

// A run is running as long as its process lives, and interrupted afterwards.
func TestARunIsRunningOrInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	cmd := child(t, "go on", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if !bufio.NewScanner(out).Scan() {
		t.Fatal(cmd.Wait())
	}
	s := openedHistory(t, path)
	shows := func(state string) {
		t.Helper()
		list, err := s.Runs(t.Context(), 1)
		must(t, err)
		if run := list.Runs[0]; run.State != state || !run.Partial || run.Devices != 1 || run.Total == nil || *run.Total != 2 {
			t.Errorf("%+v, want %s", run, state)
		}
	}
	shows(report.RunRunning)
	for _, which := range []string{LastUnfinished, runID(7)} {
		if _, err := s.Resume(t.Context(), which); !errors.Is(err, ErrRunning) {
			t.Errorf("resuming %s: %v", which, err)
		}
	}
	if err := s.Begin(t.Context(), Run{ID: runID(7), Started: monday}); !errors.Is(err, ErrRunning) {
		t.Errorf("begun again: %v", err)
	}
	if runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(aDay)}); err != nil || runs != 0 {
		t.Errorf("%d runs were forgotten, %v", runs, err)
	}
	must(t, cmd.Process.Kill())
	cmd.Wait()
	shows(report.RunInterrupted)
	got, err := s.Resume(t.Context(), LastUnfinished)
	must(t, err)
	if got.Run.Run != runID(7) || len(got.Done) != 1 {
		t.Errorf("resumed %+v", got)
	}
	shows(report.RunRunning) // by this process
	must(t, s.Finish(t.Context(), runID(7), monday, report.Report{}))
	if _, err := os.Stat(holdPath(path, runID(7))); !isMissing(err) {
		t.Errorf("the file of the hold stays: %v", err)
	}
}

// An interrupted run is not the last one while a newer run is in progress.
func TestTheLastInterruptedRun(t *testing.T) {
	s := fresh(t)
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	must(t, s.Begin(t.Context(), Run{ID: runID(2), Started: monday}))
	released(t, s, runID(1))
	if got, err := s.Resume(t.Context(), LastUnfinished); !errors.Is(err, ErrRunning) {
		t.Errorf("resumed %s, %v", got.Run.Run, err)
	}
	released(t, s, runID(2))
	got, err := s.Resume(t.Context(), LastUnfinished)
	must(t, err)
	if got.Run.Run != runID(2) {
		t.Errorf("resumed %s", got.Run.Run)
	}
	released(t, s, runID(2))
}

// A run that was stopped and is resumed has not ended any more.
func TestAResumedRunHasNotEnded(t *testing.T) {
	s := fresh(t)
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	must(t, s.Finish(t.Context(), runID(1), monday, report.Report{Partial: true, Exit: report.ExitOf(report.ExitInterrupted)}))
	state := func() report.PastRun {
		list, err := s.Runs(t.Context(), 1)
		must(t, err)
		return list.Runs[0]
	}
	if run := state(); run.State != report.RunFinished || !run.Partial {
		t.Errorf("stopped: %+v", run)
	}
	if r, _, err := s.RunReport(t.Context(), LastRun); err != nil || r.ExitCode() != report.ExitInterrupted {
		t.Errorf("reported as %+v, %v", r.Exit, err)
	}
	got, err := s.Resume(t.Context(), LastUnfinished)
	must(t, err)
	must(t, s.Begin(t.Context(), Run{ID: got.Run.Run, Started: monday}))
	if run := state(); run.State != report.RunRunning || run.Exit != nil || !run.FinishedAt.IsZero() {
		t.Errorf("resumed: %+v", run)
	}
	if r, _, err := s.RunReport(t.Context(), LastRun); err != nil || !r.Partial || r.ExitCode() != report.ExitNotExamined {
		t.Errorf("while it runs, reported as %+v, %v", r.Exit, err)
	}
	released(t, s, runID(1))
	if run := state(); run.State != report.RunInterrupted {
		t.Errorf("killed: %+v", run)
	}
}
