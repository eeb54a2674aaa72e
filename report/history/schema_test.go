package history

import (
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitemigration"
	"zombiezen.com/go/sqlite/sqlitex"
)

const olderRun = `INSERT INTO runs (id, started, tool, host, subject) VALUES ('01932f00-0000-7000-8000-000000000001', 1700000000, 'test', 'linux', 'devices')`

// olderRuns puts a run into a history of each older version, by its number. A new migration
// needs an entry for the version before it.
var olderRuns = map[int]string{
	0: "", // a file that was never finished
	1: olderRun,
	2: olderRun,
	3: olderRun,
}

// A history of every version that there was opens, and keeps what is in it.
func TestOlderHistoriesAreBroughtUpToDate(t *testing.T) {
	for version := range len(schema.Migrations) {
		run, known := olderRuns[version]
		if !known {
			t.Errorf("version %d has no entry in olderRuns", version)
			continue
		}
		path := filepath.Join(t.TempDir(), "history.sqlite")
		conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate|sqlite.OpenWAL)
		must(t, err)
		older := schema
		older.Migrations = schema.Migrations[:version]
		must(t, sqlitemigration.Migrate(t.Context(), conn, older))
		must(t, sqlitex.ExecScript(conn, run))
		must(t, conn.Close())

		s := opened(t, path)
		if s.Recovery().Kept != "" {
			t.Errorf("version %d was set aside", version)
		}
		keep(t, s, runID(1), monday, tray(t)...)
		want := 1
		if run != "" {
			want = 2
		}
		if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != want {
			t.Errorf("version %d: %d runs, %v; want %d", version, list.Total, err, want)
		}
	}
}

// However long a history grows, no answer reads all of it.
func TestNoAnswerReadsAllDevices(t *testing.T) {
	s := fresh(t)
	keep(t, s, runID(1), monday, tray(t)...)
	for name, query := range map[string]string{
		"newestSeen": newestSeen, "newestOfAll": newestOfAll, "earlierBackup": earlierBackup, "visitsOfDevice": visitsOfDevice,
		"findingsOfVisit": findingsOfVisit, "visitsOfRun": visitsOfRun, "countDevices": countDevices, "doneDevices": doneDevices,
		"nextDevices": nextDevices, "latestVisit": latestVisit,
	} {
		plan := planOf(t, s, query)
		if !strings.Contains(plan, "SEARCH") {
			t.Errorf("%s: this is no plan:\n%s", name, plan)
		}
		for step := range strings.Lines(plan) {
			for _, table := range []string{"devices", "findings", "details"} {
				if strings.HasPrefix(step, "SCAN "+table) {
					t.Errorf("%s reads all of %s:\n%s", name, table, plan)
				}
			}
		}
	}
	if plan := planOf(t, s, "SELECT * FROM devices WHERE headline = ?"); !strings.Contains(plan, "SCAN devices") {
		t.Errorf("a plan that reads all is not seen to do so:\n%s", plan)
	}
}

// planOf is how SQLite means to answer a query, one step a line.
func planOf(t *testing.T, s *Store, query string) string {
	t.Helper()
	var steps []string
	must(t, s.do(t.Context(), reading, func(conn *sqlite.Conn) error {
		stmt, _, err := conn.PrepareTransient("EXPLAIN QUERY PLAN " + query)
		if err != nil {
			return err
		}
		defer stmt.Finalize()
		for {
			more, err := stmt.Step()
			if err != nil || !more {
				return err
			}
			steps = append(steps, stmt.ColumnText(3))
		}
	}))
	return strings.Join(steps, "\n")
}
