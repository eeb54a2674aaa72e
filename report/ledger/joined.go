package ledger

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// A joinedQuery selects columns of the devices by their last backup, as one text per device: for a long
// list, database/sql takes as long to pass on twenty columns as SQLite to find the row. None of the
// columns may be NULL.
type joinedQuery struct {
	columns string
	compare string // how the last backup compares with that one: < or >
	backup  int64
}

// separator separates joined columns. Names may contain it.
const separator = "\x1f"

func (q joinedQuery) text() string {
	return "SELECT device, concat_ws('" + separator + "', " + q.columns + ") FROM devices WHERE seen = 1 AND backup " + q.compare + " $1"
}

// eachJoined scans each row of a query into targets, and then calls found. Rows that contain the
// separator come last, and are read again column by column.
func eachJoined(ctx context.Context, tx transaction, q joinedQuery, targets []any, found func()) error {
	var others []int64
	err := each(ctx, tx, q.text(), []any{q.backup}, func(rows *sql.Rows) error {
		var device int64
		var row string
		err := rows.Scan(&device, &row)
		if split(row, targets) {
			found()
		} else {
			others = append(others, device)
		}
		return err
	})
	for _, device := range others {
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT "+q.columns+" FROM devices WHERE device = $1", device).Scan(targets...)
		}
		if err == nil {
			found()
		}
	}
	return err
}

// split scans joined columns into targets, and reports whether it could.
func split(row string, targets []any) bool {
	if strings.Count(row, separator) != len(targets)-1 {
		return false
	}
	for _, target := range targets {
		var value string
		var err error
		value, row, _ = strings.Cut(row, separator)
		switch target := target.(type) {
		case *string:
			*target = value
		case *int64:
			*target, err = strconv.ParseInt(value, 10, 64)
		case *bool:
			*target, err = strconv.ParseBool(value)
		}
		if err != nil {
			return false
		}
	}
	return true
}
