package ledger

import (
	"cmp"
	"database/sql"
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/uuid"
)

// rebuild completes the recovered data: missing reports, runs and findings, and all tables derived
// from the visits.
func (c *copier) rebuild() error {
	for _, step := range []func() error{c.adoptVisits, c.adoptReports, c.revive, c.drop, c.rebuildFindings, c.rebuildDevices, c.rebuildRepairs, c.rebuildBenches, c.renumber} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// adoptVisits creates reports for visits and details whose own report could not be read. They share
// a new run, unless the details name one.
func (c *copier) adoptVisits() error {
	rest, err := uuid.NewRandom()
	if err != nil {
		return err
	}
	var orphans [][]any
	err = each(c.ctx, c.to, `
		SELECT lost.report, coalesce(taken, 0), json
		FROM (SELECT report FROM visits UNION SELECT report FROM details EXCEPT SELECT report FROM reports) AS lost
			LEFT JOIN visits ON visits.report = lost.report LEFT JOIN details ON details.report = lost.report`, nil, func(rows *sql.Rows) error {
		var number, taken int64
		var packed []byte
		if err := rows.Scan(&number, &taken, &packed); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		r, _ := reportIn(packed) // what it does not contain remains unknown
		taken = max(taken, seconds(r.TakenAt))
		orphans = append(orphans, []any{number, id.String(), "", taken, taken, cmp.Or(text(r.Run, maxName), rest.String()), text(r.Tool.Version, maxName), int64(r.Schema), int64(0), ""})
		return nil
	})
	if err != nil {
		return err
	}
	return insert(c.ctx, c.to, "reports", recoverable["reports"], orphans, "ON CONFLICT DO NOTHING")
}

// revive recreates unreadable visits from their full reports.
func (c *copier) revive() error {
	numbers := map[string]int64{} // of the devices, by key
	last := int64(0)
	for number, key := range c.keys {
		numbers[key] = number
		last = max(last, number)
	}
	err := each(c.ctx, c.to, "SELECT DISTINCT device, udid FROM visits", nil, func(rows *sql.Rows) error {
		var number int64
		var udid string
		err := rows.Scan(&number, &udid)
		if udid != "" {
			numbers[device.UDIDKey(udid)] = number
		}
		last = max(last, number)
		return err
	})
	if err != nil {
		return err
	}
	var visits [][]any
	err = each(c.ctx, c.to, `
		SELECT report, id, received, (SELECT subject FROM runs WHERE runs.id = reports.run), (SELECT json FROM details WHERE details.report = reports.report)
		FROM reports WHERE report NOT IN (SELECT report FROM visits)`, nil, func(rows *sql.Rows) error {
		var number, received int64
		var id, subject string
		var packed []byte
		if err := rows.Scan(&number, &id, &received, &subject, &packed); err != nil {
			return err
		}
		r, ok := reportIn(packed)
		if !ok || len(r.Devices) != 1 {
			return nil
		}
		v := ownVisit(Message{ID: id, Received: moment(received)}, r.Devices[0], subject)
		if v.device = numbers[v.key]; v.device == 0 {
			last++
			v.device, numbers[v.key] = last, last
			c.keys[last] = v.key
		}
		v.number, v.place = number, number // both are numbered in step
		visits = append(visits, append([]any{v.number, number, v.device}, v.values()...))
		return nil
	})
	if err != nil {
		return err
	}
	c.revived = len(visits)
	return insert(c.ctx, c.to, "visits", recoverable["visits"], visits, "ON CONFLICT DO NOTHING")
}

// adoptReports creates runs for reports whose run could not be read. Whether they had ended is unknown.
func (c *copier) adoptReports() error {
	_, err := c.to.ExecContext(c.ctx, `
		INSERT INTO runs (`+runColumns+`)
		SELECT (SELECT coalesce(max(run), 0) FROM runs) + row_number() OVER (ORDER BY min(report)), run, '', min(taken), -1, tool, '', $1, 1, -1, -1
		FROM reports WHERE run NOT IN (SELECT id FROM runs) GROUP BY run`, report.OfDevices)
	return err
}

// drop deletes rows whose owner could not be read.
func (c *copier) drop() error {
	for _, statement := range []string{
		"DELETE FROM reports WHERE report NOT IN (SELECT report FROM visits)",
		"DELETE FROM details WHERE report NOT IN (SELECT report FROM reports)",
		"DELETE FROM findings WHERE visit NOT IN (SELECT visit FROM visits) OR check_number NOT IN (SELECT check_number FROM checks)",
		"UPDATE findings SET explained_by = 0 WHERE explained_by <> 0 AND explained_by NOT IN (SELECT check_number FROM checks)",
	} {
		if _, err := c.to.ExecContext(c.ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// rebuildFindings restores the findings of visits without any from their full reports.
func (c *copier) rebuildFindings() error {
	var prepared []preparedMessage
	err := each(c.ctx, c.to, `
		SELECT visit, device, udid, json FROM visits JOIN details ON details.report = visits.report
		WHERE NOT EXISTS (SELECT 1 FROM findings WHERE findings.visit = visits.visit)`, nil, func(rows *sql.Rows) error {
		var v visit
		var packed []byte
		if err := rows.Scan(&v.number, &v.device, &v.udid, &packed); err != nil {
			return err
		}
		if d, ok := c.deviceOf(v, packed); ok {
			v.findings = findingsOf(d)
			prepared = append(prepared, preparedMessage{visits: []visit{v}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := number(c.ctx, c.to, prepared); err != nil {
		return err
	}
	var findings [][]any
	for _, p := range prepared {
		findings = append(findings, p.visits[0].findingRows()...)
	}
	return insert(c.ctx, c.to, "findings", findingColumns, findings, "")
}

// deviceOf returns the device of a visit from its report. If its key was not found, as for a device
// without a UDID, it is the only device in the report.
func (c *copier) deviceOf(v visit, packed []byte) (report.Device, bool) {
	if key := cmp.Or(device.UDIDKey(v.udid), c.keys[v.device]); key != "" {
		return deviceIn(packed, key)
	}
	r, ok := reportIn(packed)
	if !ok || len(r.Devices) != 1 {
		return report.Device{}, false
	}
	c.keys[v.device] = keyOf(r.Devices[0])
	return r.Devices[0], true
}

// rebuildDevices derives the devices, their causes, names and counts from the visits.
func (c *copier) rebuildDevices() error {
	devices := map[string]*storedDevice{}
	same := map[int64]int64{} // numbers of the same device, the second of which is wrong
	err := each(c.ctx, c.to, "SELECT device, max(udid), count(*) FROM visits GROUP BY device ORDER BY device", nil, func(rows *sql.Rows) error {
		var number, visits int64
		var udid string
		if err := rows.Scan(&number, &udid, &visits); err != nil {
			return err
		}
		key := cmp.Or(device.UDIDKey(udid), c.keys[number], fmt.Sprintf("recovered-%d", number))
		if first := devices[key]; first != nil {
			same[number] = first.number
			first.visits += visits
			return nil
		}
		devices[key] = &storedDevice{deviceState: deviceState{visits: visits}, number: number, late: true}
		return nil
	})
	for number, first := range same {
		if err == nil {
			_, err = c.to.ExecContext(c.ctx, "UPDATE visits SET device = $1 WHERE device = $2", first, number)
		}
	}
	if err != nil {
		return err
	}
	known, err := readCatalogue(c.ctx, c.to)
	if err != nil {
		return err
	}
	return update(c.ctx, c.to, devices, counts{}, known.names)
}

// renumber comes last, because everything that is sent needs its number.
func (c *copier) renumber() error { return renumber(c.ctx, c.to) }

func (c *copier) rebuildBenches() error {
	_, err := c.to.ExecContext(c.ctx, `
		INSERT INTO benches (bench, site, tool, received, taken, clock, reports)
		SELECT bench, '', tool, max(received), taken, 0, count(*) FROM reports GROUP BY bench`)
	return err
}
