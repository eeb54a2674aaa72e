package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A Recovery says what could be read of a damaged history, and was put into the new one.
type Recovery struct {
	Kept    string // name of the damaged file; "" if there was none
	Runs    Recovered
	Devices Recovered
	Details Recovered // full reports of the devices; of the others there is the summary
	Waiting Recovered // reports for a hub
	Failed  error     // why it ended early; nil if it did not
}

// Recovered counts the rows of one table.
type Recovered struct {
	Read    int
	Lost    int  // at most this many: numbers in the ranges that could not be read
	Unknown bool // how many were lost is not known: the last rows, or all, could not be read
}

func (r Recovered) words(what string) string {
	text := words.Count(r.Read, what)
	switch {
	case r.Unknown:
		text += " (how many were lost is not known)"
	case r.Lost > 0:
		text += fmt.Sprintf(" (up to %d lost)", r.Lost)
	}
	return text
}

// Complete reports whether nothing was lost.
func (r Recovery) Complete() bool {
	if r.Failed != nil {
		return false
	}
	for _, part := range []Recovered{r.Runs, r.Devices, r.Details, r.Waiting} {
		if part.Unknown || part.Lost > 0 {
			return false
		}
	}
	return true
}

func (r Recovery) String() string {
	var text string
	switch {
	case r.Runs.Read+r.Devices.Read+r.Waiting.Read == 0:
		text = "nothing could be recovered"
	default:
		text = strings.Join([]string{
			"recovered " + r.Runs.words("run"), r.Devices.words("device visit"), r.Details.words("full report"), r.Waiting.words("report") + " for a hub",
		}, ", ")
	}
	if r.Failed != nil {
		text += "; the recovery ended early: " + r.Failed.Error()
	}
	return text + "; the damaged file is kept as " + r.Kept
}

// recoverFrom copies from a damaged history, which is left as it is, whatever can be read
// into a new one.
func recoverFrom(ctx context.Context, kept string, to *sqlite.Conn) Recovery {
	unknown := Recovered{Unknown: true}
	r := Recovery{Kept: kept, Runs: unknown, Devices: unknown, Details: unknown, Waiting: unknown}
	// A scan waits for the history for seconds only, and a long one takes longer to recover.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverPatience)
	defer cancel()
	from, err := openDamaged(ctx, kept)
	if err == nil {
		defer from.Close()
	}
	to.SetInterrupt(ctx.Done())
	defer to.SetInterrupt(nil)
	r.Failed = transact(to, forcing, func(to *sqlite.Conn) error {
		// Foreign keys are checked at the end: a device may have been read whose run was not.
		if err := sqlitex.ExecuteTransient(to, "PRAGMA defer_foreign_keys=ON", nil); err != nil {
			return err
		}
		c := copier{from: from, to: to}
		if from != nil {
			if err := c.tables(&r); err != nil {
				return err
			}
		}
		if !r.Complete() {
			if err := c.rest(kept, &r); err != nil {
				return err
			}
		}
		if err := adopt(to); err != nil {
			return err
		}
		return renumber(to)
	})
	if r.Failed != nil {
		r.Runs, r.Devices, r.Details, r.Waiting = unknown, unknown, unknown, unknown
		r.Failed = inWords(ctx, r.Failed)
	}
	return r
}

// tables copies what SQLite finds.
func (c copier) tables(r *Recovery) (err error) {
	if r.Runs, _, err = c.table("runs", "run"); err != nil {
		return err
	}
	for _, table := range []string{"ledgers", "missing"} { // a few rows, without which the reports go into a new ledger
		if _, _, err = c.table(table, strings.TrimSuffix(table, "s")); err != nil {
			return err
		}
	}
	if r.Waiting, _, err = c.table("messages", "message"); err != nil {
		return err
	}
	devices, rows, err := c.table("devices", "device")
	if err != nil {
		return err
	}
	r.Devices = devices
	r.Details, err = c.perDevice(rows)
	r.Details.Lost += devices.Lost
	r.Details.Unknown = r.Details.Unknown || devices.Unknown
	return err
}

// rest copies what is whole, and that SQLite did not find.
func (c copier) rest(kept string, r *Recovery) error {
	added, err := c.leaves(kept)
	if _, ok := errors.AsType[*writeError](err); ok {
		return err // an error of the old file ends the search, and nothing else
	}
	for table, part := range map[string]*Recovered{"runs": &r.Runs, "devices": &r.Devices, "details": &r.Details, "messages": &r.Waiting} {
		part.Read += added[table]
		part.Lost = max(0, part.Lost-added[table])
	}
	return c.rebuildFindings()
}

// rebuildFindings takes the findings of devices that have none from their full reports.
func (c copier) rebuildFindings() error {
	reports := map[int64]report.Device{}
	err := sqlitex.Execute(c.to, "SELECT device, json FROM details WHERE NOT EXISTS (SELECT 1 FROM findings WHERE findings.device = details.device)", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		var d report.Device
		if unpack(blobOf(row, "json"), &d) == nil {
			reports[row.ColumnInt64(0)] = report.Device{Findings: d.Findings, Suppressed: d.Suppressed}
		}
		return nil
	}})
	for device, d := range reports {
		if err == nil {
			err = addFindings(c.to, device, d)
		}
	}
	return err
}

// has reports whether a device was recovered.
func (c copier) has(device int64) (has bool) {
	err := sqlitex.Execute(c.to, "SELECT 1 FROM devices WHERE device = ?", &sqlitex.ExecOptions{Args: []any{device}, ResultFunc: func(*sqlite.Stmt) error {
		has = true
		return nil
	}})
	return has && err == nil
}

// openDamaged opens a history that was set aside, with its log if there is one.
func openDamaged(ctx context.Context, kept string) (*sqlite.Conn, error) {
	address, flags := file.Immutable(kept), sqlite.OpenReadOnly|sqlite.OpenURI
	if log, err := os.Stat(kept + "-wal"); err == nil && log.Size() > 0 {
		address, flags = kept, sqlite.OpenReadOnly
	}
	return prepared(ctx, address, flags, func(*sqlite.Conn) error { return nil })
}

// A copier copies rows of tables that may be damaged.
type copier struct{ from, to *sqlite.Conn }

// table copies the rows of a table in the order of its key, an integer. Where a page cannot
// be read, it goes on behind it.
func (c copier) table(table, key string) (done Recovered, rows []int64, err error) {
	columns, err := c.columns(table)
	if err != nil || columns == "" {
		return Recovered{Unknown: true}, nil, err
	}
	last := int64(0)
	for {
		failed := c.rows(table, key, columns, last, func(number int64) {
			last = number
			rows = append(rows, number)
		})
		if err, ok := errors.AsType[*writeError](failed); ok {
			return done, rows, err
		}
		done.Read = len(rows)
		if failed == nil {
			return done, rows, nil
		}
		next, found := c.behind(table, key, columns, last)
		if !found {
			greatest, known := c.greatest(table, key)
			done.Unknown = !known // the damaged page is that of the last rows
			done.Lost += max(1, greatest-int(last))
			return done, rows, nil
		}
		done.Lost += int(next - last - 1)
		last = next - 1
	}
}

// A writeError is an error of the new history, and ends the recovery. Errors of the old one
// do not.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// tableColumns are those of a table. A view by its name could go on for ever.
const tableColumns = `
	SELECT name FROM pragma_table_info(?1)
	WHERE EXISTS (SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ?1 AND type = 'table')`

// columns are those that both histories have in a table; "" if the old one has none.
func (c copier) columns(table string) (string, error) {
	var names []string
	for _, conn := range []*sqlite.Conn{c.from, c.to} {
		var found []string
		err := sqlitex.Execute(conn, tableColumns, &sqlitex.ExecOptions{Args: []any{table}, ResultFunc: func(row *sqlite.Stmt) error {
			found = append(found, row.ColumnText(0))
			return nil
		}})
		if conn == c.from {
			if err != nil {
				return "", nil
			}
			names = found
			continue
		}
		if err != nil {
			return "", err
		}
		known := map[string]bool{}
		for _, name := range found {
			known[name] = true
		}
		kept := names[:0]
		for _, name := range names {
			if known[name] {
				kept = append(kept, name)
			}
		}
		names = kept
	}
	return strings.Join(names, ", "), nil
}

// rows copies the rows behind a key, until one cannot be read.
func (c copier) rows(table, key, columns string, behind int64, copied func(int64)) error {
	query := fmt.Sprintf("SELECT %[1]s AS the_key, %[2]s FROM %[3]s WHERE %[1]s > ? ORDER BY %[1]s", key, columns, table)
	return sqlitex.ExecuteTransient(c.from, query, &sqlitex.ExecOptions{Args: []any{behind}, ResultFunc: func(row *sqlite.Stmt) error {
		if err := c.insert(table, columns, row, 1); err != nil {
			return err
		}
		copied(row.ColumnInt64(0))
		return nil
	}})
}

// insert puts the columns of a row, from the first on, into the new history. A row that its
// constraints refuse was damaged, and is passed over.
func (c copier) insert(table, columns string, row *sqlite.Stmt, first int) error {
	values := make([]any, row.ColumnCount()-first)
	for i := range values {
		values[i] = valueOf(row, i+first)
	}
	_, err := c.insertValues(table, columns, values)
	return err
}

// insertValues reports whether a row is new.
func (c copier) insertValues(table, columns string, values []any) (isNew bool, err error) {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	err = sqlitex.Execute(c.to, fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) VALUES (%s)", table, columns, marks), &sqlitex.ExecOptions{Args: values})
	switch {
	case err == nil:
		return c.to.Changes() > 0, nil
	case sqlite.ErrCode(err).ToPrimary() == sqlite.ResultConstraint:
		return false, nil
	}
	return false, &writeError{err}
}

func valueOf(row *sqlite.Stmt, i int) any {
	switch row.ColumnType(i) {
	case sqlite.TypeInteger:
		return row.ColumnInt64(i)
	case sqlite.TypeFloat:
		return row.ColumnFloat(i)
	case sqlite.TypeText:
		return row.ColumnText(i)
	case sqlite.TypeBlob:
		blob := make([]byte, row.ColumnLen(i))
		row.ColumnBytes(i, blob)
		return blob
	default:
		return nil
	}
}

// behind finds the first key behind a damaged page: it goes on in growing steps, and then
// halves the last.
func (c copier) behind(table, key, columns string, last int64) (next int64, found bool) {
	query := fmt.Sprintf("SELECT %[1]s, %[2]s FROM %[3]s WHERE %[1]s >= ? ORDER BY %[1]s LIMIT 1", key, columns, table)
	readable := func(from int64) (int64, bool) {
		at := int64(0)
		err := sqlitex.ExecuteTransient(c.from, query, &sqlitex.ExecOptions{Args: []any{from}, ResultFunc: func(row *sqlite.Stmt) error {
			at = row.ColumnInt64(0)
			return nil
		}})
		return at, err == nil && at != 0
	}
	const farthest = 1 << 50
	low, high := last+1, last+2 // low cannot be read
	for {
		if _, ok := readable(high); ok {
			break
		}
		if high > farthest {
			return 0, false
		}
		low, high = high, last+2*(high-last)
	}
	for low+1 < high {
		middle := low + (high-low)/2
		if _, ok := readable(middle); ok {
			high = middle
		} else {
			low = middle
		}
	}
	return readable(high)
}

// greatest is the greatest key; it is not known if it cannot be read.
func (c copier) greatest(table, key string) (number int, known bool) {
	err := sqlitex.ExecuteTransient(c.from, fmt.Sprintf("SELECT max(%s) FROM %s", key, table), &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		number = row.ColumnInt(0)
		return nil
	}})
	return number, err == nil
}

// perDevice copies what belongs to devices that were read: their findings and full reports.
func (c copier) perDevice(devices []int64) (details Recovered, err error) {
	for _, table := range []string{"findings", "details"} {
		columns, err := c.columns(table)
		if err != nil {
			return details, err
		}
		if columns == "" {
			details.Unknown = details.Unknown || table == "details"
			continue
		}
		query := fmt.Sprintf("SELECT %s FROM %s WHERE device = ?", columns, table)
		for _, device := range devices {
			found := 0
			err := sqlitex.Execute(c.from, query, &sqlitex.ExecOptions{Args: []any{device}, ResultFunc: func(row *sqlite.Stmt) error {
				found++
				return c.insert(table, columns, row, 0)
			}})
			if err, ok := errors.AsType[*writeError](err); ok {
				return details, err
			}
			switch {
			case table == "details" && err == nil && found > 0:
				details.Read++
			case table == "details":
				details.Lost++
			}
		}
	}
	return details, nil
}

// adopt gives devices whose run could not be read a run of their own, which was not finished.
func adopt(conn *sqlite.Conn) error {
	type orphan struct{ run, started int64 }
	var orphans []orphan
	err := sqlitex.Execute(conn, "SELECT run, min(taken) FROM devices WHERE run NOT IN (SELECT run FROM runs) GROUP BY run", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		orphans = append(orphans, orphan{row.ColumnInt64(0), row.ColumnInt64(1)})
		return nil
	}})
	if err != nil {
		return err
	}
	for _, o := range orphans {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, "INSERT INTO runs (run, id, started, tool, host, subject, partial) VALUES (?, ?, ?, '', '', ?, 1)", &sqlitex.ExecOptions{
			Args: []any{o.run, id.String(), max(o.started, 0), report.OfDevices},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Recover checks every page of a history, and replaces one that is damaged as [Open] does. It
// reports whether it was.
func (s *Store) Recover(ctx context.Context) (Recovery, error) {
	before := s.Recovery()
	if before.Kept != "" { // at the opening
		return before, nil
	}
	err := s.doWithin(ctx, recoverPatience, reading, func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, "PRAGMA quick_check(1)", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			if row.ColumnText(0) != "ok" {
				return fmt.Errorf("%w: %s", errBroken, "some of its pages cannot be read")
			}
			return nil
		}})
	})
	if broken, ok := errors.AsType[*BrokenError](err); ok {
		return broken.Recovery, nil
	}
	return Recovery{}, err
}

// recoverPatience is how long reading all of a history may take.
const recoverPatience = 10 * time.Minute
