package ledger

import (
	"cmp"
	"context"
	"slices"
)

// The keys by which devices are counted. The values are stored.
const (
	byVerdict = "verdict"
	byReading = "reading" // readInPart
	byBackup  = "backup"  // BackupKnown, BackupNever or BackupUnknown
	byProblem = "problem" // check ID
	byWarning = "warning" // check ID
	byBench   = "bench"   // that read them last
	bySite    = "site"    // counted for the whole fleet only
)

// readInPart counts the devices that were read only in part, whatever their verdict.
const readInPart = "in-part"

// A tally is a property that devices are counted by.
type tally struct{ site, kind, name string }

// A periodTally is a check and a period in which causes of it began or ended.
type periodTally struct {
	check  int64
	change Change // New or Fixed
	period int64  // in units of changePeriod
}

// changePeriod is the length of a period in seconds: few to add up for a year, and short enough to
// count the causes of one of them one by one.
const changePeriod = 4 * 60 * 60

// counts are the stored sums over devices.
type counts struct {
	devices map[tally]int64
	causes  map[periodTally]int64
}

// count counts the devices that are stored in the database.
func count(devices map[string]*storedDevice, names map[int64]string) counts {
	counted := counts{map[tally]int64{}, map[periodTally]int64{}}
	for _, h := range devices {
		for check, c := range h.causes {
			switch {
			case c.root && c.fixed == 0:
				counted.causes[periodTally{check, New, c.since / changePeriod}]++
			case c.root:
				counted.causes[periodTally{check, Fixed, c.fixed / changePeriod}]++
			}
		}
		if h.empty() || !h.newest.seen {
			continue
		}
		add := func(kind, name string) {
			counted.devices[tally{"", kind, name}]++
			if h.newest.site != "" && kind != bySite {
				counted.devices[tally{h.newest.site, kind, name}]++
			}
		}
		add(byVerdict, h.newest.verdict)
		if h.newest.incomplete() {
			add(byReading, readInPart)
		}
		add(byBackup, string(backupState(h.newest.backup)))
		add(byBench, h.newest.bench)
		add(bySite, h.newest.site)
		for check, c := range h.causes {
			if c.root && c.fixed == 0 {
				add(c.status, names[check]) // byProblem or byWarning
			}
		}
	}
	return counted
}

// addCounts updates the stored counts by the difference between before and after.
func addCounts(ctx context.Context, tx transaction, before, after counts) error {
	var rows, periods [][]any
	for _, t := range differing(before.devices, after.devices, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	}) {
		rows = append(rows, []any{t.site, t.kind, t.name, after.devices[t] - before.devices[t]})
	}
	for _, t := range differing(before.causes, after.causes, func(a, b periodTally) int {
		return cmp.Or(cmp.Compare(a.check, b.check), cmp.Compare(a.change, b.change), cmp.Compare(a.period, b.period))
	}) {
		periods = append(periods, []any{t.check, string(t.change), t.period, after.causes[t] - before.causes[t]})
	}
	err := insert(ctx, tx, "counts", "site, kind, name, devices", rows,
		"ON CONFLICT (site, kind, name) DO UPDATE SET devices = counts.devices + excluded.devices")
	if err != nil {
		return err
	}
	return insert(ctx, tx, "periods", "check_number, change, period, causes", periods,
		"ON CONFLICT (check_number, change, period) DO UPDATE SET causes = periods.causes + excluded.causes")
}

// differing returns the keys whose numbers differ, in order.
func differing[Key comparable](before, after map[Key]int64, order func(a, b Key) int) []Key {
	var keys []Key
	for key, n := range after {
		if n != before[key] {
			keys = append(keys, key)
		}
	}
	for key := range before {
		if _, both := after[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, order)
	return keys
}
