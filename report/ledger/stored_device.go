package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// A storedDevice is the state of a device while reports are being stored.
type storedDevice struct {
	deviceState
	number  int64 // row number, 0 if new
	loaded  map[int64]cause
	rebuilt bool // its causes are rebuilt, so the stored ones are deleted
	late    bool // a visit older than an applied one arrived, or a visit was deleted
	names   map[string]int64
}

// add applies a visit, or marks the device late if it cannot. The first visit of a higher rank
// resets the state.
func (h *storedDevice) add(v visit) {
	h.visits++
	rank := h.newest.rank()
	switch {
	case !h.empty() && v.rank() < rank:
	case !h.empty() && v.rank() > rank:
		h.deviceState, h.rebuilt = deviceState{visits: h.visits}, true
		h.apply(v)
	case h.follows(v):
		h.apply(v)
	default:
		h.late = true
	}
}

const deviceColumns = "first, visits, earlier_backup, earlier_at, visit, report_id, " + visitColumns

const (
	selectDevices = "SELECT device, key, " + deviceColumns + " FROM devices WHERE key IN"
	selectCauses  = "SELECT device, check_number, status, explained_by, root, since, seen, fixed, site FROM causes WHERE device IN"
)

// load reads the state of devices by their keys. New devices have an empty state.
func load(ctx context.Context, tx transaction, keys []string) (map[string]*storedDevice, error) {
	devices := map[string]*storedDevice{}
	for _, key := range keys {
		devices[key] = &storedDevice{}
	}
	byNumber := map[int64]*storedDevice{}
	err := lookUp(ctx, tx, selectDevices, slices.Sorted(maps.Keys(devices)), func(rows *sql.Rows) error {
		h := storedDevice{deviceState: deviceState{causes: map[int64]cause{}}}
		err := h.scan(rows)
		h.names = namesOf(h.newest)
		devices[h.newest.key], byNumber[h.number] = &h, &h
		return err
	})
	if err != nil {
		return nil, err
	}
	err = lookUp(ctx, tx, selectCauses, slices.Sorted(maps.Keys(byNumber)), func(rows *sql.Rows) error {
		var device, check int64
		var c cause
		if err := rows.Scan(&device, &check, &c.status, &c.explainedBy, &c.root, &c.since, &c.seen, &c.fixed, &c.site); err != nil {
			return err
		}
		byNumber[device].causes[check] = c
		return nil
	})
	for _, h := range byNumber {
		h.loaded = maps.Clone(h.causes)
	}
	return devices, err
}

// scan reads a row of devicesColumns.
func (h *storedDevice) scan(rows *sql.Rows) error {
	n := &h.newest
	return rows.Scan(append([]any{&h.number, &n.key, &h.first, &h.visits, &h.earlierBackup, &h.earlierAt, &n.number, &n.reportID}, n.targets()...)...)
}

// replay applies again, in order, all visits of the devices marked late.
func replay(ctx context.Context, tx transaction, devices map[string]*storedDevice) error {
	for _, key := range slices.Sorted(maps.Keys(devices)) {
		h := devices[key]
		if !h.late {
			continue
		}
		visits, err := visitsOf(ctx, tx, h.number)
		if err != nil {
			return err
		}
		h.deviceState, h.rebuilt = deviceState{visits: h.visits}, true
		for _, v := range visits {
			v.key = key
			h.apply(v)
		}
	}
	return nil
}

const visitsToReplay = "SELECT visit, (SELECT id FROM reports WHERE reports.report = visits.report) AS id, " + visitColumns + `
	FROM visits WHERE device = $1 ORDER BY place, id`

const findingsToReplay = "SELECT " + findingColumns + " FROM findings WHERE visit IN"

// visitsOf returns the visits of a device that count, oldest first, with their findings.
func visitsOf(ctx context.Context, tx transaction, device int64) ([]visit, error) {
	var visits []visit
	at := map[int64]int{}
	err := each(ctx, tx, visitsToReplay, []any{device}, func(rows *sql.Rows) error {
		var v visit
		err := rows.Scan(append([]any{&v.number, &v.reportID}, v.targets()...)...)
		visits = append(visits, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	rank := 0
	for _, v := range visits {
		rank = max(rank, v.rank())
	}
	visits = slices.DeleteFunc(visits, func(v visit) bool { return v.rank() < rank })
	for i, v := range visits {
		at[v.number] = i
	}
	err = lookUp(ctx, tx, findingsToReplay, slices.Sorted(maps.Keys(at)), func(rows *sql.Rows) error {
		var number int64
		var f finding
		if err := rows.Scan(&number, &f.number, &f.status, &f.byNumber); err != nil {
			return err
		}
		v := &visits[at[number]]
		v.findings = append(v.findings, f)
		return nil
	})
	return visits, err
}

// update completes and writes the state of changed devices, and their counts, which were before.
func update(ctx context.Context, tx transaction, devices map[string]*storedDevice, before counts, names map[int64]string) error {
	if err := replay(ctx, tx, devices); err != nil {
		return err
	}
	if err := save(ctx, tx, devices); err != nil {
		return err
	}
	return addCounts(ctx, tx, before, count(devices, names))
}

// save writes the state of the devices. It deletes devices that have no visit.
func save(ctx context.Context, tx transaction, devices map[string]*storedDevice) error {
	var rows, causes, names [][]any
	var rebuilt, renamed, gone []int64
	for _, key := range slices.Sorted(maps.Keys(devices)) {
		h := devices[key]
		n := &h.newest
		if h.empty() {
			gone = append(gone, h.number)
			continue
		}
		rows = append(rows, append([]any{h.number, key, h.first, h.visits, h.earlierBackup, h.earlierAt, n.number, n.reportID}, n.values()...))
		if h.rebuilt {
			rebuilt, h.loaded = append(rebuilt, h.number), nil
		}
		for _, check := range slices.Sorted(maps.Keys(h.causes)) {
			c := h.causes[check]
			c.site = n.site
			if c != h.loaded[check] {
				causes = append(causes, []any{h.number, check, c.status, c.explainedBy, truth[c.root], c.since, c.seen, c.fixed, c.site})
			}
		}
		if now := namesOf(*n); !maps.Equal(now, h.names) {
			renamed = append(renamed, h.number)
			for _, name := range slices.Sorted(maps.Keys(now)) {
				names = append(names, []any{name, h.number, now[name]})
			}
		}
	}
	if err := insert(ctx, tx, "devices", "device, key, "+deviceColumns, rows, replacing("device", deviceColumns)); err != nil {
		return err
	}
	for statement, numbers := range map[string][]int64{
		"DELETE FROM causes WHERE device IN %s":  slices.Concat(rebuilt, gone),
		"DELETE FROM names WHERE device IN %s":   slices.Concat(renamed, gone),
		"DELETE FROM devices WHERE device IN %s": gone,
	} {
		if err := change(ctx, tx, statement, numbers); err != nil {
			return err
		}
	}
	if err := insert(ctx, tx, "names", "name, device, certain", names, ""); err != nil {
		return err
	}
	const told = "status, explained_by, root, since, seen, fixed, site"
	return insert(ctx, tx, "causes", "device, check_number, "+told, causes, replacing("device, check_number", told))
}
