package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Change says what happened to a cause since a given time.
type Change = report.ChangeKind

const (
	New   = report.ChangeNew
	Still = report.ChangeStill
	Fixed = report.ChangeFixed
)

// A ChangedCause is one cause on one device.
type ChangedCause = report.ChangedCause

// A ChangeFilter selects causes that match all of its fields.
type ChangeFilter struct {
	Change Change
	Since  time.Time
	Check  string // check ID; "" matches any
	Site   string // site of the device; "" matches any
}

// Changes lists the causes that are new, persisting or fixed since a given time, on all devices,
// most recent change first. A check that could not be read does not count as fixed.
func (s *Store) Changes(ctx context.Context, f ChangeFilter, page Page) (List[ChangedCause], error) {
	var list List[ChangedCause]
	if err := oneOf("change", f.Change, New, Still, Fixed); err != nil {
		return list, err
	}
	err := s.read(ctx, func(tx transaction) error {
		q, err := changesQuery(ctx, tx, f, page)
		if err != nil {
			return err
		}
		list, err = pageOf(ctx, tx, q, page, func(rows *sql.Rows) (c ChangedCause, p place, err error) {
			var since, seen, fixed, taken, backup int64
			err = rows.Scan(&p.Device, &p.Row, &c.Check, &c.Status, &since, &seen, &fixed,
				&c.UDID, &c.Name, &c.Serial, &c.Site, &c.Bench, &taken, &c.Verdict, &backup)
			c.Since, c.SeenAt, c.FixedAt, c.TakenAt, c.LastBackup = moment(since), moment(seen), timeOf(fixed), moment(taken), timeOf(backup)
			p.At = since
			if f.Change == Fixed {
				p.At = fixed
			}
			return c, p, err
		})
		return err
	})
	return list, during("listing changes", err)
}

// rangeOf returns the column that dates a change, and the condition for it. Of two lower limits, SQLite
// searches the index for the first; the second only makes the partial index usable.
func rangeOf(c Change) (column, condition string) {
	switch c {
	case Fixed:
		return "fixed", "root = 1 AND fixed >= %s AND fixed > 0"
	case Still:
		return "since", "root = 1 AND fixed = 0 AND since < %s"
	default:
		return "since", "root = 1 AND fixed = 0 AND since >= %s"
	}
}

// changesQuery joins in a fixed order: with statistics, SQLite would begin with the few checks, and
// sort all their causes. PostgreSQL chooses the order by itself.
func changesQuery(ctx context.Context, tx transaction, f ChangeFilter, page Page) (query, error) {
	from, err := page.place(place{At: math.MaxInt64, Device: math.MaxInt64, Row: math.MaxInt64})
	if err != nil {
		return query{}, err
	}
	column, condition := rangeOf(f.Change)
	q := query{text: `
		SELECT causes.device, causes.check_number, checks.name, status, since, causes.seen, fixed,
			udid, devices.name, serial, causes.site, bench, taken, verdict, backup
		FROM causes CROSS JOIN devices CROSS JOIN checks
		WHERE devices.device = causes.device AND checks.check_number = causes.check_number AND `}
	q.add(condition, seconds(f.Since))
	if f.Check != "" {
		number, _, err := causeNumber(ctx, tx, f.Check)
		if err != nil {
			return query{}, err
		}
		q.add(" AND causes.check_number = %s", number)
	}
	if f.Site != "" {
		q.add(" AND causes.site = %s", text(f.Site, maxName))
	}
	q.args = append(q.args, from.At, from.Device, from.Row, page.rows()+1)
	n := len(q.args)
	q.text += fmt.Sprintf(" AND (%[1]s, causes.device, causes.check_number) < ($%[2]d, $%[3]d, $%[4]d) ORDER BY %[1]s DESC, causes.device DESC, causes.check_number DESC LIMIT $%[5]d",
		column, n-3, n-2, n-1, n)
	return q, nil
}

// A ChangeCount is the number of devices on which a cause is new, persisting and fixed.
type ChangeCount struct {
	Check string `json:"check"`
	New   int    `json:"new"`
	Still int    `json:"still"`
	Fixed int    `json:"fixed"`
}

// ChangeCounts counts the changes of each cause since a given time, ordered by check ID.
func (s *Store) ChangeCounts(ctx context.Context, since time.Time) ([]ChangeCount, error) {
	counts := []ChangeCount{}
	err := s.each(ctx, changeCounts, periodsSince(seconds(since)), func(rows *sql.Rows) error {
		var c ChangeCount
		var open int
		err := rows.Scan(&c.Check, &open, &c.New, &c.Fixed)
		if c.Still = open - c.New; open > 0 || c.Fixed > 0 {
			counts = append(counts, c)
		}
		return err
	})
	return counts, during("counting changes", err)
}

// periodsSince returns the arguments of changeCounts.
func periodsSince(since int64) []any {
	period := since / changePeriod
	return []any{since, (period + 1) * changePeriod, period}
}

// changeCounts counts the new and fixed causes of each check; there are few checks. The totals are
// stored, and so are the counts by period: only the causes of the first period are counted, from $1
// to $2, its end. $3 is its number. The order of the conditions matters: see rangeOf.
const changeCounts = `
	SELECT name,
		coalesce((SELECT devices FROM counts WHERE site = '' AND kind = 'problem' AND counts.name = checks.name), 0) +
		coalesce((SELECT devices FROM counts WHERE site = '' AND kind = 'warning' AND counts.name = checks.name), 0),
		(SELECT count(*) FROM causes WHERE causes.check_number = checks.check_number AND root = 1 AND fixed = 0 AND since >= $1 AND since < $2) +
		(SELECT CAST(coalesce(sum(causes), 0) AS BIGINT) FROM periods WHERE periods.check_number = checks.check_number AND change = 'new' AND period > $3),
		(SELECT count(*) FROM causes WHERE causes.check_number = checks.check_number AND root = 1 AND fixed >= $1 AND fixed > 0 AND fixed < $2) +
		(SELECT CAST(coalesce(sum(causes), 0) AS BIGINT) FROM periods WHERE periods.check_number = checks.check_number AND change = 'fixed' AND period > $3)
	FROM checks ORDER BY name`
