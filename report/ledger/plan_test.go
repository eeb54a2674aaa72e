package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// questions returns all queries of the tables that grow, by description.
func questions(t *testing.T, s *Store) map[string]query {
	t.Helper()
	asked := map[string]query{
		"causes of devices":  {causesOfDevices + " ($1, $2)", []any{int64(1), int64(2)}},
		"findings of visits": {findingsInOrder, []any{int64(1)}},
		"visits of a device": {visitsOfStory, []any{int64(1), int64(2), int64(3), int64(4)}},
		"a device":           {devicesByKey, []any{"a", "A"}},
		"devices by name":    {devicesByName, []any{"a", 1, 1}},
		"devices by number":  {deviceByNumber + " ($1, $2)", []any{int64(1), int64(2)}},
		"counts of a run":    {countDevices, []any{"x"}},
		"done devices":       {doneDevices, []any{"x", "y"}},
		"visits of runs":     {visitsOfRuns, []any{"devices", 1}},
		"visits to export":   {nextVisits, []any{int64(1), int64(2), 1}},
		"dates of a device":  {datesInOrder, []any{int64(1)}},
		"reports of a run":   {reportsOfRun, []any{"x"}},
		"the same visit":     {sameVisit, []any{"x", "y", int64(1)}},
		"older backups":      {olderDevices, []any{int64(0), int64(1)}},
		"sites":              {sitesPage, []any{"", int64(1), 1}},
		"benches":            {benchesPage, []any{"", int64(1), 1}},
		"changes counted":    {changeCounts, []any{int64(1), int64(2), int64(3)}},
		"a report":           {packedReport, []any{"x"}},
		"known reports":      {knownReports + " ($1, $2)", []any{"x", "y"}},
		"devices to write":   {selectDevices + " ($1, $2)", []any{"x", "y"}},
		"causes to write":    {selectCauses + " ($1, $2)", []any{int64(1), int64(2)}},
		"visits to replay":   {visitsToReplay, []any{int64(1)}},
		"findings to replay": {findingsToReplay + " ($1, $2)", []any{int64(1), int64(2)}},
		"last numbers":       {lastNumbers, nil},
		"devices by backup":  {devicesWithBackup, []any{int64(1), int64(2), 3}},
		"totals":             {totalsOfSite, []any{""}},
		"seen devices":       {seenDevices, nil},
		"rates of remedies":  {ratesOfRemedies, []any{int64(1), int64(2), int64(3), int64(4)}},
		"device of a repair": {deviceOfRepair, []any{"x"}},
	}
	for i, q := range slices.Concat(staleQueries(monday, monday, true), staleQueries(monday, monday, false)) {
		asked[fmt.Sprintf("stale devices %d", i)] = query{q.text(), []any{q.backup}}
	}
	must(t, s.read(t.Context(), func(tx transaction) error {
		for _, f := range []Filter{
			{}, {Site: "x"}, {Bench: "x"}, {Verdict: "x"}, {BackupBefore: monday}, {Backup: BackupNever}, {Backup: BackupUnknown}, {Backup: BackupKnown}, {Incomplete: true},
			{Cause: "frequent"}, {Cause: "rare"}, {Site: "x", Bench: "x", Verdict: "x", Cause: "frequent", BackupBefore: monday},
		} {
			for _, order := range []Sort{NewestFirst, LongestFirst} {
				q, err := devicesQuery(t.Context(), tx, f, order, Page{})
				must(t, err)
				asked[fmt.Sprintf("devices %s %+v", order, f)] = q
			}
		}
		for _, f := range []ChangeFilter{{}, {Check: "rare"}, {Site: "x"}} {
			for _, f.Change = range []Change{New, Still, Fixed} {
				f.Since = monday
				q, err := changesQuery(t.Context(), tx, f, Page{})
				must(t, err)
				asked[fmt.Sprintf("changes %+v", f)] = q
			}
		}
		return nil
	}))
	return asked
}

// aScan matches a plan step that scans all rows of a table that grows with the fleet, and aSort one
// that sorts rows.
var (
	aScan = map[string]*regexp.Regexp{
		"SQLite":     regexp.MustCompile(`SCAN (devices|visits|findings|causes|reports|details|counts|periods|repairs|trials|other)\b.*`),
		"PostgreSQL": regexp.MustCompile(`Seq Scan on (devices|visits|findings|causes|reports|details|counts|periods|repairs|trials)\b`),
	}
	aSort = map[string]*regexp.Regexp{
		"SQLite":     regexp.MustCompile(`TEMP B-TREE FOR ORDER BY`),
		"PostgreSQL": regexp.MustCompile(`Sort Key`),
	}
)

// few matches queries with few rows, which may be sorted: the devices with a rare cause or few
// backups, and the visits of one device with their findings.
var few = regexp.MustCompile(`^devices .*Cause:rare|^devices newest .*(Backup:known|BackupBefore:2)|^visits to replay|^findings of visits|^visits of runs|^done devices`)

// TestNoQuestionLooksAtAllRows checks the plans of all queries.
func TestNoQuestionLooksAtAllRows(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		put(t, s, message(1, "x", sheet{id: "a", taken: monday, bad: []string{"frequent", "rare"}}))
		_, err := s.db.ExecContext(t.Context(), "UPDATE counts SET devices = 50000 WHERE name = 'frequent'")
		must(t, err)
		explain := "EXPLAIN QUERY PLAN "
		if s.engine.name == "PostgreSQL" {
			explain = "EXPLAIN "
		}
		for name, q := range questions(t, s) {
			plan := planOf(t, s, explain, q)
			if scan := aScan[s.engine.name].FindString(plan); scan != "" {
				t.Errorf("%s: %s in the plan\n%s", name, scan, plan)
			}
			if sort := aSort[s.engine.name].FindString(plan); sort != "" && !few.MatchString(name) {
				t.Errorf("%s: %s in the plan\n%s", name, sort, plan)
			}
		}
	})
}

// planOf returns the plan of a query. PostgreSQL is made to avoid scans and sorts unless there is
// no other way: with tables as small as in a test it would always use them.
func planOf(t *testing.T, s *Store, explain string, q query) string {
	t.Helper()
	var plan strings.Builder
	must(t, s.read(t.Context(), func(tx transaction) error {
		if s.engine.name == "PostgreSQL" {
			if _, err := tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"); err != nil {
				return err
			}
		}
		rows, err := tx.QueryContext(t.Context(), explain+q.text, q.args...)
		if err != nil {
			return fmt.Errorf("%s: %w", q.text, err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(string)
			}
			must(t, rows.Scan(cells...))
			plan.WriteString(*cells[len(cells)-1].(*string) + "\n")
		}
		return rows.Err()
	}))
	return plan.String()
}
