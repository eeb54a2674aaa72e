package ledger

import (
	"cmp"
	"context"
	"maps"
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

// count counts the devices that are stored in the database.
func count(devices map[string]*storedDevice, names map[int64]string) map[tally]int64 {
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
