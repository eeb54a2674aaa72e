package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// maxRows is how many rows, or keys, one statement handles.
const maxRows = 200

// visitColumns are the columns that the tables of visits and devices share.
const visitColumns = "udid, received, taken, place, ahead, seen, bench, site, slot, location, serial, name, product, model, system, version, asset, verdict, headline, reason, retried, backup, no_backup"

const (
	reportColumns  = "report, id, bench, received, taken, run, tool, schema_number, redacted, cut"
	findingColumns = "visit, check_number, status, explained_by"
)

// findingRows returns the findingColumns of a visit's findings for writing.
func (v *visit) findingRows() (rows [][]any) {
	for _, f := range v.findings {
		rows = append(rows, []any{v.number, f.number, f.status, f.byNumber})
	}
	return rows
}

// values returns a visit's visitColumns for writing.
func (v *visit) values() []any {
	return []any{v.udid, v.received, v.taken, v.place, truth[v.ahead], truth[v.seen], v.bench, v.site, v.slot, v.location, v.serial, v.name,
		v.product, v.model, v.system, v.version, v.asset, v.verdict, v.headline, v.reason, v.retried, v.backup, v.noBackup}
}

// targets returns where to scan a visit's visitColumns.
func (v *visit) targets() []any {
	return []any{&v.udid, &v.received, &v.taken, &v.place, &v.ahead, &v.seen, &v.bench, &v.site, &v.slot, &v.location, &v.serial, &v.name,
		&v.product, &v.model, &v.system, &v.version, &v.asset, &v.verdict, &v.headline, &v.reason, &v.retried, &v.backup, &v.noBackup}
}

// truth is a bool as stored by both databases.
var truth = map[bool]int64{true: 1}

// insert inserts rows into a table, many per statement. ending follows the values.
func insert(ctx context.Context, tx transaction, table, columns string, rows [][]any, ending string) error {
	for part := range slices.Chunk(rows, maxRows) {
		var values []string
		var args []any
		for _, row := range part {
			values = append(values, "("+tx.placeholders(len(args), len(row))+")")
			args = append(args, row...)
		}
		statement := fmt.Sprintf("INSERT INTO %s (%s) VALUES %s %s", table, columns, strings.Join(values, ", "), ending)
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// replacing returns the ending of an insert that replaces rows with the same key.
func replacing(key, columns string) string {
	var set []string
	for column := range strings.SplitSeq(columns, ", ") {
		set = append(set, column+" = excluded."+column)
	}
	return "ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(set, ", ")
}

// placeholders writes n parameters for single use, after the first taken ones. SQLite compares each
// numbered parameter with all previous ones, which is slow for thousands.
func (tx transaction) placeholders(taken, n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = "?"
		if tx.engine.numbered {
			marks[i] = fmt.Sprintf("$%d", taken+i+1)
		}
	}
	return strings.Join(marks, ", ")
}

// lookUp runs a query that ends in IN for keys, and passes each row to scan.
func lookUp[Key any](ctx context.Context, tx transaction, query string, keys []Key, scan func(*sql.Rows) error) error {
	for part := range slices.Chunk(keys, maxRows) {
		list, args := listOf(tx, part)
		if err := each(ctx, tx, query+list, args, scan); err != nil {
			return err
		}
	}
	return nil
}

// change runs a statement for keys, which replace its %s.
func change[Key any](ctx context.Context, tx transaction, statement string, keys []Key) error {
	for part := range slices.Chunk(keys, maxRows) {
		list, args := listOf(tx, part)
		if _, err := tx.ExecContext(ctx, fmt.Sprintf(statement, list), args...); err != nil {
			return err
		}
	}
	return nil
}

// listOf returns keys as a list in SQL, with its arguments.
func listOf[Key any](tx transaction, keys []Key) (list string, args []any) {
	for _, key := range keys {
		args = append(args, key)
	}
	return " (" + tx.placeholders(0, len(keys)) + ")", args
}

// during says in an error what it interrupted.
func during(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// each runs one query on a snapshot of the database, and passes each row to scan.
func (s *Store) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	return s.read(ctx, func(tx transaction) error { return each(ctx, tx, query, args, scan) })
}

// collect returns the rows of a query. targets returns where to scan the columns of one.
func collect[Row any](ctx context.Context, tx transaction, query string, args []any, targets func(*Row) []any) (list []Row, err error) {
	err = each(ctx, tx, query, args, func(rows *sql.Rows) error {
		var row Row
		err := rows.Scan(targets(&row)...)
		list = append(list, row)
		return err
	})
	return list, err
}

// each runs a query and passes each row to scan.
func each(ctx context.Context, tx transaction, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
