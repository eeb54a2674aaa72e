package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Some tests run this test binary again, as another process with the same history.
const (
	childEnv = "HISTORY_TEST_CHILD"
	pathEnv  = "HISTORY_TEST_PATH"
)

// children are the tasks of such a process. Each reports its progress on stdout.
var children = map[string]func(path string) error{
	"keep runs":    keepRuns,
	"go on adding": goOnAdding,
	"fill up":      fillUp,
	"go on":        goOn,
	"send on":      sendOn,
	"recover":      recoverAll,
}

// beChild performs the task of a child process and exits; in any other process it does nothing.
func beChild() {
	child, ok := children[os.Getenv(childEnv)]
	if !ok {
		return
	}
	if err := child(os.Getenv(pathEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child starts a process that performs one of children on a history.
func child(t *testing.T, what, path string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	program, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), childEnv+"="+what, pathEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

const (
	childRuns    = 10
	childDevices = 4
)

// childDevice returns the nth device of a process.
func childDevice(n int) report.Device {
	return report.Device{
		UDID: fmt.Sprintf("%08d-%016d", os.Getpid(), n), TakenAt: monday, Verdict: "failing", Headline: "It fails.",
		Findings: []report.Finding{{Check: "backup-turned-off", Status: "problem"}},
	}
}

func childRun(n int) string { return fmt.Sprintf("%08x-%04x-4000-8000-000000000000", os.Getpid(), n) }

// keepRuns stores some runs, opening the history for each, as scans do.
func keepRuns(path string) error {
	for n := range childRuns {
		s, err := OpenHistory(context.Background(), path)
		if err != nil {
			return err
		}
		r := NewRecorder(s, Run{})
		r.longest, r.timeout = historyTimeout, historyTimeout // on a busy machine, too, none is missing
		r.Hear(report.Event{Type: report.RunStart, Run: childRun(n), At: monday})
		for i := range childDevices {
			d := childDevice(i)
			r.Hear(report.Event{Type: report.DeviceDone, Run: childRun(n), At: monday, Device: &d})
		}
		r.Hear(report.Event{Type: report.RunSummary, Run: childRun(n), At: monday, Report: &report.Report{}})
		if err := r.Err(); err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	return nil
}

// They start together, before there is a file.
func TestSeveralProcessesLoseNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	const processes = 4
	var all sync.WaitGroup
	for range processes {
		cmd := child(t, "keep runs", path)
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s := openedHistory(t, path)
	list, err := s.Runs(t.Context(), 1000)
	must(t, err)
	if s.Recovery().Kept != "" || list.Total != processes*childRuns {
		t.Errorf("%d runs, want %d; set aside %q", list.Total, processes*childRuns, s.Recovery().Kept)
	}
	for _, run := range list.Runs {
		if run.Devices != childDevices || run.FinishedAt.IsZero() || run.Partial {
			t.Errorf("%+v, want %d devices", run, childDevices)
		}
	}
}

// goOnAdding stores one finished run, then adds devices to another, and reports each once it is
// stored.
func goOnAdding(path string) error {
	s, err := OpenHistory(context.Background(), path)
	if err != nil {
		return err
	}
	for n, end := range []int{3, 1 << 30} {
		if err := s.Begin(context.Background(), Run{ID: runID(n), Started: monday.Add(time.Duration(n) * aDay)}); err != nil {
			return err
		}
		for i := range end {
			if err := s.Add(context.Background(), runID(n), childDevice(i)); err != nil {
				return err
			}
			fmt.Println(n, i+1)
		}
		if err := s.Finish(context.Background(), runID(n), monday, report.Report{}); err != nil {
			return err
		}
	}
	return nil
}

func TestAKilledProcessLosesNoDeviceThatWasDone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	cmd := child(t, "go on adding", path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	told := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if devices, ok := strings.CutPrefix(lines.Text(), "1 "); ok {
			if told, err = strconv.Atoi(devices); err != nil {
				t.Fatal(err)
			}
		}
		if told == 25 {
			must(t, cmd.Process.Kill()) // in the middle of the next device or the one after
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	if told < 25 {
		t.Fatalf("it told of %d devices only", told)
	}
	s := openedHistory(t, path)
	list, err := s.Runs(t.Context(), 10)
	must(t, err)
	if s.Recovery().Kept != "" || len(list.Runs) != 2 {
		t.Fatalf("%d runs, set aside %q", len(list.Runs), s.Recovery().Kept)
	}
	cut, finished := list.Runs[0], list.Runs[1]
	if finished.FinishedAt.IsZero() || finished.Devices != 3 {
		t.Errorf("the finished run is now %+v", finished)
	}
	if !cut.FinishedAt.IsZero() || cut.Devices < told {
		t.Errorf("%d devices are kept, finished %v; %d were told to be", cut.Devices, cut.FinishedAt, told)
	}
	resumption, err := s.Resume(t.Context(), LastUnfinished)
	must(t, err)
	if resumption.Run.Run != runID(1) || len(resumption.Done) != cut.Devices {
		t.Errorf("%d devices of %s are done, want %d", len(resumption.Done), resumption.Run.Run, cut.Devices)
	}
}

// fillUp stores runs until an error occurs, which it prints on stdout.
func fillUp(path string) error {
	s, err := OpenHistory(context.Background(), path)
	for n := 1; err == nil; n++ {
		r := NewRecorder(s, Run{})
		r.Hear(report.Event{Type: report.RunStart, Run: runID(n), At: monday.Add(time.Duration(n) * aDay)})
		for i := range childDevices {
			d := childDevice(i)
			d.Plan = []report.Step{{Title: strings.Repeat(fmt.Sprint(n, i, time.Now()), 1000)}}
			r.Hear(report.Event{Type: report.DeviceDone, Run: runID(n), At: monday, Device: &d})
		}
		r.Hear(report.Event{Type: report.RunSummary, Run: runID(n), At: monday, Report: &report.Report{}})
		if err = r.Err(); err == nil {
			fmt.Println(n)
		}
	}
	fmt.Println(err)
	return err
}

// filledUp runs fillUp until it has no space left, and returns the number of runs reported as
// finished and the last line printed.
func filledUp(t *testing.T, cmd *exec.Cmd) (runs int, word string) {
	t.Helper()
	cmd.Stderr = nil
	out, err := cmd.Output()
	if err == nil {
		t.Fatalf("it ended well: %s", out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return len(lines) - 1, lines[len(lines)-1]
}

// holdsRuns reports an error unless runs 1 to n are complete in a history.
func holdsRuns(t *testing.T, path string, n int) {
	t.Helper()
	s := openedHistory(t, path)
	list, err := s.Runs(t.Context(), 1<<30)
	must(t, err)
	if s.Recovery().Kept != "" {
		t.Errorf("it was set aside as %s", s.Recovery().Kept)
	}
	whole := map[string]bool{}
	for _, run := range list.Runs {
		whole[run.Run] = !run.FinishedAt.IsZero() && !run.Partial && run.Devices == childDevices
	}
	for i := range n {
		if !whole[runID(i+1)] {
			t.Errorf("run %d of %d is not whole", i+1, n)
		}
	}
	if n == 0 {
		t.Error("no run was finished before the end: this tests nothing")
	}
	keepRun(t, s, runID(1<<20), monday, childDevice(1))
}
