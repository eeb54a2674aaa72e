package outbox

import (
	"encoding/json"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// Migration makes the table of the outbox. It has no version of its own: it is one step
// among those of the database that it stands in.
const Migration = `
CREATE TABLE outbox (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which reports were added
	id     TEXT NOT NULL UNIQUE,              -- of the message, a UUIDv7
	cut    TEXT NOT NULL,                     -- what was left out of the report
	report BLOB NOT NULL                      -- its JSON
) STRICT;
`

// An Item is one report that waits to be published.
type Item struct {
	ID     string // of the message, a UUIDv7
	Cut    string // what envelope.Pack left out
	Report []byte // JSON, as envelope.Pack wrote it
}

// Add puts an item into the outbox, within the transaction that is open on conn, if one is.
// An item that could never travel is refused here, where somebody still reads the error.
func Add(conn *sqlite.Conn, item Item) error {
	if !envelope.ValidID(item.ID) {
		return fmt.Errorf("adding to the outbox: %q is not a UUIDv7", item.ID)
	}
	if len(item.Report) > envelope.MaxReport || !json.Valid(item.Report) {
		return fmt.Errorf("adding to the outbox: a report of %d bytes is too long or no JSON", len(item.Report))
	}
	err := sqlitex.Execute(conn, "INSERT INTO outbox (id, cut, report) VALUES (?, ?, ?)",
		&sqlitex.ExecOptions{Args: []any{item.ID, item.Cut, item.Report}})
	if err != nil {
		return fmt.Errorf("adding to the outbox: %w", err)
	}
	return nil
}

// Next gives the oldest items, at most limit of them. They stay in the outbox.
func Next(conn *sqlite.Conn, limit int) ([]Item, error) {
	var items []Item
	err := sqlitex.Execute(conn, "SELECT id, cut, report FROM outbox ORDER BY seq LIMIT ?", &sqlitex.ExecOptions{
		Args: []any{limit},
		ResultFunc: func(row *sqlite.Stmt) error {
			item := Item{ID: row.ColumnText(0), Cut: row.ColumnText(1), Report: make([]byte, row.ColumnLen(2))}
			row.ColumnBytes(2, item.Report)
			items = append(items, item)
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	return items, nil
}

// Done removes the items with these ids.
func Done(conn *sqlite.Conn, ids []string) (err error) {
	defer sqlitex.Save(conn)(&err)
	for _, id := range ids {
		if err := sqlitex.Execute(conn, "DELETE FROM outbox WHERE id = ?", &sqlitex.ExecOptions{Args: []any{id}}); err != nil {
			return fmt.Errorf("clearing the outbox: %w", err)
		}
	}
	return nil
}

// Waiting counts the items.
func Waiting(conn *sqlite.Conn) (int, error) {
	n := 0
	err := sqlitex.Execute(conn, "SELECT count(*) FROM outbox", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { n = row.ColumnInt(0); return nil },
	})
	if err != nil {
		return 0, fmt.Errorf("counting the outbox: %w", err)
	}
	return n, nil
}
