package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
)

// wardInPart stores devices with every verdict, read in full, in part, and not at all.
func wardInPart(t *testing.T, s *Store) {
	t.Helper()
	for i, of := range []sheet{
		{id: "whole", verdict: "no-cause-found"},
		{id: "part", verdict: "no-cause-found", reason: "timeout"},
		{id: "failing part", verdict: "failing", reason: "detached"},
		{id: "unread", verdict: "not-examined", reason: "trust-pending"},
		{id: "later whole", verdict: "no-cause-found", reason: "timeout"},
		{id: "elsewhere", verdict: "backed-up", reason: "timeout"},
	} {
		of.taken = monday.Add(time.Duration(i) * time.Minute)
		m := message(i+1, "oslo", of)
		if of.id == "elsewhere" {
			m.Site = "Rome"
		}
		put(t, s, m)
	}
	put(t, s, message(9, "oslo", sheet{id: "later whole", taken: monday.Add(day), verdict: "no-cause-found"}))
}

// mustCountInPart checks the counts and the lists of wardInPart.
func mustCountInPart(t *testing.T, s *Store) {
	t.Helper()
	for site, want := range map[string][3]int{"": {3, 3, 1}, "Site of oslo": {2, 3, 1}, "Rome": {1, 0, 0}} {
		totals, err := s.Totals(t.Context(), site)
		must(t, err)
		if got := [3]int{totals.Incomplete, totals.Verdicts[checks.NoCauseFound], totals.Verdicts[checks.NotExamined]}; got != want {
			t.Errorf("site %q: read in part, no cause found and not examined are %v, want %v", site, got, want)
		}
	}
	for _, order := range []Sort{NewestFirst, WorstFirst, LongestFirst} {
		ids := idsOf(t, s, Filter{Incomplete: true}, order)
		slices.Sort(ids)
		if !slices.Equal(ids, []string{"elsewhere", "failing part", "part"}) {
			t.Errorf("sorted by %s, read in part are %q", order, ids)
		}
	}
	devices, err := s.Find(t.Context(), "part")
	must(t, err)
	if len(devices) != 1 || !devices[0].Incomplete {
		t.Errorf("the device is %+v", devices)
	}
}

// Read in part, no cause found and not examined are counted separately.
func TestReadInPart(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		wardInPart(t, s)
		mustCountInPart(t, s)
	})
}

// A database of the version before gets the counts from its devices.
func TestReadInPartIsCountedAfterAnUpdate(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			s, err := Open(t.Context(), at)
			must(t, err)
			wardInPart(t, s)
			for _, undo := range []string{
				"DELETE FROM counts WHERE kind = 'reading'", "DROP INDEX devices_incomplete", "DROP INDEX devices_incomplete_by_backup",
				"DROP TABLE periods",
				"DELETE FROM ledger_version WHERE version >= 5",
			} {
				_, err := s.db.ExecContext(t.Context(), undo)
				must(t, err)
			}
			must(t, s.Close())
			s = opened(t, at)
			mustCountInPart(t, s)
			put(t, s, message(10, "oslo", sheet{id: "part", taken: monday.Add(day), verdict: "no-cause-found"}))
			if totals, err := s.Totals(t.Context(), ""); err != nil || totals.Incomplete != 2 {
				t.Errorf("after one was read in full, %+v, %v", totals, err)
			}
		})
	}
}
