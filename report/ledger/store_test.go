package ledger

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"golang.org/x/sync/errgroup"
)

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "sqlite:", "mysql://x", "fleet.sqlite", "postgres://user:pass word@[::1/x", "sqlite:" + t.TempDir()} {
		s, err := Open(t.Context(), address)
		if err == nil {
			s.Close()
			t.Errorf("%q was opened", address)
		}
	}
}

// TestNoPasswordInErrors queries a server that does not exist.
func TestNoPasswordInErrors(t *testing.T) {
	for _, address := range []string{"postgres://joe:s3cret@127.0.0.1:1/fleet", "postgres://joe:s3cret@127.0.0.1:port/fleet", "postgres://joe:s3cret@/fleet?host=/nowhere"} {
		_, err := Open(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestThreeHubsStartAtOnce(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			var hubs errgroup.Group
			for n := range 3 {
				hubs.Go(func() error {
					s, err := Open(t.Context(), at)
					if err != nil {
						return err
					}
					for i := range 5 { // they write the same device, and one report twice
						if _, err := s.Put(t.Context(), message(n*5+i, "oslo", sheet{id: "a", taken: monday.Add(time.Duration(n*5+i) * day)}), message(99, "oslo", sheet{id: "a", taken: monday})); err != nil {
							return err
						}
					}
					return s.Close()
				})
			}
			must(t, hubs.Wait())
			s := opened(t, at)
			var versions int
			must(t, s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM ledger_version").Scan(&versions))
			story, err := s.Story(t.Context(), "a", Page{})
			must(t, err)
			if versions != len(migrations) || story.Device.Visits != 16 || len(story.Visits.Rows) != 16 {
				t.Errorf("%d versions, %d visits counted, %d there", versions, story.Device.Visits, len(story.Visits.Rows))
			}
		})
	}
}

func TestNewerIsRefused(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			s, err := Open(t.Context(), at)
			must(t, err)
			_, err = s.db.ExecContext(t.Context(), "INSERT INTO ledger_version (version) VALUES (99)")
			must(t, err)
			must(t, s.Close())
			_, err = Open(t.Context(), at)
			if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "99") {
				t.Errorf("it was opened: %v", err)
			}
		})
	}
}

// TestServerDiesWhileReportsAreKept stops a Put halfway, kills the server, and puts the same
// messages again.
func TestServerDiesWhileReportsAreKept(t *testing.T) {
	c := server(t)
	s := opened(t, postgresAddress(t))
	put(t, s, message(1, "oslo", sheet{id: "a", taken: monday, bad: []string{"signed-out"}}))

	lock, err := s.db.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = lock.ExecContext(t.Context(), "LOCK TABLE findings IN ACCESS EXCLUSIVE MODE")
	must(t, err)
	messages := []Message{
		message(2, "oslo", sheet{id: "a", taken: monday.Add(day), ok: []string{"signed-out"}}),
		message(3, "oslo", sheet{id: "b", taken: monday, bad: []string{"signed-out"}}),
	}
	failed := make(chan error)
	go func() {
		_, err := s.Put(context.WithoutCancel(t.Context()), messages...)
		failed <- err
	}()
	waiting := 0
	for waiting == 0 && t.Context().Err() == nil {
		must(t, s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO findings%'").Scan(&waiting))
	}
	must(t, c.Kill(t.Context()))
	if err := <-failed; err == nil {
		t.Fatal("the Put succeeded without a server")
	}
	lock.Rollback() // its connection is closed
	must(t, c.Resume())

	got, err := s.Put(t.Context(), messages...)
	must(t, err)
	again, err := s.Put(t.Context(), messages...)
	must(t, err)
	if got.Stored != 2 || again.Known != 2 {
		t.Errorf("put again, %+v; and again, %+v", got, again)
	}
	totals, err := s.Totals(t.Context(), "")
	must(t, err)
	if totals.Devices != 2 || totals.Verdicts[checks.Failing] != 1 || len(totals.Causes) != 1 || totals.Causes[0].Problems != 1 {
		t.Errorf("the fleet: %+v", totals)
	}
	var reports, visits, details int
	must(t, s.db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM visits), (SELECT count(*) FROM details)").Scan(&reports, &visits, &details))
	if reports != 3 || visits != 3 || details != 3 {
		t.Errorf("%d reports, %d visits, %d details, want 3 of each", reports, visits, details)
	}
}

// TestStatisticsTakeTooLong checks that a database opens and works without new statistics.
func TestStatisticsTakeTooLong(t *testing.T) {
	s := opened(t, sqliteAddress(t))
	s.engine.ready = "WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT max(n) FROM endless"
	if err := s.ready(t.Context(), time.Millisecond); err != nil {
		t.Errorf("statistics that are not ready in time: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.ready(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a start that was cancelled: %v", err)
	}
	s.engine.ready = "PRAGMA nothing; DELETE FROM nothing"
	if err := s.ready(t.Context(), time.Hour); err == nil {
		t.Error("another error is not returned")
	}
	if _, err := s.Put(t.Context(), message(1, "oslo", sheet{id: "a", taken: monday})); err != nil {
		t.Error(err)
	}
}

// A database that was copied while a hub had it open may lack everything, which is in its log.
func TestADatabaseWithoutItsLog(t *testing.T) {
	path := changedBy(t, filepath.Join(t.TempDir(), "fleet.db"), "PRAGMA application_id = 0x6264666c; PRAGMA user_version = 1")
	if s, err := OpenToRead(t.Context(), "sqlite:"+path); err == nil || !strings.Contains(err.Error(), "copied without its log, fleet.db-wal") {
		t.Errorf("%v, %v", s, err)
	}
}
