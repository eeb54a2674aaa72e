package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	sqlite3 "modernc.org/sqlite/lib"
)

// A Recovery describes what was read from a damaged history and copied to the new one.
type Recovery struct {
	Kept    string // name of the damaged file; "" if there was none
	OldForm bool   // it was not damaged, but in a format that is no longer read
	Untold  bool   // made by a process that was killed before it could say what it recovered
	Runs    Recovered
	Devices Recovered
	Details Recovered // full reports of devices; the others have only their summary
	Waiting Recovered // reports for a hub
	Failed  error     // why it ended early; nil if it did not
}

// Recovered counts the rows of one table.
type Recovered struct {
	Read    int
	Lost    int  // upper bound: numbers in the ranges that could not be read
	Unknown bool // the number of lost rows is unknown: the last rows, or all, could not be read
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
	if r.Failed != nil || r.Untold {
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
	if r.OldForm {
		return "the one before was written by an older version of backupdoctor, in a form that this version cannot read; it is kept as " + r.Kept
	}
	var text string
	switch {
	case r.Untold:
		text = "it was recovered by a run that was killed before it could say what was lost"
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

// recoverFrom copies whatever can be read from a damaged history, which is left unchanged, to a new
// one. It returns an error, rather than an incomplete Recovery, if the disk did not take the new one.
func recoverFrom(ctx context.Context, damaged, path string) (r Recovery, err error) {
	unknown := Recovered{Unknown: true}
	r = Recovery{Runs: unknown, Devices: unknown, Details: unknown, Waiting: unknown}
	what, err := oldHistory.Identify(damaged)
	r.OldForm = err == nil && what == file.Ours
	// Recovering a long history takes longer than the seconds for which a scan waits for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverTimeout)
	defer cancel()
	if err := remove(path); err != nil {
		return r, err
	}
	newDB, to, err := createTables(ctx, path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, to.Close(), newDB.Close()) }()
	if r.OldForm {
		return r, nil
	}
	db, from, err := openDamaged(ctx, damaged)
	if err == nil {
		defer db.Close()
		defer from.Close()
	}
	r.Failed = transact(ctx, to, forcing, func(tx transaction) error {
		c := copier{ctx: ctx, from: from, to: tx}
		if from != nil {
			if err := c.tables(&r); err != nil {
				return err
			}
		}
		if !c.whole || !r.Complete() {
			if err := c.rest(damaged, &r); err != nil {
				return err
			}
		}
		if err := c.rebuild(); err != nil {
			return err
		}
		r.Devices.Read += c.revived
		r.Devices.Lost = max(0, r.Devices.Lost-c.revived)
		return nil
	})
	switch codeOf(r.Failed) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return r, r.Failed
	}
	if r.Failed != nil {
		r.Runs, r.Devices, r.Details, r.Waiting = unknown, unknown, unknown, unknown
		r.Failed = historyFile.inWords(ctx, r.Failed)
	}
	return r, nil
}

// recoverable are the tables that are copied, with their columns, the key first. Derived tables are
// rebuilt.
var recoverable = map[string]string{
	"checks":   "check_number, name, sender",
	"runs":     runColumns,
	"reports":  reportColumns,
	"visits":   "visit, report, device, " + visitColumns,
	"details":  "report, json",
	"outgoing": "ledger, id, bench, received, set_aside, lost, withdrawn, closed",
	"messages": "message, ledger, sequence, id, chain, visit, cut, report",
	"missing":  "missing, ledger, first, last",
}

// tables copies what SQLite finds.
func (c *copier) tables(r *Recovery) error {
	var checks, reports, outgoing, missing Recovered
	for table, part := range map[string]*Recovered{
		"checks": &checks, "reports": &reports, "runs": &r.Runs, "visits": &r.Devices, "details": &r.Details,
		"messages": &r.Waiting, "outgoing": &outgoing, "missing": &missing,
	} {
		done, rows, err := c.table(table)
		if err != nil {
			return err
		}
		*part = done
		if table == "visits" {
			if err := c.findings(rows); err != nil {
				return err
			}
		}
	}
	c.whole = checks == Recovered{Read: checks.Read} && reports == Recovered{Read: reports.Read}
	c.keys = c.keysOfDevices()
	r.Details.Unknown = r.Details.Unknown || r.Devices.Unknown
	return nil
}

// rest copies intact rows that SQLite did not find.
func (c *copier) rest(kept string, r *Recovery) error {
	added, err := c.leaves(kept)
	if _, ok := errors.AsType[*writeError](err); ok {
		return err // an error of the old file only ends the search
	}
	for table, part := range map[string]*Recovered{"runs": &r.Runs, "visits": &r.Devices, "details": &r.Details, "messages": &r.Waiting} {
		part.Read += added[table]
		part.Lost = max(0, part.Lost-added[table])
	}
	return nil
}

// openDamaged opens a history that was set aside, with its log if it has one.
func openDamaged(ctx context.Context, kept string) (*sql.DB, *sql.Conn, error) {
	settings := url.Values{"mode": {"ro"}, "_pragma": safe}
	if log, err := os.Stat(kept + "-wal"); err != nil || log.Size() == 0 {
		settings.Set("immutable", "1")
	}
	return connection(ctx, withSettings(kept, settings), func(*sql.Conn) error { return nil })
}

// A copier copies rows from tables that may be damaged.
type copier struct {
	ctx     context.Context
	from    *sql.Conn // nil if the file cannot even be opened
	to      transaction
	whole   bool             // the tables that a Recovery does not count are intact
	keys    map[int64]string // of the devices that were found
	revived int              // visits recreated from their full reports
}

// keyOfTable returns the name of a table's key.
func keyOfTable(table string) string {
	key, _, _ := strings.Cut(recoverable[table], ", ")
	return key
}

// table copies the rows of a table in the order of its integer key. It skips pages that cannot be
// read.
func (c *copier) table(table string) (done Recovered, rows []int64, err error) {
	if !c.isTable(table) {
		return Recovered{Unknown: true}, nil, nil
	}
	last := int64(0)
	for {
		failed := c.rows(table, last, func(number int64) {
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
		next, found := c.behind(table, last)
		if !found {
			greatest, known := c.greatest(table)
			done.Unknown = !known // the damaged page has the last rows
			done.Lost += max(1, int(greatest-last))
			return done, rows, nil
		}
		done.Lost += int(next - last - 1)
		last = next - 1
	}
}

// A writeError is an error of the new history, and ends the recovery. Errors of the old one do not.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// isTable reports whether the old file has a table of this name. A view of the same name could run
// forever.
func (c *copier) isTable(table string) bool {
	found := 0
	err := c.from.QueryRowContext(c.ctx, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name = $1 AND type = 'table'", table).Scan(&found)
	return err == nil && found == 1
}

// each passes the rows of a query on the old file to row, with SQLite's types.
func (c *copier) each(query string, args []any, row func(values []any) error) error {
	return each(c.ctx, transaction{c.from, sqliteEngine}, query, args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		return row(values)
	})
}

// rows copies the rows after a key, until one cannot be read.
func (c *copier) rows(table string, behind int64, copied func(int64)) error {
	query := fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[3]s > $1 ORDER BY %[3]s", recoverable[table], table, keyOfTable(table))
	return c.each(query, []any{behind}, func(values []any) error {
		if _, err := c.insert(table, recoverable[table], values); err != nil {
			return err
		}
		number, _ := values[0].(int64) // it is an INTEGER PRIMARY KEY
		copied(number)
		return nil
	})
}

// insert reports whether a row is new. It ignores rows that violate the constraints, since they
// were damaged.
func (c *copier) insert(table, columns string, values []any) (isNew bool, err error) {
	done, err := c.to.ExecContext(c.ctx, fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) VALUES (%s)", table, columns, c.to.placeholders(0, len(values))), values...)
	switch {
	case err == nil:
		n, err := done.RowsAffected()
		return n > 0, err
	case codeOf(err) == sqlite3.SQLITE_CONSTRAINT:
		return false, nil
	}
	return false, &writeError{err}
}

// behind finds the first key after a damaged page: it searches in growing steps, then bisects the
// last step.
func (c *copier) behind(table string, last int64) (next int64, found bool) {
	query := fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[3]s >= $1 ORDER BY %[3]s LIMIT 1", recoverable[table], table, keyOfTable(table))
	readable := func(from int64) (at int64, ok bool) {
		err := c.each(query, []any{from}, func(values []any) error {
			at, _ = values[0].(int64)
			return nil
		})
		return at, err == nil && at != 0
	}
	const farthest = 1 << 50
	low, high := last+1, last+2 // low is not readable
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

// greatest returns the largest key, and whether it could be read.
func (c *copier) greatest(table string) (number int64, known bool) {
	var found sql.NullInt64
	err := c.from.QueryRowContext(c.ctx, fmt.Sprintf("SELECT max(%s) FROM %s", keyOfTable(table), table)).Scan(&found)
	return found.Int64, err == nil
}

// findings copies the findings of recovered visits.
func (c *copier) findings(visits []int64) error {
	if !c.isTable("findings") {
		return nil
	}
	for _, visit := range visits {
		err := c.each("SELECT "+findingColumns+" FROM findings WHERE visit = $1", []any{visit}, func(values []any) error {
			_, err := c.insert("findings", findingColumns, values)
			return err
		})
		if err, ok := errors.AsType[*writeError](err); ok {
			return err
		}
	}
	return nil
}

// keysOfDevices returns the keys that can be read.
func (c *copier) keysOfDevices() map[int64]string {
	keys := map[int64]string{}
	if c.isTable("devices") {
		c.each("SELECT device, key FROM devices", nil, func(values []any) error { // the others are found by other means
			number, _ := values[0].(int64)
			keys[number], _ = values[1].(string)
			return nil
		})
	}
	return keys
}

// Recover checks every page of a history, and replaces a damaged one as [OpenHistory] does. The
// Recovery is empty if it was not damaged.
func (s *Store) Recover(ctx context.Context) (Recovery, error) {
	before := s.Recovery()
	if before.Kept != "" { // found when opened
		return before, nil
	}
	err := s.do(ctx, recoverTimeout, reading, func(tx transaction) error {
		var found string
		if err := tx.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
			return err
		}
		if found != "ok" {
			return fmt.Errorf("%w: %s", errBroken, "some of its pages cannot be read")
		}
		return nil
	})
	if broken, ok := errors.AsType[*BrokenError](err); ok {
		return broken.Recovery, nil
	}
	return Recovery{}, err
}

// recoverTimeout is the time limit for reading a whole history.
const recoverTimeout = 10 * time.Minute

// Unreadable counts the full reports of devices, and those of them that cannot be read although the
// pages that they are on can be. Nothing more can be recovered of those.
func (s *Store) Unreadable(ctx context.Context) (unreadable, all int, err error) {
	for after := int64(0); ; {
		found := 0
		err := s.do(ctx, historyTimeout, reading, func(tx transaction) error {
			return each(ctx, tx, nextDetails, []any{after, exportStep}, func(rows *sql.Rows) error {
				var packed []byte
				if err := rows.Scan(&after, &packed); err != nil {
					return err
				}
				if _, ok := reportIn(packed); !ok {
					unreadable++
				}
				found++
				return nil
			})
		})
		all += found
		if err != nil || found < exportStep {
			return unreadable, all, err
		}
	}
}

const nextDetails = "SELECT report, json FROM details WHERE report > $1 ORDER BY report LIMIT $2"
