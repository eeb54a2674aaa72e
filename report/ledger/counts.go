package ledger

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// What devices are counted by. The values are stored.
const (
	byVerdict = "verdict"
	byBackup  = "backup"  // BackupKnown, BackupNever or BackupUnknown
	byProblem = "problem" // id of a check
	byWarning = "warning" // id of a check
	byBench   = "bench"   // that read them last
	bySite    = "site"    // counted in the whole fleet only
)

// A tally is what a number of devices have in common.
type tally struct{ site, kind, name string }

// count counts devices that stand in the database.
func count(devices map[string]*held, names map[int64]string) map[tally]int64 {
	counted := map[tally]int64{}
	for _, h := range devices {
		if h.empty() || !h.newest.seen {
			continue
		}
		add := func(kind, name string) {
			counted[tally{"", kind, name}]++
			if h.newest.site != "" && kind != bySite {
				counted[tally{h.newest.site, kind, name}]++
			}
		}
		add(byVerdict, h.newest.verdict)
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

// addCounts brings the counts up to date with devices that were counted before and after.
func addCounts(ctx context.Context, tx transaction, before, after map[tally]int64) error {
	for t, n := range before {
		after[t] -= n
	}
	var rows [][]any
	for _, t := range slices.SortedFunc(maps.Keys(after), func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	}) {
		if after[t] != 0 {
			rows = append(rows, []any{t.site, t.kind, t.name, after[t]})
		}
	}
	return insert(ctx, tx, "counts", "site, kind, name, devices", rows,
		"ON CONFLICT (site, kind, name) DO UPDATE SET devices = counts.devices + excluded.devices")
}
