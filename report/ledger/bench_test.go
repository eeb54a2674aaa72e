package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// The fleet used by the benchmarks: each device is read in three weeks, with 34 findings each time.
// BACKUPDOCTOR_FLEET_DEVICES=100000 makes ten million findings instead of one.
const (
	benchDevices   = 10_000
	benchWeeks     = 3
	benchFindings  = 34
	benchSites     = 200
	benchBenches   = 300
	benchRun       = 54   // devices in a run of a bench
	benchOriginals = 1000 // devices stored like Put; the others are copies
	benchBatch     = 200
)

// limit is the longest acceptable response time.
const limit = 100 * time.Millisecond

// BenchmarkSQLite queries a fleet in a SQLite file. It reports
//
//	ms/op    response time
//	x-limit  response time relative to the limit of 100 ms
func BenchmarkSQLite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "fleet.sqlite")
	s := opened(b, "sqlite:"+path)
	fill(b, s)
	must(b, s.Close())
	info, err := os.Stat(path)
	must(b, err)
	b.Logf("the file has %d MB", info.Size()/1e6)
	ask(b, opened(b, "sqlite:"+path)) // opening updates the statistics
}

// BenchmarkPostgreSQL runs the same queries in PostgreSQL.
func BenchmarkPostgreSQL(b *testing.B) {
	s := opened(b, postgresAddress(b))
	fill(b, s)
	_, err := s.db.ExecContext(b.Context(), "VACUUM ANALYZE")
	must(b, err)
	var size int64
	must(b, s.db.QueryRowContext(b.Context(), "SELECT pg_database_size(current_database())").Scan(&size))
	b.Logf("the database has %d MB", size/1e6)
	ask(b, s)
}

// devicesOfBench is the number of devices in the fleet.
func devicesOfBench() int {
	if n, err := strconv.Atoi(os.Getenv("BACKUPDOCTOR_FLEET_DEVICES")); err == nil {
		return n
	}
	if testing.Short() {
		return benchDevices / 100
	}
	return benchDevices
}

func ask(b *testing.B, s *Store) {
	now := monday.Add(benchWeeks * 7 * day)
	week := now.Add(-7 * day)
	devices := func(f Filter, order Sort, after string) func() error {
		return func() error {
			_, err := s.Devices(b.Context(), f, order, Page{After: after})
			return err
		}
	}
	changes := func(f ChangeFilter) func() error {
		return func() error { _, err := s.Changes(b.Context(), f, Page{}); return err }
	}
	middle := place{At: monday.Add(-14 * day).Unix(), Device: 77}.word()
	for _, question := range []struct {
		name string
		ask  func() error
	}{
		{"devices/newest", devices(Filter{}, NewestFirst, "")},
		{"devices/longest", devices(Filter{}, LongestFirst, "")},
		{"devices/middle", devices(Filter{}, LongestFirst, middle)},
		{"devices/site", devices(Filter{Site: "site-7"}, LongestFirst, "")},
		{"devices/bench", devices(Filter{Bench: "bench-7"}, NewestFirst, "")},
		{"devices/verdict", devices(Filter{Verdict: "not-examined"}, LongestFirst, "")},
		{"devices/cause", devices(Filter{Cause: "backup-stale"}, LongestFirst, "")},
		{"devices/rare", devices(Filter{Cause: "store-demo-mode"}, LongestFirst, "")},
		{"devices/unknown", devices(Filter{Backup: BackupUnknown}, NewestFirst, "")},
		{"devices/all-of-it", devices(Filter{Site: "site-7", Verdict: "failing", Cause: "backup-stale", BackupBefore: monday}, NewestFirst, "")},
		{"devices/worst", devices(Filter{}, WorstFirst, "")},
		{"devices/worst-bench", devices(Filter{Bench: "bench-7"}, WorstFirst, "")},
		{"devices/cause-elsewhere", devices(Filter{Verdict: "not-examined", Cause: "backup-stale"}, NewestFirst, "")},
		{"devices/few-old", devices(Filter{Backup: BackupKnown, BackupBefore: monday.Add(-45 * day)}, NewestFirst, "")},
		{"devices/none", devices(Filter{Verdict: "backed-up", Cause: "backup-stale"}, NewestFirst, "")},
		{"find", func() error { _, err := s.Find(b.Context(), benchID(77)); return err }},
		{"stale", func() error {
			_, err := s.Devices(b.Context(), Filter{BackupBefore: monday}, LongestFirst, Page{})
			return err
		}},
		{"stale/all", func() error { _, err := s.Stale(b.Context(), now, 71); return err }},
		{"device", func() error { _, err := s.Device(b.Context(), fmt.Sprintf("iphone of number %d", 77), 20); return err }},
		{"runs", func() error { _, err := s.Runs(b.Context(), 20); return err }},
		{"slots", func() error { _, err := s.Health(b.Context(), 50); return err }},
		{"older", func() error { _, err := s.Older(b.Context(), now.Add(-14*day)); return err }},
		{"changes/new", changes(ChangeFilter{Change: New, Since: week})},
		{"changes/still", changes(ChangeFilter{Change: Still, Since: week})},
		{"changes/fixed", changes(ChangeFilter{Change: Fixed, Since: week})},
		{"changes/none", changes(ChangeFilter{Change: Fixed, Since: now.Add(7 * day)})},
		{"changes/cause", changes(ChangeFilter{Change: New, Since: week, Check: "backup-stale"})},
		{"changes/site", changes(ChangeFilter{Change: Still, Since: week, Site: "site-7"})},
		{"changes/counts", func() error { _, err := s.ChangeCounts(b.Context(), week); return err }},
		{"story", func() error { _, err := s.Story(b.Context(), benchID(77), Page{}); return err }},
		{"newest-version", func() error { _, err := s.NewestVersion(b.Context()); return err }},
		{"report", func() error { _, err := s.Report(b.Context(), messageID(77)); return err }},
		{"totals", func() error { _, err := s.Totals(b.Context(), ""); return err }},
		{"sites", func() error { _, err := s.Sites(b.Context(), Page{}); return err }},
		{"benches", func() error { _, err := s.Benches(b.Context(), Page{}); return err }},
	} {
		b.Run(question.name, func(b *testing.B) {
			for b.Loop() {
				must(b, question.ask())
			}
			each := float64(b.Elapsed()) / float64(b.N)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(each/float64(time.Millisecond), "ms/op")
			b.ReportMetric(each/float64(limit), "x-limit")
		})
	}
}

func benchID(n int) string { return fmt.Sprintf("00008110-%016X", n) }

// fill stores the fleet of the benchmarks in a database: the first devices like Put, and the others
// as copies of their rows, with other names and a few seconds later. All share one packed report.
func fill(b *testing.B, s *Store) {
	document, err := json.Marshal(report.Report{Devices: tray(b)[:1]})
	must(b, err)
	packed := pack(document)
	began, n, doublings := time.Now(), 0, 0
	for devicesOfBench()>>doublings > benchOriginals {
		doublings++
	}
	first := (devicesOfBench()-1)>>doublings + 1
	devices := first << doublings
	for week := range benchWeeks {
		for batch := 0; batch < first; batch += benchBatch {
			var prepared []preparedMessage
			for i := batch; i < min(batch+benchBatch, first); i++ {
				n++
				m := benchMessage(n, week, i)
				prepared = append(prepared, preparedMessage{message: m, received: seconds(m.Received), packed: packed, visits: []visit{newVisit(m, m.Report.Devices[0])}})
			}
			must(b, s.write(b.Context(), func(tx transaction) error { return keep(b.Context(), tx, prepared) }))
		}
	}
	for step := range doublings {
		inOne(b, s, func(tx transaction) error { return double(b, tx, step, first<<step) })
	}
	inOne(b, s, func(tx transaction) error {
		_, err := tx.ExecContext(b.Context(), fmt.Sprintf("UPDATE counts SET devices = devices * %[1]d; UPDATE benches SET reports = reports * %[1]d; DELETE FROM periods; %[2]s",
			1<<doublings, migration6[strings.Index(migration6, "INSERT INTO"):]))
		return err
	})
	var findings int
	must(b, s.db.QueryRowContext(b.Context(), "SELECT count(*) FROM findings").Scan(&findings))
	if want := devices * benchWeeks * benchFindings; findings < want*99/100 || findings > want {
		b.Fatalf("%d findings in the database, want %d", findings, want)
	}
	b.Logf("%d devices, %d reports and %d findings in %.0f s", devices, n<<doublings, findings, time.Since(began).Seconds())
}

// inOne runs a step in a transaction that may take minutes.
func inOne(b *testing.B, s *Store, step func(transaction) error) {
	tx, err := s.db.BeginTx(b.Context(), nil)
	must(b, err)
	must(b, step(transaction{tx, s.engine}))
	must(b, tx.Commit())
}

// double adds a copy of all devices, with all rows that belong to them. Each step sets another digit
// of their IDs.
func double(b *testing.B, tx transaction, step, devices int) error {
	reports := devices * benchWeeks
	after := func(column string, n int) string { return fmt.Sprintf("%s + %d", column, n) }
	suffixed := func(column string) string { return fmt.Sprintf("%s || '-%d'", column, step) }
	digit := func(column string, at int) string {
		return fmt.Sprintf("substr(%[1]s, 1, %[2]d) || '1' || substr(%[1]s, %[2]d + 2)", column, at+step)
	}
	later := func(column string) string { return after(column, 1<<step) }
	dated := func(column string) string {
		return fmt.Sprintf("CASE WHEN %[1]s > 0 AND %[1]s < %[2]d THEN %[3]s ELSE %[1]s END", column, backupUnknown, later(column))
	}
	set := map[string]string{
		"device": after("device", devices), "visit": after("visit", reports), "report": after("report", reports), "run": after("run", reports),
		"key": digit("key", 8), "udid": digit("udid", 9), "id": digit("id", 24), "report_id": digit("report_id", 24),
		"name": fmt.Sprintf("CASE WHEN length(name) < 3 THEN name ELSE name || '-%d' END", step), "serial": suffixed("serial"),
		"asset": fmt.Sprintf(`replace(asset, '"}]', '-%d"}]')`, step),
		"first": later("first"), "received": later("received"), "taken": later("taken"), "place": later("place"),
		"since": later("since"), "fixed": dated("fixed"), "backup": dated("backup"),
	}
	for _, of := range []struct {
		table, columns string
		set            map[string]string
	}{
		{"runs", runColumns, map[string]string{"id": suffixed("id")}},
		{"reports", reportColumns, map[string]string{"run": suffixed("run")}},
		{"details", "report, json", nil},
		{"visits", "visit, report, device, " + visitColumns, nil},
		{"findings", findingColumns, nil},
		{"devices", devicesColumns, nil},
		{"names", "name, device, certain", nil},
		{"causes", "device, check_number, status, explained_by, root, since, seen, fixed, site", map[string]string{"seen": later("seen")}},
	} {
		var values []string
		for column := range strings.SplitSeq(of.columns, ", ") {
			values = append(values, cmp.Or(of.set[column], set[column], column))
		}
		statement := fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s", of.table, of.columns, strings.Join(values, ", "))
		if _, err := tx.ExecContext(b.Context(), statement); err != nil {
			return fmt.Errorf("%s: %w", of.table, err)
		}
	}
	return nil
}

// benchMessage returns the report of the ith device in a week.
func benchMessage(n, week, i int) Message {
	random := rand.New(rand.NewPCG(uint64(i), uint64(week)))
	taken := monday.Add(time.Duration(week)*7*day + time.Duration(i%7)*day + time.Duration(i)*time.Second)
	d := report.Device{
		UDID: benchID(i), Serial: fmt.Sprintf("F%011d", i), Name: fmt.Sprintf("iPhone of number %d", i), Slot: strconv.Itoa(i % 40),
		Asset:       []report.Field{{Name: "Asset tag", Value: fmt.Sprintf("A-%06d", i)}},
		ProductType: "iPhone14,4", ModelName: "iPhone 13 mini", System: "iOS", ProductVersion: "18.7.2", TakenAt: taken,
		Verdict: string(checks.NoCauseFound), Headline: "The device says that iCloud Backup is off; the last good backup is 23 days old.",
	}
	switch i % 20 {
	case 0:
		d.NoLastBackup = "absent"
	case 1:
		d.NoLastBackup = "refused"
	default:
		d.LastBackup = taken.Add(-time.Duration(i%60) * day)
	}
	if i%50 == 7 && week == benchWeeks-1 {
		d.Verdict, d.Reason = string(checks.NotExamined), "locked"
	}
	all := checks.All()
	for k := range benchFindings {
		check := all[(i+k)%len(all)]
		f := report.Finding{Check: check.ID, Status: string(checks.OK)}
		switch luck := random.IntN(100); {
		case luck < 25:
			f.Status = string(checks.Unknown)
		case luck < 40 && check.ID == "store-demo-mode" && i%2000 != 0: // rare
		case luck < 32:
			f.Status = string(checks.Warning)
		case luck < 40:
			f.Status, d.Verdict = string(checks.Problem), string(checks.Failing)
		}
		d.Findings = append(d.Findings, f)
	}
	m := Message{
		ID: messageID(n), Bench: fmt.Sprintf("bench-%d", i%benchBenches), Site: fmt.Sprintf("site-%d", i%benchSites), Received: taken.Add(time.Minute),
		Report: report.Report{Header: report.NewHeader(report.KindReport), Run: fmt.Sprintf("%d-%d-%d", week, i%benchBenches, i/benchBenches/benchRun), Tool: report.Tool{Version: "1.2.3"}, TakenAt: taken, Devices: []report.Device{d}},
	}
	return m
}

// BenchmarkPut stores reports as they arrive, a hundred at a time, and reports
//
//	ms/report  time per report
func BenchmarkPut(b *testing.B) {
	devices := tray(b)
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": postgresAddress} {
		b.Run(name, func(b *testing.B) {
			s := opened(b, address(b))
			n := 0
			for b.Loop() {
				var batch []Message
				for range 100 {
					n++
					d := devices[n%len(devices)]
					d.UDID = benchID(n % 3000)
					batch = append(batch, Message{ID: messageID(n), Bench: "oslo", Received: d.TakenAt, Report: report.Report{Header: report.NewHeader(report.KindReport), Devices: []report.Device{d}}})
				}
				_, err := s.Put(b.Context(), batch...)
				must(b, err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(n), "ms/report")
		})
	}
}
