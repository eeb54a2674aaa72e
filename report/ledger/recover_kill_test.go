package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recoverAll opens a damaged history, as any command that writes does.
func recoverAll(path string) error {
	s, err := OpenHistory(context.Background(), path)
	if err != nil {
		return err
	}
	return s.Close()
}

// damagedBeyondData returns a damaged history of some runs, all of which can be recovered.
func damagedBeyondData(t *testing.T, runs int) (path string) {
	t.Helper()
	path = written(t, runs)
	s := openedHistory(t, path)
	var root int64
	must(t, s.read(t.Context(), func(tx transaction) error {
		return tx.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'ledger_version'").Scan(&root)
	}))
	must(t, s.Close())
	content := read(t, path)
	copy(content[(root-1)*4096:], strings.Repeat("\xa5", 4096))
	must(t, os.WriteFile(path, content, 0o600))
	return path
}

// A recovery that is killed at any moment is made again by the next process: it never leaves an empty
// history in the place of the damaged one.
func TestAKilledRecoveryIsMadeAgain(t *testing.T) {
	const runs = 20
	times := 4
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		times = 40
	}
	for n := range times {
		path := damagedBeyondData(t, runs)
		cmd := child(t, "recover", path)
		must(t, cmd.Start())
		begun := func() bool {
			all, err := os.ReadDir(filepath.Dir(path))
			must(t, err)
			for _, entry := range all {
				if strings.Contains(entry.Name(), ".recover") || strings.Contains(entry.Name(), ".broken-") {
					return true
				}
			}
			return false
		}
		for !begun() {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(n) * 2 * time.Millisecond)
		must(t, cmd.Process.Kill())
		cmd.Wait() // it was killed, unless it had ended

		s := openedHistory(t, path)
		if list, err := s.Runs(t.Context(), 100); err != nil || list.Total != runs {
			t.Errorf("killed %d ms after it began: then %d runs, %v", 2*n, list.Total, err)
		}
		must(t, s.Close())
		for _, suffix := range []string{".recovering", ".recovered"} {
			if _, err := os.Stat(path + suffix); err == nil {
				t.Errorf("%s is left", suffix)
			}
		}
	}
}

// A process may be killed after any of the renames with which a recovery ends.
func TestARecoveryEndsWithRenames(t *testing.T) {
	for moved := range len(parts("")) {
		t.Run(fmt.Sprint(moved+1), func(t *testing.T) {
			path := damagedBeyondData(t, 3)
			log := "\x37\x7f\x06\x82 the log"
			must(t, os.WriteFile(path+"-wal", []byte(log), 0o600))
			if _, err := recoverFrom(t.Context(), path, path+".recovered"); err != nil {
				t.Fatal(err)
			}
			kept := path + ".broken-20261130-174629"
			for i, part := range parts(path)[:moved+1] {
				if err := os.Rename(part, parts(kept)[i]); err != nil && !isMissing(err) {
					t.Fatal(err)
				}
			}
			s := openedHistory(t, path)
			if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 3 {
				t.Errorf("%d runs, %v", list.Total, err)
			}
			r := s.Recovery()
			if r.Kept == "" || r.Complete() || !strings.Contains(r.String(), "before it could say") {
				t.Errorf("told: %s", r)
			}
			if _, err := os.Stat(path + ".recovered"); err == nil {
				t.Error("the recovered history is there twice")
			}
		})
	}
}
