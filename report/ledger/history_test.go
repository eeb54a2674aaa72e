package ledger

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

func TestARunIsKept(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday, tray(t)...)
	list, err := s.Runs(t.Context(), 10)
	must(t, err)
	code := report.ExitProblems
	want := report.RunList{Header: report.NewHeader(report.KindRuns), Total: 1, Runs: []report.PastRun{{
		Run: runID(1), StartedAt: monday, FinishedAt: monday.Add(time.Minute), Tool: "1.2.3", Host: report.Host{OS: "linux"},
		State: report.RunFinished, Subject: report.OfDevices, Exit: &code, Devices: 6, Failing: 2, AtRisk: 2, BackedUp: 1, NotExamined: 1,
	}}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

// A run that is read again or resumed reports its devices again.
func TestKeepingTwiceChangesNothing(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday, tray(t)...)
	before := everything(t, s)
	keepRun(t, s, runID(1), monday, tray(t)...)
	if diff := cmp.Diff(before, everything(t, s)); diff != "" {
		t.Error(diff)
	}
}

// A device that is plugged in twice during a watch gives two visits of one device.
func TestADeviceMayComeTwice(t *testing.T) {
	s := fresh(t)
	d := tray(t)[0]
	again := d
	again.TakenAt, again.Verdict = d.TakenAt.Add(time.Hour), "backed-up"
	keepRun(t, s, runID(1), monday, d, again)
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	if run := list.Runs[0]; run.Devices != 1 || run.BackedUp != 1 {
		t.Errorf("%d devices, %d with nothing found; want the one device as it was last", run.Devices, run.BackedUp)
	}
	if story, err := s.Device(t.Context(), d.UDID, 10); err != nil || len(story.Visits) != 2 {
		t.Errorf("%d visits, %v", len(story.Visits), err)
	}
}

func TestRunsAreListedFromTheNewest(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday)
	keepRun(t, s, runID(2), monday.Add(aDay))
	must(t, s.Begin(t.Context(), Run{ID: runID(3), Started: monday.Add(2 * aDay)}))
	list, err := s.Runs(t.Context(), 2)
	must(t, err)
	if list.Total != 3 || len(list.Runs) != 2 || list.Runs[0].Run != runID(3) || list.Runs[1].Run != runID(2) {
		t.Errorf("got %+v", list)
	}
	if cut := list.Runs[0]; !cut.FinishedAt.IsZero() || cut.Exit != nil {
		t.Errorf("a run that is not finished has an end: %+v", cut)
	}
}

func TestWhatBelongsToNoRunIsRefused(t *testing.T) {
	s := fresh(t)
	if err := s.Add(t.Context(), runID(1), tray(t)[0]); !errors.Is(err, ErrNoRun) {
		t.Errorf("a device: %v", err)
	}
	if err := s.Finish(t.Context(), runID(1), monday, report.Report{}); !errors.Is(err, ErrNoRun) {
		t.Errorf("an end: %v", err)
	}
}

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system has no such rights")
	}
	folder := filepath.Join(t.TempDir(), "data", "backupdoctor")
	keepRun(t, openedHistory(t, filepath.Join(folder, "history.sqlite")), runID(1), monday, tray(t)...)
	for name, want := range map[string]os.FileMode{
		"": 0o700, "history.sqlite": 0o600, "history.sqlite-wal": 0o600, "history.sqlite-shm": 0o600, "history.sqlite.lock": 0o600,
	} {
		info, err := os.Stat(filepath.Join(folder, name))
		must(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has the rights %o, want %o", name, got, want)
		}
	}
}

// SQLite keeps the log beside the file itself. Both must be set aside.
func TestALinkIsFollowed(t *testing.T) {
	folder := t.TempDir()
	disk, link := filepath.Join(folder, "disk.sqlite"), filepath.Join(folder, "history.sqlite")
	s, err := OpenHistory(t.Context(), disk)
	must(t, err)
	must(t, s.Close())
	if err := os.Symlink(disk, link); err != nil {
		t.Skip(err)
	}
	must(t, os.Truncate(disk, 1000))
	s = openedHistory(t, link)
	if got := filepath.Base(s.Recovery().Kept); filepath.Ext(got) == "" || got[:len("disk.sqlite.broken-")] != "disk.sqlite.broken-" {
		t.Errorf("set aside as %q", s.Recovery().Kept)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}

// Waiting for another step of this process counts towards the time limit.
func TestAStepWaitsForItsTurnNoLongerThanItMay(t *testing.T) {
	s := fresh(t)
	begun, end := make(chan struct{}), make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		s.do(t.Context(), historyTimeout, reading, func(transaction) error { close(begun); <-end; return nil })
	})
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Runs(ctx, 1); !errors.Is(err, ErrBusy) {
		t.Errorf("the step ends with %v", err)
	}
	close(end)
	running.Wait()
	if _, err := s.Runs(t.Context(), 1); err != nil {
		t.Errorf("the next step ends with %v", err)
	}
}

// A finished run survives a power failure, which costs time; a single device need not.
func TestOnlyTheEndIsForcedToTheDisk(t *testing.T) {
	s := fresh(t)
	for name, c := range map[string]struct {
		how  txMode
		want int
	}{"a device": {writing, 1}, "the end of a run": {forcing, 2}} {
		must(t, s.do(t.Context(), historyTimeout, c.how, func(tx transaction) error {
			got := 0
			err := tx.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&got)
			if got != c.want {
				t.Errorf("%s is written with synchronous=%d, want %d", name, got, c.want)
			}
			return err
		}))
	}
}

func TestAStepHappensAsAWholeOrNotAtAll(t *testing.T) {
	s := fresh(t)
	broke := errors.New("broke off")
	err := s.write(t.Context(), func(tx transaction) error {
		_, err := tx.ExecContext(t.Context(), addRun, "x", "", 1, "", "", "", 0)
		must(t, err)
		return broke
	})
	if !errors.Is(err, broke) {
		t.Errorf("got %v", err)
	}
	keepRun(t, s, runID(1), monday)
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 1 {
		t.Errorf("%d runs, %v; want the one that was finished", list.Total, err)
	}
}

// lockedBy blocks all other writers, as another program might.
func lockedBy(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", withSettings(path, url.Values{"mode": {"rw"}, "_txlock": {"immediate"}}))
	must(t, err)
	tx, err := db.BeginTx(context.Background(), nil)
	must(t, err)
	return func() { must(t, errors.Join(tx.Rollback(), db.Close())) }
}

func TestABusyHistoryIsNotWaitedForLong(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday)
	unlock := lockedBy(t, s.path)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Begin(ctx, Run{ID: runID(2), Started: monday}); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 1 {
		t.Errorf("reading waits for a writer: %d runs, %v", list.Total, err)
	}
	unlock()
	must(t, s.Begin(t.Context(), Run{ID: runID(2), Started: monday}))
}

// A step that ran out of time has ended its transaction when it returns, however busy the computer is.
func TestATimeoutLeavesNoTransaction(t *testing.T) {
	s := fresh(t)
	for range 200 {
		for _, how := range []txMode{reading, writing} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			err := s.do(ctx, time.Minute, how, func(transaction) error {
				<-ctx.Done()
				return ctx.Err()
			})
			cancel()
			if !errors.Is(err, ErrBusy) {
				t.Fatalf("got %v, want ErrBusy", err)
			}
			must(t, s.write(t.Context(), func(transaction) error { return nil }))
		}
	}
}

func TestAnInterruptIsNotTakenForABusyHistory(t *testing.T) {
	s := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Runs(ctx, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAClosedHistoryAnswersWithAnError(t *testing.T) {
	s, err := OpenHistory(t.Context(), filepath.Join(t.TempDir(), "history.sqlite"))
	must(t, err)
	must(t, s.Close())
	if _, err := s.Runs(t.Context(), 10); err == nil {
		t.Error("no error")
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing it again: %v", err)
	}
}

// everything returns the whole content of a history, as exported.
func everything(t testing.TB, s *Store) []any {
	t.Helper()
	var all []any
	damaged, err := s.Export(t.Context(),
		func(run report.PastRun) error { all = append(all, run); return nil },
		func(run string, d report.Device) error { all = append(all, run, d); return nil },
	)
	if err != nil || damaged != 0 {
		t.Fatalf("%v, %d damaged", err, damaged)
	}
	return slices.Clip(all)
}
