package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// held is a device while reports of it are kept.
type held struct {
	standing
	number int64 // of the row, 0 if it is new
	loaded map[int64]cause
	anew   bool // its causes are made anew, so those in the database go
	late   bool // a visit came that is older than what was taken in
}

// admit takes a visit in, or sees that it cannot be. A visit whose time cannot be true counts
// only as long as there is no other: the first that can be begins anew.
func (h *held) admit(v visit) {
	h.visits++
	switch {
	case v.ahead && !h.empty() && !h.newest.ahead:
	case !v.ahead && h.newest.ahead:
		h.standing, h.anew = standing{visits: h.visits}, true
		h.take(v)
	case h.follows(v):
		h.take(v)
	default:
		h.late = true
	}
}

const deviceColumns = "first, visits, earlier_backup, earlier_at, visit, report_id, " + visitColumns

const (
	heldDevices = "SELECT device, udid, " + deviceColumns + " FROM devices WHERE udid IN"
	heldCauses  = "SELECT device, check_number, status, explained_by, root, since, seen, fixed, site FROM causes WHERE device IN"
)

// load reads how the devices of parcels stand. Those that are new are empty.
func load(ctx context.Context, tx transaction, parcels []parcel) (map[string]*held, error) {
	devices := map[string]*held{}
	for _, p := range parcels {
		for _, v := range p.visits {
			devices[v.udid] = &held{}
		}
	}
	byNumber := map[int64]*held{}
	err := lookUp(ctx, tx, heldDevices, slices.Sorted(maps.Keys(devices)), func(rows *sql.Rows) error {
		h := held{standing: standing{causes: map[int64]cause{}}}
		n := &h.newest
		err := rows.Scan(append([]any{&h.number, &n.udid, &h.first, &h.visits, &h.earlierBackup, &h.earlierAt, &n.number, &n.reportID}, n.targets()...)...)
		devices[n.udid], byNumber[h.number] = &h, &h
		return err
	})
	if err != nil {
		return nil, err
	}
	err = lookUp(ctx, tx, heldCauses, slices.Sorted(maps.Keys(byNumber)), func(rows *sql.Rows) error {
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

// replay takes in again, in their order, all visits of the devices of which one came late.
func replay(ctx context.Context, tx transaction, devices map[string]*held) error {
	for _, udid := range slices.Sorted(maps.Keys(devices)) {
		h := devices[udid]
		if !h.late {
			continue
		}
		visits, err := visitsOf(ctx, tx, h.number)
		if err != nil {
			return err
		}
		h.standing, h.anew = standing{visits: h.visits}, true
		for _, v := range visits {
			v.udid = udid
			h.take(v)
		}
	}
	return nil
}

const visitsToReplay = `
	SELECT visit, reports.id, visits.received, visits.taken, ahead, visits.bench, site, slot, serial, name, product, model, system, version, asset, verdict, headline, reason, backup, no_backup
	FROM visits JOIN reports ON reports.report = visits.report
	WHERE device = $1 AND (ahead = 0 OR NOT EXISTS (SELECT 1 FROM visits AS other WHERE other.device = $1 AND other.ahead = 0))
	ORDER BY visits.taken, reports.id`

const findingsToReplay = "SELECT visit, check_number, status, explained_by FROM findings WHERE visit IN"

// visitsOf are the visits of a device that count, oldest first, with their findings.
func visitsOf(ctx context.Context, tx transaction, device int64) ([]visit, error) {
	var visits []visit
	at := map[int64]int{}
	err := each(ctx, tx, visitsToReplay, []any{device}, func(rows *sql.Rows) error {
		var v visit
		err := rows.Scan(append([]any{&v.number, &v.reportID}, v.targets()...)...)
		at[v.number] = len(visits)
		visits = append(visits, v)
		return err
	})
	if err != nil {
		return nil, err
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

// save writes how the devices stand.
func save(ctx context.Context, tx transaction, devices map[string]*held) error {
	var rows, causes [][]any
	var anew []int64
	for _, udid := range slices.Sorted(maps.Keys(devices)) {
		h := devices[udid]
		n := &h.newest
		rows = append(rows, append([]any{h.number, udid, h.first, h.visits, h.earlierBackup, h.earlierAt, n.number, n.reportID}, n.values()...))
		if h.anew {
			anew, h.loaded = append(anew, h.number), nil
		}
		for _, check := range slices.Sorted(maps.Keys(h.causes)) {
			c := h.causes[check]
			c.site = n.site
			if c != h.loaded[check] {
				causes = append(causes, []any{h.number, check, c.status, c.explainedBy, truth[c.root], c.since, c.seen, c.fixed, c.site})
			}
		}
	}
	if err := insert(ctx, tx, "devices", "device, udid, "+deviceColumns, rows, replacing("device", deviceColumns)); err != nil {
		return err
	}
	for _, device := range anew {
		if _, err := tx.ExecContext(ctx, "DELETE FROM causes WHERE device = $1", device); err != nil {
			return err
		}
	}
	const told = "status, explained_by, root, since, seen, fixed, site"
	return insert(ctx, tx, "causes", "device, check_number, "+told, causes, replacing("device, check_number", told))
}
