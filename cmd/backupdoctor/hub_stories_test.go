package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// These tests run the stories in the README of report/relay with real processes.

// TestDatabaseOfAHubIsLost deletes the database of a running hub. The hub accepts nothing,
// gives no receipt, and does not create an empty database unless told to. After that, the bench
// fills it again.
func TestDatabaseOfAHubIsLost(t *testing.T) {
	skipOneByOne(t)
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	args := []string{"--data", dir, "--listen", listen, "--http", "off"}
	p := launched(t, args...)
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	list := items(t, 20)
	publish(t, bench, list[:10])
	eventually(t, "the bench has receipts", func() bool { return waiting(t, bench) == 0 })

	database := filepath.Join(dir, "fleet.db")
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(database + part); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	publish(t, bench, list[10:])
	eventually(t, "the hub says that its database is gone", func() bool {
		return strings.Contains(p.log.String(), "was removed, replaced or overwritten while it was in use")
	})
	if n := waiting(t, bench); n != 10 {
		t.Errorf("%d reports wait at the bench, want 10", n)
	}
	p.interrupt(t)
	if e := called(t, append([]string{"hub"}, args...)...); e.code != report.ExitUsage || !strings.Contains(e.stderr, "the database of this hub is gone") || !strings.Contains(e.stderr, "--new-database") {
		t.Errorf("started again: %+v", e)
	}
	if _, err := os.Stat(database); !os.IsNotExist(err) {
		t.Errorf("an empty database was begun: %v", err)
	}
	p = launched(t, append(args, "--new-database")...)
	eventually(t, "the bench has receipts for all", func() bool { return waiting(t, bench) == 0 })
	p.interrupt(t)
	mustHold(t, "sqlite:"+database, list)
	launched(t, args...) // the database has a new identity now
}

// TestOlderDatabaseIsRestored restores an old copy of a hub's database. The bench sends what is
// missing.
func TestOlderDatabaseIsRestored(t *testing.T) {
	skipOneByOne(t)
	t.Parallel()
	dir, listen := filepath.Join(t.TempDir(), "hub"), freeAddress(t)
	args := []string{"--data", dir, "--listen", listen, "--http", "off"}
	p := launched(t, args...)
	bench, _ := linkedBench(t, addBench(t, dir, "north"), "tls://"+listen)
	list := items(t, 16)
	publish(t, bench, list[:6])
	eventually(t, "the bench has receipts", func() bool { return waiting(t, bench) == 0 })
	p.interrupt(t)
	database := filepath.Join(dir, "fleet.db")
	older, err := os.ReadFile(database)
	if err != nil {
		t.Fatal(err)
	}
	p = launched(t, args...)
	publish(t, bench, list[6:])
	eventually(t, "the bench has receipts for all", func() bool { return waiting(t, bench) == 0 })
	p.interrupt(t)
	if err := os.WriteFile(database, older, 0o600); err != nil {
		t.Fatal(err)
	}
	p = launched(t, args...)
	eventually(t, "the hub has all again", func() bool { return reportsOf(t, "north", "--data", dir) == len(list) })
	p.interrupt(t)
	mustHold(t, "sqlite:"+database, list)
}

// TestRejects lists, shows, retries and discards messages that can never be stored.
func TestRejects(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address := "sqlite:" + filepath.Join(dir, "fleet.db")
	store, err := ledger.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	id := receipt.NewLedger()
	for n, text := range []string{"no envelope", "{}"} {
		number := receipt.Number{Ledger: id, Sequence: int64(n + 1), Chain: receipt.Start(id)}
		err := store.SetAside(t.Context(), ledger.Reject{Bench: "north", Number: number, Reason: "undecodable", Why: "it is " + text, Received: time.Now(), Message: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if list := well(t, "hub", "rejects", "list", "--data", dir); !strings.Contains(list, "undecodable") || !strings.Contains(list, "no envelope") {
		t.Errorf("listed are\n%s", list)
	}
	if shown := well(t, "hub", "rejects", "show", "1", "--data", dir); !strings.Contains(shown, "reason    undecodable") || !strings.Contains(shown, "content   “no envelope”") {
		t.Error(shown)
	}
	if shown := well(t, "hub", "rejects", "show", "--json", "1", "--data", dir); !strings.Contains(shown, `"message": "no envelope"`) {
		t.Errorf("shown is\n%s", shown)
	}
	if told := well(t, "hub", "rejects", "retry", "--data", dir); told != "stored: 0\nstill set aside: 2\n" {
		t.Errorf("tried again: %s", told)
	}
	well(t, "hub", "rejects", "discard", "2", "--data", dir)
	if e := called(t, "hub", "rejects", "show", "2", "--data", dir); e.code != report.ExitUsage || !strings.Contains(e.stderr, "no message 2 is set aside") {
		t.Errorf("after it was discarded: %+v", e)
	}
	gaps := well(t, "hub", "gaps", "--data", dir)
	if !strings.Contains(gaps, "north") || !strings.Contains(gaps, id[:8]) {
		t.Errorf("the gaps are\n%s", gaps)
	}
}
