package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Backup is what is known about the last good iCloud backup of a device.
type Backup = report.BackupState

const (
	BackupKnown   = report.BackupKnown
	BackupNever   = report.BackupNever
	BackupUnknown = report.BackupUnknown
)

func backupState(at int64) Backup {
	switch at {
	case neverBackedUp:
		return BackupNever
	case backupUnknown:
		return BackupUnknown
	default:
		return BackupKnown
	}
}

// A Device is the state of one device as of its newest reading.
type Device = report.FleetDevice

// A DeviceCause is one cause on a device.
type DeviceCause = report.DeviceCause

// A Filter selects devices that match all of its fields.
type Filter struct {
	Site         string    // "" matches any
	Bench        string    // that read them last; "" matches any
	Verdict      string    // "" matches any
	Cause        string    // ID of a check that found a cause on them; "" matches any
	Backup       Backup    // "" matches any
	Incomplete   bool      // read only in part
	BackupBefore time.Time // known to have no backup since then, or never to have had one; zero matches any
}

// A Sort is the order of a list of devices.
type Sort string

const (
	NewestFirst  Sort = "newest"  // by time of reading
	WorstFirst   Sort = "worst"   // by verdict, failing first, then newest first
	LongestFirst Sort = "longest" // by last backup: never, oldest first, then unknown
)

// Devices lists devices. It returns ErrFilter if a filter has an unknown value.
func (s *Store) Devices(ctx context.Context, f Filter, order Sort, page Page) (List[Device], error) {
	var list List[Device]
	if err := f.check(order); err != nil {
		return list, err
	}
	if order == WorstFirst && f.Verdict != "" {
		order = NewestFirst
	}
	err := s.read(ctx, func(tx transaction) error {
		if order == WorstFirst {
			var err error
			list, err = worstFirst(ctx, tx, f, page)
			return err
		}
		q, err := devicesQuery(ctx, tx, f, order, page)
		if err != nil {
			return err
		}
		list, err = listDevices(ctx, tx, q, order, page)
		return err
	})
	return list, during("listing devices", err)
}

// Find lists the devices that match who, most recently seen first: by UDID, serial number or
// inventory value, otherwise by slot or name.
func (s *Store) Find(ctx context.Context, who string) (devices []Device, err error) {
	err = s.read(ctx, func(tx transaction) error {
		numbers, err := named(ctx, tx, who, defaultRows)
		if err == nil {
			devices, err = devicesOf(ctx, tx, numbers)
		}
		return err
	})
	return devices, during("finding a device", err)
}

// devicesOf returns devices by number, with their causes.
func devicesOf(ctx context.Context, tx transaction, numbers []int64) ([]Device, error) {
	devices := []Device{}
	at := map[int64]int{}
	err := lookUp(ctx, tx, deviceByNumber, numbers, func(rows *sql.Rows) error {
		number, d, _, err := scanDevice(rows)
		at[number] = len(devices)
		devices = append(devices, d)
		return err
	})
	if err == nil {
		err = addCauses(ctx, tx, devices, at)
	}
	slices.SortStableFunc(devices, func(a, b Device) int { return b.TakenAt.Compare(a.TakenAt) })
	return devices, err
}

const (
	devicesColumns = "device, key, " + deviceColumns
	deviceByNumber = "SELECT " + devicesColumns + " FROM devices WHERE device IN"
)

// A query is SQL with its arguments.
type query struct {
	text string
	args []any
}

// add appends part to the text, with %s replaced by a parameter for value.
func (q *query) add(part string, value any) {
	q.args = append(q.args, value)
	if part != "" {
		q.text += fmt.Sprintf(part, fmt.Sprintf("$%d", len(q.args)))
	}
}

// The unary + stops SQLite from using that column's index where it would be slow; PostgreSQL plans
// this well by itself. With many matching rows the sort order drives the query, with few the
// condition.

// rareCause is the largest number of matching devices for which they are looked up one by one. With
// more, scanning the devices in order fills a page sooner.
const rareCause = 2000

func devicesQuery(ctx context.Context, tx transaction, f Filter, order Sort, page Page) (query, error) {
	key, compare, direction, first := "place", "<", "DESC", place{At: math.MaxInt64, Device: math.MaxInt64}
	if order == LongestFirst {
		key, compare, direction, first = "backup", ">", "ASC", place{At: math.MinInt64}
	}
	from, err := page.place(first)
	if err != nil {
		return query{}, err
	}
	q := query{text: "SELECT " + devicesColumns + " FROM devices WHERE seen = 1"}
	for _, is := range []struct{ column, value string }{{"site", f.Site}, {"bench", f.Bench}, {"verdict", f.Verdict}} {
		if is.value == otherVerdict && is.column == "verdict" {
			q.text += " AND verdict NOT IN ('" + strings.Join(checks.VerdictNames(), "', '") + "')"
		} else if is.value != "" {
			q.add(" AND "+is.column+" = %s", text(is.value, maxName))
		}
	}
	if f.Incomplete {
		q.text += " AND " + incompleteDevices
	}
	switch f.Backup {
	case BackupNever:
		q.text += fmt.Sprintf(" AND backup = %d", neverBackedUp)
	case BackupUnknown:
		q.text += fmt.Sprintf(" AND backup = %d", backupUnknown)
	}
	rank, backup := key, "backup"
	if order == NewestFirst {
		few, err := fewBackups(ctx, tx, f)
		switch {
		case err != nil:
			return query{}, err
		case few:
			rank = "+" + key
		default:
			backup = "+backup"
		}
	}
	if f.Backup == BackupKnown {
		q.text += fmt.Sprintf(" AND %[1]s > %[2]d AND %[1]s < %[3]d", backup, neverBackedUp, backupUnknown)
	}
	if !f.BackupBefore.IsZero() {
		q.add(" AND "+backup+" < %s", seconds(f.BackupBefore))
	}
	if f.Cause != "" {
		number, devices, err := causeNumber(ctx, tx, f.Cause)
		if err != nil {
			return query{}, err
		}
		if devices <= rareCause {
			q.add(" AND device IN (SELECT device FROM causes WHERE check_number = %s AND root = 1 AND fixed = 0)", number)
			rank = "+" + key
		} else {
			q.add(" AND EXISTS (SELECT 1 FROM causes WHERE causes.device = devices.device AND check_number = %s AND root = 1 AND fixed = 0)", number)
		}
	}
	q.args = append(q.args, from.At, from.Device, page.rows()+1)
	n := len(q.args)
	q.text += fmt.Sprintf(" AND (%[1]s, device) %[2]s ($%[4]d, $%[5]d) ORDER BY %[1]s %[3]s, device %[3]s LIMIT $%[6]d", rank, compare, direction, n-2, n-1, n)
	return q, nil
}

// fewBackups reports whether a filter by the date of the last backup leaves so few devices that they
// are looked up by it.
func fewBackups(ctx context.Context, tx transaction, f Filter) (bool, error) {
	from, until := neverBackedUp, backupUnknown
	if f.Backup == BackupKnown {
		from++
	}
	if !f.BackupBefore.IsZero() {
		until = seconds(f.BackupBefore)
	}
	if from == neverBackedUp && until == backupUnknown {
		return false, nil
	}
	var devices int
	err := tx.QueryRowContext(ctx, devicesWithBackup, from, until, rareCause+1).Scan(&devices)
	return devices <= rareCause, err
}

const devicesWithBackup = "SELECT count(*) FROM (SELECT 1 FROM devices WHERE backup >= $1 AND backup < $2 LIMIT $3) AS dated"

// causeNumber returns the number of a check, 0 if it is unknown, and how many devices it affects.
func causeNumber(ctx context.Context, tx transaction, check string) (number, devices int64, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT coalesce((SELECT check_number FROM checks WHERE name = $1), 0),
			coalesce((SELECT devices FROM counts WHERE site = '' AND kind = 'problem' AND name = $1), 0) +
			coalesce((SELECT devices FROM counts WHERE site = '' AND kind = 'warning' AND name = $1), 0)`, text(check, maxName),
	).Scan(&number, &devices)
	if err == nil && number == 0 {
		err = unknownCheck(check)
	}
	return number, devices, err
}

// listDevices runs a query for devices and adds their causes.
func listDevices(ctx context.Context, tx transaction, q query, order Sort, page Page) (List[Device], error) {
	var devices []Device
	var places []place
	at := map[int64]int{}
	err := each(ctx, tx, q.text, q.args, func(rows *sql.Rows) error {
		number, d, h, err := scanDevice(rows)
		p := place{At: h.newest.backup, Device: number}
		if order == NewestFirst {
			p.At = h.newest.place
		}
		at[number] = len(devices)
		devices, places = append(devices, d), append(places, p)
		return err
	})
	if err != nil {
		return List[Device]{}, err
	}
	return cut(page, devices, places), addCauses(ctx, tx, devices, at)
}

// scanDevice reads a row of devicesColumns.
func scanDevice(rows *sql.Rows) (number int64, d Device, h storedDevice, err error) {
	err = h.scan(rows)
	n := &h.newest
	d = Device{
		KnownDevice: h.known(),
		ReceivedAt:  receivedAt(n), FirstAt: moment(h.first), Incomplete: n.incomplete(), Visits: int(h.visits), Causes: []DeviceCause{},
	}
	return h.number, d, h, err
}

// knownColumns are the columns of which known makes a device.
const knownColumns = "udid, serial, name, slot, location, site, bench, model, product, system, version, asset, taken, ahead, verdict, headline, reason, backup, no_backup, earlier_backup, earlier_at"

// knownTargets returns where to scan knownColumns.
func (s *deviceState) knownTargets() []any {
	n := &s.newest
	return []any{&n.udid, &n.serial, &n.name, &n.slot, &n.location, &n.site, &n.bench, &n.model, &n.product, &n.system, &n.version, &n.asset,
		&n.taken, &n.ahead, &n.verdict, &n.headline, &n.reason, &n.backup, &n.noBackup, &s.earlierBackup, &s.earlierAt}
}

// known returns the device as of its newest reading.
func (s *deviceState) known() report.KnownDevice {
	n := &s.newest
	d := report.KnownDevice{
		UDID: n.udid, Serial: n.serial, Name: n.name, Slot: n.slot, Location: n.location, Site: n.site, Bench: n.bench,
		ModelName: n.model, ProductType: n.product, System: n.system, ProductVersion: n.version, Asset: readAsset(n.asset),
		TakenAt: moment(n.taken), Doubtful: aheadDoubt(n.ahead), Verdict: n.verdict, Headline: n.headline, Reason: n.reason,
		Backup: backupState(n.backup), LastBackup: backupTime(n.backup), NoLastBackup: n.noBackup,
	}
	if d.Backup == BackupUnknown && s.earlierAt != 0 {
		d.EarlierBackup, d.EarlierAt = timeOf(s.earlierBackup), timeOf(s.earlierAt)
	}
	return d
}

// receivedAt returns when a hub received a visit; zero for a visit of this computer.
func receivedAt(v *visit) (at time.Time) {
	if v.bench != "" {
		at = moment(v.received)
	}
	return at
}

// aheadDoubt returns why the date of a reading is in doubt.
func aheadDoubt(ahead bool) string {
	if ahead {
		return report.DoubtFuture
	}
	return ""
}

// readAsset decodes an inventory row. It returns nil if that fails.
func readAsset(document string) []report.Field {
	if asset, ok := plainAsset(document); ok {
		return asset
	}
	var asset []report.Field
	if err := json.Unmarshal([]byte(document), &asset); err != nil {
		return nil
	}
	return asset
}

// plainAsset splits an inventory row as it was written, unless it contains escaped characters.
// Decoding its JSON would take a third of the time of a long list.
func plainAsset(document string) (asset []report.Field, ok bool) {
	inner, begins := strings.CutPrefix(document, `[{"name":"`)
	inner, ends := strings.CutSuffix(inner, `"}]`)
	if !begins || !ends || strings.Contains(document, `\`) {
		return []report.Field{}, document == "[]"
	}
	for field := range strings.SplitSeq(inner, `"},{"name":"`) {
		name, value, ok := strings.Cut(field, `","value":"`)
		if !ok || strings.Contains(name, `"`) || strings.Contains(value, `"`) {
			return nil, false
		}
		asset = append(asset, report.Field{Name: name, Value: value})
	}
	return asset, true
}

// moment converts a stored time that is always known.
func moment(seconds int64) time.Time { return time.Unix(min(max(seconds, 0), lastSecond), 0).UTC() }

const causesOfDevices = `
	SELECT device, checks.name, status, since, seen FROM causes JOIN checks ON checks.check_number = causes.check_number
	WHERE root = 1 AND fixed = 0 AND device IN`

// addCauses adds the causes to devices: problems, then warnings, oldest first.
func addCauses(ctx context.Context, tx transaction, devices []Device, at map[int64]int) error {
	err := lookUp(ctx, tx, causesOfDevices, slices.Sorted(maps.Keys(at)), func(rows *sql.Rows) error {
		var number, since, seen int64
		var c DeviceCause
		if err := rows.Scan(&number, &c.Check, &c.Status, &since, &seen); err != nil {
			return err
		}
		c.Since, c.SeenAt = moment(since), moment(seen)
		d := &devices[at[number]]
		d.Causes = append(d.Causes, c)
		return nil
	})
	for _, d := range devices {
		slices.SortFunc(d.Causes, func(a, b DeviceCause) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), a.Since.Compare(b.Since), cmp.Compare(a.Check, b.Check))
		})
	}
	return err
}
