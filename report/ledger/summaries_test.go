package ledger

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// summaryChecks are the checks of the histories in these tests.
var summaryChecks = []string{"signed-out", "wifi-missing", "backup-turned-off", "low-data-mode"}

// randomSheet returns one of five devices at a time within two weeks.
func randomSheet(random *rand.Rand) sheet {
	s := sheet{
		id: string(rune('a' + random.IntN(5))), taken: monday.Add(time.Duration(random.IntN(14*24)) * time.Hour),
		verdict: checks.VerdictNames()[random.IntN(len(checks.VerdictNames()))],
	}
	switch random.IntN(3) {
	case 0:
		s.backup = s.taken.Add(-time.Duration(random.IntN(30)) * day)
	case 1:
		s.none = "absent"
	default:
		s.none = "locked"
	}
	if random.IntN(4) == 0 {
		s.reason = "stalled"
	}
	if random.IntN(3) == 0 {
		s.asset = []report.Field{{Name: "Site", Value: "Lab"}}
	}
	for _, check := range summaryChecks {
		of := []*[]string{&s.bad, &s.warned, &s.ok, &s.unknown}[random.IntN(4)]
		*of = append(*of, check)
	}
	return s
}

// fleetSums are the counts of devices, and when each open cause began and each other one ended.
type fleetSums struct {
	devices       map[string]int64
	opened, ended map[string][]int64
}

// mustAgree compares every stored sum with one made from other rows.
func mustAgree(t *testing.T, s *Store, when string, made func(*testing.T, transaction) fleetSums) {
	t.Helper()
	must(t, s.read(t.Context(), func(tx transaction) error {
		sums := made(t, tx)
		got := map[string]int64{}
		err := each(t.Context(), tx, "SELECT site, kind, name, devices FROM counts WHERE devices <> 0", nil, func(rows *sql.Rows) error {
			var site, kind, name string
			var n int64
			err := rows.Scan(&site, &kind, &name, &n)
			got[site+"/"+kind+"/"+name] = n
			return err
		})
		if diff := cmp.Diff(sums.devices, got); diff != "" {
			t.Errorf("%s, counts: %s", when, diff)
		}
		for hours := -5; hours < 15*24; hours += 29 { // in every part of a period
			since := seconds(monday.Add(time.Duration(hours)*time.Hour + time.Duration(hours)*time.Minute))
			got, want := map[string][2]int{}, map[string][2]int{}
			err := each(t.Context(), tx, changeCounts, periodsSince(since), func(rows *sql.Rows) error {
				var check string
				var open, began, ended int
				err := rows.Scan(&check, &open, &began, &ended)
				got[check] = [2]int{began, ended}
				return err
			})
			must(t, err)
			for check := range got {
				want[check] = [2]int{notBefore(sums.opened[check], since), notBefore(sums.ended[check], since)}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, changes since %s: %s", when, moment(since), diff)
			}
		}
		return err
	}))
}

// notBefore counts the times that are not before another.
func notBefore(times []int64, since int64) (n int) {
	for _, at := range times {
		if at >= since {
			n++
		}
	}
	return n
}

// add counts one device.
func (sums fleetSums) add(site, bench, verdict, reason string, backup int64, causes map[string]string) {
	keys := []string{"verdict/" + verdict, "backup/" + string(backupState(backup)), "bench/" + bench}
	if reason != "" && verdict != string(checks.NotExamined) {
		keys = append(keys, "reading/in-part")
	}
	for check, status := range causes {
		keys = append(keys, status+"/"+check)
	}
	sums.devices["/site/"+site]++
	for _, key := range keys {
		sums.devices["/"+key]++
		if site != "" {
			sums.devices[site+"/"+key]++
		}
	}
}

func noSums() fleetSums {
	return fleetSums{map[string]int64{}, map[string][]int64{}, map[string][]int64{}}
}

// sumsOfDevices is made from the state of the devices, which keeps what deleted visits said.
func sumsOfDevices(t *testing.T, tx transaction) fleetSums {
	t.Helper()
	sums, causes := noSums(), map[int64]map[string]string{}
	must(t, each(t.Context(), tx, "SELECT device, name, status, since, fixed FROM causes JOIN checks ON checks.check_number = causes.check_number WHERE root = 1", nil, func(rows *sql.Rows) error {
		var device, since, fixed int64
		var check, status string
		err := rows.Scan(&device, &check, &status, &since, &fixed)
		if fixed != 0 {
			sums.ended[check] = append(sums.ended[check], fixed)
			return err
		}
		sums.opened[check] = append(sums.opened[check], since)
		if causes[device] == nil {
			causes[device] = map[string]string{}
		}
		causes[device][check] = status
		return err
	}))
	must(t, each(t.Context(), tx, "SELECT device, site, bench, verdict, reason, backup FROM devices WHERE seen = 1", nil, func(rows *sql.Rows) error {
		var device, backup int64
		var site, bench, verdict, reason string
		err := rows.Scan(&device, &site, &bench, &verdict, &reason, &backup)
		sums.add(site, bench, verdict, reason, backup, causes[device])
		return err
	}))
	return sums
}

// sumsOfVisits is made from all visits with their findings.
func sumsOfVisits(t *testing.T, tx transaction) fleetSums {
	t.Helper()
	type state struct {
		rank, backup                 int64
		seen                         bool
		site, bench, verdict, reason string
		since, fixed                 map[string]int64
		status                       map[string]string
	}
	devices := map[int64]*state{}
	top := map[int64]int64{} // rank by device
	const rank = "CASE WHEN seen = 0 THEN 0 WHEN ahead = 1 THEN 1 ELSE 2 END"
	must(t, each(t.Context(), tx, "SELECT device, max("+rank+") FROM visits GROUP BY device", nil, func(rows *sql.Rows) error {
		var device, rank int64
		err := rows.Scan(&device, &rank)
		top[device] = rank
		return err
	}))
	last := int64(0)
	must(t, each(t.Context(), tx, `
		SELECT visits.visit, device, `+rank+`, visits.taken, seen, site, visits.bench, verdict, reason, backup, coalesce(checks.name, ''), coalesce(status, ''), coalesce(explained_by, 0)
		FROM visits JOIN reports ON reports.report = visits.report
			LEFT JOIN findings ON findings.visit = visits.visit LEFT JOIN checks ON checks.check_number = findings.check_number
		ORDER BY device, visits.place, reports.id`, nil, func(rows *sql.Rows) error {
		var n state
		var visit, device, taken, explainedBy int64
		var check, status string
		if err := rows.Scan(&visit, &device, &n.rank, &taken, &n.seen, &n.site, &n.bench, &n.verdict, &n.reason, &n.backup, &check, &status, &explainedBy); err != nil || n.rank < top[device] {
			return err
		}
		d := devices[device]
		if d == nil {
			d = &state{since: map[string]int64{}, fixed: map[string]int64{}, status: map[string]string{}}
			devices[device] = d
		}
		if visit != last {
			last, n.since, n.fixed, n.status = visit, d.since, d.fixed, d.status
			*d = n
		}
		_, open := d.since[check]
		switch {
		case status == string(checks.OK) && open:
			delete(d.since, check)
			d.fixed[check] = taken
		case severity[status] > severity[string(checks.Unknown)]:
			if delete(d.fixed, check); !open {
				d.since[check] = taken
			}
			if d.status[check] = status; explainedBy != 0 || status == report.StatusSuppressed {
				d.status[check] = "" // no cause
			}
		}
		return nil
	}))
	sums := noSums()
	for _, d := range devices {
		open := map[string]string{}
		for check, status := range d.status {
			since, isOpen := d.since[check]
			switch {
			case status == "":
			case isOpen:
				open[check] = status
				sums.opened[check] = append(sums.opened[check], since)
			default:
				sums.ended[check] = append(sums.ended[check], d.fixed[check])
			}
		}
		if d.seen {
			sums.add(d.site, d.bench, d.verdict, d.reason, d.backup, open)
		}
	}
	return sums
}

// Reports arrive in any order, some twice and some dated by a clock that jumped.
func TestSumsOfAHubAgreeWithTheFindings(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(17, 18))
			at := address(t)
			s, err := Open(t.Context(), at)
			must(t, err)
			var sent []Message
			for batch := range 6 {
				for range 8 {
					m := message(len(sent)+1, []string{"oslo", "rome"}[random.IntN(2)], randomSheet(random))
					if random.IntN(6) == 0 {
						m.Received = m.Report.TakenAt.Add(-3 * day)
					}
					sent = append(sent, m)
				}
				again := sent[random.IntN(len(sent)):]
				_, err := s.Put(t.Context(), again...)
				must(t, err)
				_, err = s.Put(t.Context(), sent...)
				must(t, err)
				mustAgree(t, s, fmt.Sprintf("batch %d", batch), sumsOfVisits)
			}
			_, err = s.db.ExecContext(t.Context(), "DROP TABLE periods; DELETE FROM ledger_version WHERE version >= 6")
			must(t, err)
			must(t, s.Close())
			mustAgree(t, opened(t, at), "after an upgrade", sumsOfVisits)
		})
	}
}

// Runs read devices again, read only backups, and are deleted.
func TestSumsOfAHistoryAgreeWithTheFindings(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 17))
	s := openedHistory(t, filepath.Join(t.TempDir(), "history.sqlite"))
	for run := range 12 {
		subject := []string{report.OfDevices, report.OfDevices, report.OfBackups}[random.IntN(3)]
		begun := monday.Add(time.Duration(run) * day)
		must(t, s.Begin(t.Context(), Run{ID: runID(run), Started: begun, Subject: subject}))
		for range 5 {
			d := randomSheet(random).device()
			d.TakenAt = begun.Add(time.Duration(random.IntN(3)) * time.Hour) // some replace each other
			must(t, s.Add(t.Context(), runID(run), d))
		}
		must(t, s.Finish(t.Context(), runID(run), begun.Add(time.Hour), report.Report{}))
		mustAgree(t, s, fmt.Sprintf("run %d", run), sumsOfVisits)
	}
	for _, days := range []int{3, 8, 12} {
		runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(time.Duration(days) * day)})
		if err != nil || runs == 0 {
			t.Fatalf("%d runs pruned, %v", runs, err)
		}
		mustAgree(t, s, fmt.Sprintf("pruned before day %d", days), sumsOfDevices)
	}
}
