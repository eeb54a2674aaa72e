package history

import (
	"cmp"
	"context"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A place is suspicious if at least leastTrouble visits of at least leastTroubled devices were
// in trouble there, and those are more than one in suspiciousShare of its visits. One bad
// cable of one owner, or one bad day, is not enough.
const (
	leastTrouble    = 3
	leastTroubled   = 2
	suspiciousShare = 3
)

// Health tells how well the places on the bench did in the newest runs over devices. A place
// is known by the name of its slot, or else by its USB port; devices of which neither is known
// are left out.
func (s *Store) Health(ctx context.Context, runs int) (report.SlotReport, error) {
	bench := report.SlotReport{Header: report.NewHeader(report.KindSlotHealth), Slots: []report.SlotHealth{}}
	tallies := map[string]*tally{}
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT run FROM runs WHERE subject = ? ORDER BY run DESC LIMIT ?", &sqlitex.ExecOptions{
			Args: []any{report.OfDevices, runs},
			ResultFunc: func(row *sqlite.Stmt) error {
				bench.Runs++
				return addVisits(conn, row.ColumnInt64(0), tallies)
			},
		})
	})
	if err != nil {
		return report.SlotReport{}, err
	}
	for _, t := range tallies {
		bench.Slots = append(bench.Slots, t.health())
	}
	slices.SortFunc(bench.Slots, func(a, b report.SlotHealth) int {
		return cmp.Or(
			rank(a.Suspicious)-rank(b.Suspicious),
			cmp.Compare(b.Trouble, a.Trouble),
			cmp.Compare(a.Slot, b.Slot),
			cmp.Compare(a.Location, b.Location),
		)
	})
	return bench, nil
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// addVisits counts the visits of one run. Newer runs come first, so the port of a slot is the
// first that is seen.
func addVisits(conn *sqlite.Conn, run int64, tallies map[string]*tally) error {
	return sqlitex.Execute(conn, visitsOfRun, &sqlitex.ExecOptions{
		Args: []any{run},
		ResultFunc: func(row *sqlite.Stmt) error {
			slot, location := row.GetText("slot"), row.GetText("location")
			place := "slot " + slot
			if slot == "" {
				place = "port " + location
			}
			if slot == "" && location == "" {
				return nil
			}
			if tallies[place] == nil {
				tallies[place] = &tally{
					SlotHealth: report.SlotHealth{Slot: slot, Location: location},
					devices:    map[string]bool{}, troubled: map[string]bool{}, reasons: map[string]int{},
				}
			}
			tallies[place].add(row)
			return nil
		},
	})
}

const visitsOfRun = "SELECT key, slot, location, taken, reason, retried FROM devices WHERE run = ? AND seen = 1"

// A tally counts the visits at one place.
type tally struct {
	report.SlotHealth
	devices, troubled map[string]bool // by key
	reasons           map[string]int
}

func (t *tally) add(row *sqlite.Stmt) {
	key, at := row.GetText("key"), timeOf(row, "taken")
	t.Visits++
	t.devices[key] = true
	reason := row.GetText("reason")
	if !device.Reason(reason).Transient() {
		reason = row.GetText("retried")
	}
	if reason == "" {
		return
	}
	t.Trouble++
	t.troubled[key] = true
	t.reasons[reason]++
	if at.After(t.LastTrouble) {
		t.LastTrouble = at
	}
}

func (t *tally) health() report.SlotHealth {
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
