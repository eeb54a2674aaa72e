package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// written returns a closed history of some runs.
func written(t testing.TB, runs int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "history.sqlite")
	s, err := OpenHistory(t.Context(), path)
	must(t, err)
	for n := range runs {
		keepRun(t, s, runID(n), monday.Add(time.Duration(n)*aDay), tray(t)...)
	}
	must(t, s.Close())
	return path
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

func TestABrokenFileIsSetAside(t *testing.T) {
	whole := read(t, written(t, 3))
	changed := func(at int, text string) []byte {
		broken := bytes.Clone(whole)
		copy(broken[at:], text)
		return broken
	}
	for name, broken := range map[string][]byte{
		"cut within the first page":    whole[:1000],
		"cut in the middle":            whole[:len(whole)/2],
		"cut by a page":                whole[:len(whole)-4096],
		"another header":               changed(0, "SQLite format 4\x00"),
		"zeros for a header":           changed(0, strings.Repeat("\x00", 100)),
		"zeros for the schema":         changed(100, strings.Repeat("\x00", 3996)),
		"noise in the schema":          changed(100, strings.Repeat("noise", 700)),
		"an impossible page size":      changed(16, "\x00\x03"),
		"ours, and without its tables": withoutTables(t),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.sqlite")
			must(t, os.WriteFile(path, broken, 0o600))
			s, err := OpenHistory(t.Context(), path)
			must(t, err)
			kept := s.Recovery().Kept
			if !strings.HasPrefix(kept, path+".broken-") {
				t.Fatalf("set aside as %q", kept)
			}
			if !bytes.Equal(read(t, kept), broken) {
				t.Error("what was set aside is not what was there")
			}
			recovered := s.Recovery().Runs.Read
			keepRun(t, s, runID(9), monday)
			must(t, s.Close())
			s = openedHistory(t, path)
			if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 1+recovered || s.Recovery().Kept != "" {
				t.Errorf("then: %d runs, %v, set aside %q", list.Total, err, s.Recovery().Kept)
			}
		})
	}
}

// withoutTables returns a history in which an endless view replaces a table.
func withoutTables(t *testing.T) []byte {
	t.Helper()
	path := written(t, 1)
	return read(t, changedBy(t, path, "DROP TABLE details; CREATE VIEW details AS WITH RECURSIVE forever (report) AS (SELECT 1 UNION ALL SELECT report + 1 FROM forever) SELECT report, x'' AS json FROM forever;"))
}

// A log without its file may have the newest runs. SQLite would delete it.
func TestALogAloneIsSetAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	const log = "\x37\x7f\x06\x82 the newest runs"
	must(t, os.WriteFile(path+"-wal", []byte(log), 0o600))
	s := openedHistory(t, path)
	if got := read(t, s.Recovery().Kept+"-wal"); string(got) != log {
		t.Errorf("kept %q", got)
	}
}

func TestTwoInOneSecondGetTwoNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	kept := map[string]string{}
	for _, content := range []string{"one", "two", "three"} {
		must(t, os.WriteFile(path, []byte(content), 0o600))
		name, err := setAside(path, monday)
		must(t, err)
		kept[name] = content
	}
	if len(kept) != 3 {
		t.Fatalf("kept as %v", kept)
	}
	for name, want := range kept {
		if got := read(t, name); string(got) != want {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
}

// Damage missed by the cheap check on opening is found on use.
func TestWhatBreaksInUseIsSetAside(t *testing.T) {
	runs := 60
	if testing.Short() {
		runs = 20
	}
	path := written(t, runs)
	ruinMiddle(t, path)
	s := openedHistory(t, path)
	if s.Recovery().Kept != "" {
		t.Fatal("the damage was found when the ledger was opened: this tests nothing")
	}
	broken := read(t, path)
	_, err := s.Device(t.Context(), tray(t)[0].UDID, 100)
	told, ok := errors.AsType[*BrokenError](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if told.Recovery.Kept != s.Recovery().Kept || !strings.Contains(told.Error(), told.Recovery.Kept) {
		t.Errorf("told %q, set aside %q", told, s.Recovery().Kept)
	}
	if !bytes.Equal(read(t, told.Recovery.Kept), broken) {
		t.Error("what was set aside is not what was there")
	}
	before, err := s.Runs(t.Context(), 10)
	must(t, err)
	keepRun(t, s, runID(1000), monday)
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != before.Total+1 {
		t.Errorf("the new one has %d runs, %v", list.Total, err)
	}
}

// ruinMiddle overwrites every page in the middle third of a file.
func ruinMiddle(t *testing.T, path string) {
	t.Helper()
	content := read(t, path)
	pages := len(content) / 4096
	for page := pages * 2 / 5; page < pages*3/5; page++ {
		copy(content[page*4096:], bytes.Repeat([]byte{0xa5}, 4096))
	}
	must(t, os.WriteFile(path, content, 0o600))
}

// A file moved away while another process uses it would take that process's runs along.
func TestAFileInUseIsNotSetAside(t *testing.T) {
	path := written(t, 1)
	other := openedHistory(t, path)
	keepRun(t, other, runID(1), monday)
	content := read(t, path)
	must(t, os.WriteFile(path, []byte("no database"), 0o600)) // overwrites the same file
	_, err := OpenHistory(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), "another program has it open") {
		t.Errorf("got %v", err)
	}
	if string(read(t, path)) != "no database" {
		t.Error("the file was moved")
	}
	must(t, os.WriteFile(path, content, 0o600))
}

func TestWhatIsNotOursToReplaceIsLeftAlone(t *testing.T) {
	newer := changedBy(t, written(t, 1), "INSERT INTO ledger_version (version) VALUES (9999)")
	foreign := changedBy(t, filepath.Join(t.TempDir(), "Manifest.db"), "CREATE TABLE Files (fileID TEXT)")
	claimed := changedBy(t, filepath.Join(t.TempDir(), "Manifest.db"), "PRAGMA application_id = 7; CREATE TABLE Files (fileID TEXT)")
	for name, c := range map[string]struct {
		path string
		want error
	}{
		"a newer schema":            {newer, ErrNewer},
		"another program's":         {foreign, ErrForeign},
		"another program's, marked": {claimed, ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			before := read(t, c.path)
			s, err := OpenHistory(t.Context(), c.path)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, %v; want %v", s, err, c.want)
			}
			if !bytes.Equal(read(t, c.path), before) {
				t.Error("the file was changed")
			}
		})
	}
}

// changedBy runs a script on a database, creating it if necessary.
func changedBy(t *testing.T, path, script string) string {
	t.Helper()
	db, err := sql.Open("sqlite", withSettings(path, url.Values{"mode": {"rwc"}}))
	must(t, err)
	_, err = db.ExecContext(t.Context(), script)
	must(t, errors.Join(err, db.Close()))
	return path
}

// The lock is not part of the history: an error with it is reported, and costs no run.
func TestABrokenLockIsSaid(t *testing.T) {
	path := written(t, 1)
	before := read(t, path)
	must(t, os.Remove(path+".lock"))
	must(t, os.Mkdir(path+".lock", 0o700))
	s, err := OpenHistory(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), path+".lock") {
		t.Errorf("%v, %v", s, err)
	}
	if !bytes.Equal(read(t, path), before) {
		t.Error("the history was changed")
	}
}

// The content of the lock file does not matter: it may be a database of an earlier version.
func TestALockIsNotRead(t *testing.T) {
	path := written(t, 1)
	must(t, os.WriteFile(path+".lock", []byte("SQLite format 3"), 0o600))
	s := openedHistory(t, path)
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 1 {
		t.Errorf("%d runs, %v", list.Total, err)
	}
}

// A store of this process blocks an exclusive lock just as another process does.
func TestAGuardIsSharedOrAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	first, second := guardOf(path), guardOf(path)
	must(t, first.share(t.Context()))
	must(t, second.share(t.Context()))
	if err := second.alone(); !errors.Is(err, errHeld) {
		t.Errorf("alone beside another: %v", err)
	}
	must(t, first.release())
	must(t, second.alone())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := first.share(ctx); !errors.Is(err, ErrBusy) {
		t.Errorf("shared with one that is alone: %v", err)
	}
	stopped, stop := context.WithCancelCause(t.Context())
	why := errors.New("interrupted")
	stop(why)
	if err := first.share(stopped); !errors.Is(err, why) {
		t.Errorf("after an interrupt: %v", err)
	}
	must(t, second.release())
	must(t, first.share(t.Context()))
	must(t, first.release())
}

func TestAPlaceThatCannotBeUsedIsSaid(t *testing.T) {
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "file"), nil, 0o600))
	for name, path := range map[string]string{"a folder": folder, "below a file": filepath.Join(folder, "file", "history.sqlite")} {
		if s, err := OpenHistory(t.Context(), path); err == nil || isBroken(err) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

// A history of each older version is upgraded when it is opened to write, with all its runs, and is
// never changed by a command that only reads.
func TestOlderHistoriesAreUpgraded(t *testing.T) {
	newest := migrations
	t.Cleanup(func() { migrations = newest })
	for version := 1; version < len(newest); version++ {
		path := filepath.Join(t.TempDir(), "history.sqlite")
		migrations = newest[:version]
		_, conn, err := createHistory(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), "INSERT INTO runs (id, bench, started, finished, tool, host, subject, partial, exit, total) VALUES ('"+
			runID(9)+"', '', 1, 2, '1.0.0', 'linux', '', 0, 0, 0)"); err != nil {
			t.Fatal(err)
		}
		must(t, conn.Close())
		migrations = newest
		before := read(t, path)
		if s, err := OpenHistoryToRead(t.Context(), path); !errors.Is(err, ErrOlder) || !bytes.Equal(read(t, path), before) {
			t.Errorf("version %d, read: %v, %v", version, s, err)
		}
		s := openedHistory(t, path)
		keepRun(t, s, runID(1), monday, tray(t)...)
		if runs, err := s.Runs(t.Context(), 10); err != nil || len(runs.Runs) != 2 || s.Recovery().Kept != "" {
			t.Errorf("version %d: runs %v, %v, %s", version, runs.Runs, err, s.Recovery())
		}
		must(t, s.Close())
	}
}

// A history in the previous format is kept unchanged, and reported.
func TestAHistoryOfTheOldFormIsSetAside(t *testing.T) {
	path := changedBy(t, filepath.Join(t.TempDir(), "history.sqlite"), "PRAGMA application_id = 0x62646f63; CREATE TABLE runs (run INTEGER PRIMARY KEY)")
	before := read(t, path)
	if s, err := OpenHistoryToRead(t.Context(), path); !errors.Is(err, ErrOlder) {
		t.Errorf("read: %v, %v", s, err)
	}
	s := openedHistory(t, path)
	if r := s.Recovery(); !r.OldForm || !bytes.Equal(read(t, r.Kept), before) {
		t.Errorf("set aside: %s", r)
	}
	keepRun(t, s, runID(1), monday, tray(t)...)
}
