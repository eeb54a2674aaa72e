package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A place is suspicious if at least leastTrouble visits of at least leastTroubled devices had
// problems there, and they are more than one in suspiciousShare of its visits. One owner's bad
// cable, or one bad day, is not enough.
const (
	leastTrouble    = 3
	leastTroubled   = 2
	suspiciousShare = 3
)

// Health reports how reliable each place on the bench was in the newest runs over devices. A place
// is identified by the name of its slot, otherwise by its USB port; devices without either are left
// out.
func (s *Store) Health(ctx context.Context, runs int) (report.SlotReport, error) {
	bench := report.SlotReport{Header: report.NewHeader(report.KindSlotHealth), Slots: []report.SlotHealth{}}
	tallies := map[string]*slotTally{}
	err := s.read(ctx, func(tx transaction) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM runs WHERE subject = $1 LIMIT $2) AS newest", report.OfDevices, runs).Scan(&bench.Runs); err != nil {
			return err
		}
		return each(ctx, tx, visitsOfRuns, []any{report.OfDevices, runs}, func(rows *sql.Rows) error {
			return addVisit(rows, tallies)
		})
	})
	for _, t := range tallies {
		bench.Slots = append(bench.Slots, t.health())
	}
	slices.SortFunc(bench.Slots, func(a, b report.SlotHealth) int {
		return cmp.Or(
			cmp.Compare(truth[b.Suspicious], truth[a.Suspicious]),
			cmp.Compare(b.Trouble, a.Trouble),
			cmp.Compare(a.Slot, b.Slot),
			cmp.Compare(a.Location, b.Location),
		)
	})
	return bench, during("counting trouble by slot", err)
}

// visitsOfRuns selects the visits of the newest runs, newest run first.
const visitsOfRuns = `
	SELECT device, slot, location, visits.taken, reason, retried
	FROM (SELECT run, id FROM runs WHERE subject = $1 ORDER BY run DESC LIMIT $2) AS newest
		JOIN reports ON reports.run = newest.id JOIN visits ON visits.report = reports.report
	WHERE seen = 1 ORDER BY newest.run DESC, visit`

// addVisit counts one of visitsOfRuns. Newer runs come first, so the first port seen is the current
// port of a slot.
func addVisit(rows *sql.Rows, slots map[string]*slotTally) error {
	var device, taken int64
	var slot, location, reason, retried string
	if err := rows.Scan(&device, &slot, &location, &taken, &reason, &retried); err != nil {
		return err
	}
	place := "slot " + slot
	if slot == "" {
		place = "port " + location
	}
	if slot == "" && location == "" {
		return nil
	}
	if slots[place] == nil {
		slots[place] = &slotTally{
			SlotHealth: report.SlotHealth{Slot: slot, Location: location},
			devices:    map[int64]bool{}, troubled: map[int64]bool{}, reasons: map[string]int{},
		}
	}
	slots[place].add(device, timeOf(taken), reason, retried)
	return nil
}

// A slotTally counts the visits at one place.
type slotTally struct {
	report.SlotHealth
	devices, troubled map[int64]bool
	reasons           map[string]int
}

func (t *slotTally) add(number int64, at time.Time, reason, retried string) {
	t.Visits++
	t.devices[number] = true
	if !device.Reason(reason).Transient() {
		reason = retried
	}
	if reason == "" {
		return
	}
	t.Trouble++
	t.troubled[number] = true
	t.reasons[reason]++
	if at.After(t.LastTrouble) {
		t.LastTrouble = at
	}
}

func (t *slotTally) health() report.SlotHealth {
	h := t.SlotHealth
	h.Devices, h.Troubled = len(t.devices), len(t.troubled)
	h.Reasons = []report.ReasonCount{}
	for reason, visits := range t.reasons {
		h.Reasons = append(h.Reasons, report.ReasonCount{Reason: reason, Visits: visits})
	}
	slices.SortFunc(h.Reasons, func(a, b report.ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.Reason, b.Reason))
	})
	h.Suspicious = h.Trouble >= leastTrouble && h.Troubled >= leastTroubled && suspiciousShare*h.Trouble > h.Visits
	return h
}
