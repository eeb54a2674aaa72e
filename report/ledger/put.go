package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// An Outcome reports the result of a Put.
type Outcome struct {
	Stored  int       // newly stored
	Known   int       // already stored
	Refused []Refusal // set aside
}

// Put stores all messages or none: after an error they may be put again. Storing a few hundred at
// once costs little more than storing one. Refused messages are set aside and do not affect the
// others. Put returns ErrGone if the database is not the one that was opened.
func (s *Store) Put(ctx context.Context, messages ...Message) (Outcome, error) {
	var outcome Outcome
	var prepared []preparedMessage
	var rejects []Reject
	var accounted []numbered
	for _, m := range messages {
		p, reason, err := open(m)
		if err != nil {
			return Outcome{}, err
		}
		if reason != "" {
			if reason == BadBench {
				m.Bench = "" // the message names none
			}
			outcome.Refused = append(outcome.Refused, Refusal{text(m.ID, maxName), text(m.Bench, maxName), reason})
			rejects = append(rejects, Reject{
				Bench: m.Bench, ID: m.ID, Number: m.Number, Reason: string(reason), Why: "the report cannot be stored", Received: m.Received, Message: m.Whole,
			})
			continue
		}
		prepared = append(prepared, p)
		accounted = append(accounted, numbered{m.Bench, m.ID, m.Number, p.received})
	}
	err := s.write(ctx, func(tx transaction) error {
		if err := s.checkIdentity(ctx, tx); err != nil {
			return err
		}
		if err := s.setAside(ctx, tx, rejects); err != nil {
			return err
		}
		fresh, err := unknown(ctx, tx, prepared)
		if err != nil {
			return err
		}
		outcome.Stored, outcome.Known = len(fresh), len(prepared)-len(fresh)
		if err := keep(ctx, tx, fresh); err != nil {
			return err
		}
		return take(ctx, tx, accounted)
	})
	if err != nil {
		return Outcome{}, during("keeping reports", err)
	}
	return outcome, nil
}

const knownReports = "SELECT id FROM reports WHERE id IN"

// unknown returns the messages that are not in the database, each once.
func unknown(ctx context.Context, tx transaction, prepared []preparedMessage) ([]preparedMessage, error) {
	var ids []string
	for _, p := range prepared {
		ids = append(ids, p.message.ID)
	}
	known := map[string]bool{}
	err := lookUp(ctx, tx, knownReports, ids, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		known[id] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	var fresh []preparedMessage
	for _, p := range prepared {
		if !known[p.message.ID] {
			known[p.message.ID] = true
			fresh = append(fresh, p)
		}
	}
	return fresh, nil
}

// keep stores messages and updates the derived tables.
func keep(ctx context.Context, tx transaction, prepared []preparedMessage) error {
	if len(prepared) == 0 {
		return nil
	}
	names, err := number(ctx, tx, prepared)
	if err != nil {
		return err
	}
	var keys []string
	for _, p := range prepared {
		for _, v := range p.visits {
			keys = append(keys, v.key)
		}
	}
	devices, err := load(ctx, tx, keys)
	if err != nil {
		return err
	}
	before := count(devices, names)
	if err := addRows(ctx, tx, prepared, devices); err != nil {
		return err
	}
	for _, p := range prepared {
		for _, v := range p.visits {
			if p.replaces.visit != 0 {
				h := devices[v.key]
				h.late, h.visits = true, h.visits-1
			}
			devices[v.key].add(v)
		}
	}
	if err := update(ctx, tx, devices, before, names); err != nil {
		return err
	}
	return addBenches(ctx, tx, prepared)
}

const lastNumbers = `
	SELECT coalesce((SELECT max(report) FROM reports), 0), coalesce((SELECT max(visit) FROM visits), 0), coalesce((SELECT max(device) FROM devices), 0), coalesce((SELECT max(run) FROM runs), 0)`

// forget deletes reports with all that belongs to them.
func forget(ctx context.Context, tx transaction, reports []int64) error {
	for _, statement := range []string{
		"DELETE FROM trials WHERE repair IN (SELECT repair FROM repairs WHERE report IN %s)",
		"DELETE FROM repairs WHERE report IN %s",
		"DELETE FROM findings WHERE visit IN (SELECT visit FROM visits WHERE report IN %s)",
		"DELETE FROM visits WHERE report IN %s",
		"DELETE FROM details WHERE report IN %s",
		"DELETE FROM reports WHERE report IN %s",
	} {
		if err := change(ctx, tx, statement, reports); err != nil {
			return err
		}
	}
	return nil
}

// addRows numbers the reports and visits, and inserts them. There is only one writer at a time, so
// the next number is the maximum plus one.
func addRows(ctx context.Context, tx transaction, prepared []preparedMessage, devices map[string]*storedDevice) error {
	var lastReport, lastVisit, lastDevice, lastRun int64
	err := tx.QueryRowContext(ctx, lastNumbers).Scan(&lastReport, &lastVisit, &lastDevice, &lastRun)
	if err != nil {
		return err
	}
	var runs, reports, details, visits, findings [][]any
	var repairs []repairRows
	begun := map[string]bool{}
	for i := range prepared {
		p := &prepared[i]
		r := p.message.Report
		number := p.replaces.report
		if number != 0 {
			if err := forget(ctx, tx, []int64{number}); err != nil {
				return err
			}
		} else {
			lastReport++
			number = lastReport
		}
		if !p.own && !begun[r.Run] {
			begun[r.Run] = true
			lastRun++
			runs = append(runs, []any{lastRun, text(r.Run, maxName), p.message.Bench, seconds(r.StartedAt), int64(0), text(r.Tool.Version, maxName),
				text(r.Host.OS, maxName), cmp.Or(text(r.Subject, maxName), report.OfDevices), int64(0), int64(unknownNumber), int64(unknownNumber)})
		}
		reports = append(reports, []any{number, p.message.ID, p.message.Bench, p.received, seconds(r.TakenAt),
			text(r.Run, maxName), text(r.Tool.Version, maxName), int64(r.Schema), truth[r.Redacted], text(p.message.Cut, maxName)})
		details = append(details, []any{number, p.packed})
		for j := range p.visits {
			v := &p.visits[j]
			d := devices[v.key]
			if d.number == 0 {
				lastDevice++
				d.number = lastDevice
			}
			if v.number = p.replaces.visit; v.number == 0 {
				lastVisit++
				v.number = lastVisit
			}
			v.report, v.device = number, d.number
			if p.own {
				v.place = v.number
			}
			if rows, ok := rowsOfRepair(v.repair, v.device, v.report); ok {
				repairs = append(repairs, rows)
			}
			visits = append(visits, append([]any{v.number, v.report, v.device}, v.values()...))
			findings = append(findings, v.findingRows()...)
		}
	}
	for _, table := range []struct {
		name, columns string
		rows          [][]any
		ending        string
	}{
		{"runs", runColumns, runs, "ON CONFLICT (id) DO NOTHING"},
		{"reports", reportColumns, reports, ""},
		{"details", "report, json", details, ""},
		{"visits", "visit, report, device, " + visitColumns, visits, ""},
		{"findings", findingColumns, findings, ""},
	} {
		if err := insert(ctx, tx, table.name, table.columns, table.rows, table.ending); err != nil {
			return err
		}
	}
	return addRepairs(ctx, tx, repairs)
}

// refuse counts the refused messages.
func refuse(ctx context.Context, tx transaction, refused []Refusal) error {
	type key struct{ bench, reason string }
	counted := map[key]int64{}
	for _, r := range refused {
		counted[key{r.Bench, string(r.Reason)}]++
	}
	var rows [][]any
	for k, n := range counted {
		rows = append(rows, []any{k.bench, k.reason, n})
	}
	return insert(ctx, tx, "refusals", "bench, reason, reports", rows,
		"ON CONFLICT (bench, reason) DO UPDATE SET reports = refusals.reports + excluded.reports")
}

// addBenches updates the benches. The latest message received determines the site and the lag of a
// bench.
func addBenches(ctx context.Context, tx transaction, prepared []preparedMessage) error {
	newest, reports := map[string]preparedMessage{}, map[string]int64{}
	for _, p := range prepared {
		bench := p.message.Bench
		reports[bench]++
		if before, known := newest[bench]; !known || p.received >= before.received {
			newest[bench] = p
		}
	}
	var rows [][]any
	for _, bench := range slices.Sorted(maps.Keys(newest)) {
		p := newest[bench]
		rows = append(rows, []any{bench, text(p.message.Site, maxName), text(p.message.Report.Tool.Version, maxName),
			p.received, p.visits[0].taken, int64(p.message.clock() / time.Second), reports[bench]})
	}
	return insert(ctx, tx, "benches", "bench, site, tool, received, taken, clock, reports", rows, `
		ON CONFLICT (bench) DO UPDATE SET
			site = CASE WHEN excluded.received >= benches.received THEN excluded.site ELSE benches.site END,
			tool = CASE WHEN excluded.received >= benches.received THEN excluded.tool ELSE benches.tool END,
			clock = CASE WHEN excluded.received >= benches.received THEN excluded.clock ELSE benches.clock END,
			taken = CASE WHEN excluded.received >= benches.received THEN excluded.taken ELSE benches.taken END,
			received = CASE WHEN excluded.received >= benches.received THEN excluded.received ELSE benches.received END,
			reports = benches.reports + excluded.reports`)
}
