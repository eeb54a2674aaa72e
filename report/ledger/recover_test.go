package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// waiting returns a closed history of runs whose devices also wait for a hub.
func waiting(t testing.TB, runs int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "history.sqlite")
	s, err := OpenHistory(t.Context(), path)
	must(t, err)
	for n := range runs {
		at := monday.Add(time.Duration(n) * aDay)
		must(t, s.Begin(t.Context(), Run{ID: runID(n), Started: at}))
		for _, d := range tray(t) {
			d.TakenAt = at
			must(t, s.AddAndSend(t.Context(), runID(n), d, letter(t, fmt.Sprintf(`{"run":%d,"udid":%q}`, n, d.UDID))))
		}
		must(t, s.Finish(t.Context(), runID(n), at, report.Report{}))
	}
	must(t, s.Close())
	return path
}

// rowsOf counts the rows of the tables.
func rowsOf(t testing.TB, s *Store) (rows [4]int) {
	t.Helper()
	must(t, s.read(t.Context(), func(tx transaction) error {
		return tx.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM visits), (SELECT count(*) FROM details), (SELECT count(*) FROM messages)").
			Scan(&rows[0], &rows[1], &rows[2], &rows[3])
	}))
	return rows
}

// rootsOf returns the root pages of the tables.
func rootsOf(t testing.TB, s *Store) map[int]bool {
	t.Helper()
	roots := map[int]bool{}
	must(t, s.read(t.Context(), func(tx transaction) error {
		return each(t.Context(), tx, "SELECT rootpage FROM sqlite_schema", nil, func(rows *sql.Rows) error {
			var page int
			err := rows.Scan(&page)
			roots[page] = true
			return err
		})
	}))
	return roots
}

// TestOneDamagedPage overwrites one page after the other, a sample of all. Whatever was on it, the rest is recovered, the
// damaged file is kept, and every loss is reported.
func TestOneDamagedPage(t *testing.T) {
	path := waiting(t, 12)
	whole := read(t, path)
	s := openedHistory(t, path)
	all := rowsOf(t, s)
	step, every := 7, 2 // of the pages, and of these and the roots
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
		step, every = 1, 1
	case testing.Short():
		step, every = 20, 10 // one goroutine recovers, and the race detector finds no more in all of them
	}
	recovered := 0
	pages := slices.Sorted(maps.Keys(rootsOf(t, s))) // each leads to a whole table
	for page := 2; page < len(whole)/4096; page += step {
		pages = append(pages, page)
	}
	for i, number := range pages {
		if i%every > 0 {
			continue
		}
		page := number - 1
		if page < 1 {
			continue
		}
		broken := bytes.Clone(whole)
		copy(broken[page*4096:], bytes.Repeat([]byte{0xa5}, 4096))
		path := filepath.Join(t.TempDir(), "history.sqlite")
		must(t, os.WriteFile(path, broken, 0o600))
		s := openedHistory(t, path)
		recovery, err := s.Recover(t.Context())
		must(t, err)
		if recovery.Kept == "" {
			if rows := rowsOf(t, s); rows != all {
				t.Errorf("page %d: not seen to be damaged, with %v of %v rows", page, rows, all)
			}
			continue
		}
		recovered++
		if !bytes.Equal(read(t, recovery.Kept), broken) {
			t.Errorf("page %d: what was kept is not what was there", page)
		}
		if recovery.Failed != nil {
			t.Errorf("page %d: %s", page, recovery)
		}
		rows := rowsOf(t, s)
		told := [4]Recovered{recovery.Runs, recovery.Devices, recovery.Details, recovery.Waiting}
		for i, part := range told {
			if lost := all[i] - rows[i]; lost > part.Lost && !part.Unknown {
				t.Errorf("page %d: %d of table %d are lost, and %d were told: %s", page, lost, i, part.Lost, recovery)
			}
			if i > 0 && part.Lost > all[i]*2/3 { // at least the larger of two remains
				t.Errorf("page %d: one page costs %d of %d of table %d", page, part.Lost, all[i], i)
			}
		}
		if recovery.Complete() && rows != all {
			t.Errorf("page %d: told to be complete with %v of %v rows", page, rows, all)
		}
		keepRun(t, s, runID(99), monday.Add(99*aDay), tray(t)...)
		mustAgree(t, s, fmt.Sprintf("page %d", page), sumsOfVisits)
	}
	if recovered < 3 {
		t.Errorf("only %d damages were seen", recovered)
	}
}

// An intact history is left unchanged.
func TestAWholeHistoryIsNotRecovered(t *testing.T) {
	s := openedHistory(t, written(t, 2))
	before := everything(t, s)
	recovery, err := s.Recover(t.Context())
	if err != nil || recovery.Kept != "" || len(everything(t, s)) != len(before) {
		t.Errorf("%+v, %v", recovery, err)
	}
}

// The first page leads to all tables. Even if only its header is left, their rows are found.
func TestADamagedSchema(t *testing.T) {
	path := waiting(t, 12)
	s := openedHistory(t, path)
	all := rowsOf(t, s)
	story, err := s.Device(t.Context(), tray(t)[0].UDID, 100)
	must(t, err)
	must(t, s.Close())
	broken := read(t, path)
	copy(broken[100:4096], bytes.Repeat([]byte{0xa5}, 4096))
	must(t, os.WriteFile(path, broken, 0o600))
	s = openedHistory(t, path)
	if rows := rowsOf(t, s); rows != all || s.Recovery().Kept == "" {
		t.Errorf("%v of %v rows: %s", rows, all, s.Recovery())
	}
	again, err := s.Device(t.Context(), tray(t)[0].UDID, 100)
	must(t, err)
	if diff := cmp.Diff(story, again); diff != "" {
		t.Error(diff)
	}
	if s.Recovery().Complete() {
		t.Error("told to be complete, though nobody knows")
	}
}

// Deleted data does not come back.
func TestRecoveryLeavesWhatWasForgotten(t *testing.T) {
	path := waiting(t, 12)
	s := openedHistory(t, path)
	for n := range 9 { // and no pages are released
		must(t, s.write(t.Context(), func(tx transaction) error { return forgetRun(t.Context(), tx, runID(n)) }))
	}
	all := rowsOf(t, s)
	must(t, s.Close())
	broken := read(t, path)
	copy(broken[100:4096], bytes.Repeat([]byte{0xa5}, 4096))
	must(t, os.WriteFile(path, broken, 0o600))
	s = openedHistory(t, path)
	if rows := rowsOf(t, s); rows != all {
		t.Errorf("%v rows, want %v", rows, all)
	}
}

// FuzzRowsOfLeaf parses arbitrary pages.
func FuzzRowsOfLeaf(f *testing.F) {
	whole := read(f, waiting(f, 1))
	for at := 0; at+ledgerPage <= len(whole); at += ledgerPage {
		f.Add(whole[at : at+ledgerPage])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		page := make([]byte, ledgerPage)
		copy(page, content)
		for _, row := range rowsOfLeaf(page, func(uint32) []byte { return page }) {
			leavesTable(row)
		}
	})
}

// Whether a run had ended is unknown if only its devices could be recovered: it is not called
// interrupted, and not resumed by itself.
func TestRecoveredRunsWithoutTheirEnd(t *testing.T) {
	path := written(t, 3)
	s := openedHistory(t, path)
	var root int64
	must(t, s.read(t.Context(), func(tx transaction) error {
		return tx.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'runs'").Scan(&root)
	}))
	must(t, s.Close())
	content := read(t, path)
	copy(content[(root-1)*4096:], bytes.Repeat([]byte{0xa5}, 4096))
	must(t, os.WriteFile(path, content, 0o600))
	s = openedHistory(t, path)
	if _, err := s.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.Runs(t.Context(), 10)
	must(t, err)
	if list.Total != 3 {
		t.Fatalf("%d runs", list.Total)
	}
	for _, run := range list.Runs {
		if run.State != report.RunUnknown || !run.Partial || !run.FinishedAt.IsZero() {
			t.Errorf("%+v", run)
		}
	}
	if got, err := s.Resume(t.Context(), LastUnfinished); !errors.Is(err, ErrNoEnd) {
		t.Errorf("resumed %s, %v", got.Run.Run, err)
	}
	if r, _, err := s.RunReport(t.Context(), LastRun); err != nil || !r.Partial || r.ExitCode() != report.ExitNotExamined {
		t.Errorf("reported as %+v, %v", r.Exit, err)
	}
	must(t, s.Begin(t.Context(), Run{ID: list.Runs[0].Run, Started: monday}))
	released(t, s, list.Runs[0].Run)
	if _, err := s.Resume(t.Context(), LastUnfinished); err != nil {
		t.Errorf("not resumed after an interruption: %v", err)
	}
	released(t, s, list.Runs[0].Run)
}

// The table of series has one row for all that waits. Without it, everything is sent again.
func TestRecoveryWithoutTheSeries(t *testing.T) {
	path := waiting(t, 3)
	s := openedHistory(t, path)
	all := rowsOf(t, s)
	var root int64
	must(t, s.read(t.Context(), func(tx transaction) error {
		return tx.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'outgoing'").Scan(&root)
	}))
	must(t, s.Close())
	content := read(t, path)
	copy(content[(root-1)*4096:], bytes.Repeat([]byte{0xa5}, 4096))
	must(t, os.WriteFile(path, content, 0o600))
	s = openedHistory(t, path)
	recovery, err := s.Recover(t.Context())
	must(t, err)
	if rows := rowsOf(t, s); recovery.Failed != nil || rows != all {
		t.Errorf("%v of %v rows: %s", rows, all, recovery)
	}
	list, err := s.Ledgers(t.Context())
	if last := len(list) - 1; err != nil || last < 0 || list[last].Closed || list[last].Waiting != int64(all[3]) {
		t.Errorf("%d reports waited, and now %+v, %v", all[3], list, err)
	}
}
