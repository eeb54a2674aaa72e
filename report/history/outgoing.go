package history

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// An openLedger is the one that numbers new reports.
type openLedger struct {
	row      int64
	sequence int64  // highest number given
	chain    string // of that number
}

// current finds the ledger that numbers new reports, and begins the first one.
func current(conn *sqlite.Conn) (l openLedger, err error) {
	var id string
	err = sqlitex.Execute(conn, "SELECT ledger, id FROM ledgers WHERE closed = 0 ORDER BY ledger DESC LIMIT 1", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { l.row, id = row.ColumnInt64(0), row.ColumnText(1); return nil },
	})
	if err == nil && l.row == 0 {
		return begin(conn, "")
	}
	if err == nil {
		l.sequence, l.chain, err = lastOf(conn, l.row, id)
	}
	return l, err
}

// begin begins a ledger.
func begin(conn *sqlite.Conn, bench string) (openLedger, error) {
	id := receipt.NewLedger()
	err := sqlitex.Execute(conn, "INSERT INTO ledgers (id, bench) VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{id, bench}})
	return openLedger{row: conn.LastInsertRowID(), chain: receipt.Start(id)}, err
}

func lastOf(conn *sqlite.Conn, ledger int64, id string) (sequence int64, chain string, err error) {
	chain = receipt.Start(id)
	err = sqlitex.Execute(conn, "SELECT sequence, chain FROM messages WHERE ledger = ? ORDER BY sequence DESC LIMIT 1", &sqlitex.ExecOptions{
		Args:       []any{ledger},
		ResultFunc: func(row *sqlite.Stmt) error { sequence, chain = row.ColumnInt64(0), row.ColumnText(1); return nil },
	})
	return sequence, chain, err
}

// chainOf is the chain of a number, "" for one that was never given.
func chainOf(conn *sqlite.Conn, ledger int64, id string, sequence int64) (chain string, err error) {
	if sequence == 0 {
		return receipt.Start(id), nil
	}
	err = sqlitex.Execute(conn, "SELECT chain FROM messages WHERE ledger = ? AND sequence = ?", &sqlitex.ExecOptions{
		Args:       []any{ledger, sequence},
		ResultFunc: func(row *sqlite.Stmt) error { chain = row.ColumnText(0); return nil },
	})
	return chain, err
}

// number adds a report to the ledger, within the transaction that keeps its device. One that
// could never travel is refused here, where its error is still seen.
func number(conn *sqlite.Conn, device int64, item receipt.Item) error {
	if !envelope.ValidID(item.ID) {
		return fmt.Errorf("numbering a report: %q is not a UUIDv7", item.ID)
	}
	if len(item.Report) > envelope.MaxReport || !json.Valid(item.Report) {
		return fmt.Errorf("numbering a report: it is too long or no JSON: %d bytes", len(item.Report))
	}
	l, err := current(conn)
	if err != nil {
		return err
	}
	packed, err := packBytes(item.Report)
	if err != nil {
		return err
	}
	return sqlitex.Execute(conn, "INSERT INTO messages (ledger, sequence, id, chain, device, cut, report) VALUES (?, ?, ?, ?, ?, ?, ?)", &sqlitex.ExecOptions{
		Args: []any{l.row, l.sequence + 1, item.ID, receipt.Next(l.chain, item.ID), device, item.Cut, packed},
	})
}

// allLedgers has the number of the last message, and the count of those without a receipt.
const allLedgers = `
	SELECT ledger, id, bench, received, set_aside, lost, withdrawn, closed,
		max(received, coalesce((SELECT max(sequence) FROM messages WHERE messages.ledger = ledgers.ledger), 0),
			coalesce((SELECT max(last) FROM missing WHERE missing.ledger = ledgers.ledger), 0)),
		(SELECT count(*) FROM messages WHERE messages.ledger = ledgers.ledger AND sequence > received AND report IS NOT NULL),
		coalesce((SELECT chain FROM messages WHERE messages.ledger = ledgers.ledger AND sequence = received), '')
	FROM ledgers WHERE closed < 2 ORDER BY ledger`

// Ledgers are those that the hub must still hear of, the oldest first. The last one that is
// not closed numbers new reports.
func (s *Store) Ledgers(ctx context.Context) (list []receipt.Ledger, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		list = nil
		var rows []int64
		err := sqlitex.Execute(conn, allLedgers, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			l := receipt.Ledger{
				ID: row.ColumnText(1), Bench: row.ColumnText(2), Received: row.ColumnInt64(3), SetAside: row.ColumnInt64(4), Lost: row.ColumnInt64(5),
				Withdrawn: row.ColumnInt64(6), Closed: row.ColumnInt(7) > 0, Last: row.ColumnInt64(8), Waiting: row.ColumnInt64(9), Chain: row.ColumnText(10),
			}
			if l.Received == 0 {
				l.Chain = receipt.Start(l.ID)
			}
			rows, list = append(rows, row.ColumnInt64(0)), append(list, l)
			return nil
		}})
		for i := range list {
			if err == nil && list[i].Closed {
				list[i].Missing, err = missingOf(conn, rows[i])
			}
		}
		return err
	})
	return list, err
}

func missingOf(conn *sqlite.Conn, ledger int64) (ranges []receipt.Range, err error) {
	err = sqlitex.Execute(conn, "SELECT first, last FROM missing WHERE ledger = ? ORDER BY first LIMIT ?", &sqlitex.ExecOptions{
		Args: []any{ledger, receipt.MaxLost},
		ResultFunc: func(row *sqlite.Stmt) error {
			ranges = append(ranges, receipt.Range{First: row.ColumnInt64(0), Last: row.ColumnInt64(1)})
			return nil
		},
	})
	return ranges, err
}

// rowOf finds a ledger.
func rowOf(conn *sqlite.Conn, id string) (ledger int64, err error) {
	err = sqlitex.Execute(conn, "SELECT ledger FROM ledgers WHERE id = ?", &sqlitex.ExecOptions{
		Args:       []any{id},
		ResultFunc: func(row *sqlite.Stmt) error { ledger = row.ColumnInt64(0); return nil },
	})
	if err == nil && ledger == 0 {
		err = fmt.Errorf("the history has no ledger %s", id)
	}
	return ledger, err
}

// Outgoing are the reports of a ledger behind a number, in order: at most limit of them.
func (s *Store) Outgoing(ctx context.Context, ledger string, after int64, limit int) (items []receipt.Item, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		items = nil
		return sqlitex.Execute(conn, `
			SELECT sequence, chain, messages.id, cut, report FROM messages JOIN ledgers USING (ledger)
			WHERE ledgers.id = ? AND sequence > ? AND report IS NOT NULL ORDER BY sequence LIMIT ?`, &sqlitex.ExecOptions{
			Args: []any{ledger, after, limit},
			ResultFunc: func(row *sqlite.Stmt) error {
				item := receipt.Item{
					Number: receipt.Number{Ledger: ledger, Sequence: row.ColumnInt64(0), Chain: row.ColumnText(1)},
					ID:     row.ColumnText(2), Cut: row.ColumnText(3),
				}
				var report json.RawMessage
				if unpack(blobOf(row, "report"), &report) == nil {
					item.Report = report
				} // one that cannot be read any more is sent as such, and set aside: it is heard of
				items = append(items, item)
				return nil
			},
		})
	})
	return items, err
}

// Receive keeps what a hub has of a ledger, also where that is less than before. A receipt for
// other reports is
// receipt.ErrOtherLedger, and changes nothing.
func (s *Store) Receive(ctx context.Context, r receipt.Receipt) error {
	return s.do(ctx, writing, func(conn *sqlite.Conn) error {
		ledger, err := rowOf(conn, r.Ledger)
		if err != nil {
			return err
		}
		chain, err := chainOf(conn, ledger, r.Ledger, r.Through)
		if err != nil {
			return err
		}
		if chain != r.Chain {
			return receipt.ErrOtherLedger
		}
		return sqlitex.Execute(conn, "UPDATE ledgers SET received = ?, set_aside = ?, lost = ? WHERE ledger = ?", &sqlitex.ExecOptions{
			Args: []any{r.Through, r.SetAside, r.Lost, ledger},
		})
	})
}

// Told ends what the hub was asked for: to withdraw receipts from a number on, or to close a
// ledger.
func (s *Store) Told(ctx context.Context, ledger string, withdrawn int64) error {
	return s.do(ctx, writing, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, `
			UPDATE ledgers SET withdrawn = iif(withdrawn = ?2, 0, withdrawn), closed = iif(closed = 1, 2, closed) WHERE id = ?1`, &sqlitex.ExecOptions{
			Args: []any{ledger, withdrawn},
		})
	})
}

// ChainBefore is the chain of the number before one.
func (s *Store) ChainBefore(ctx context.Context, ledger string, sequence int64) (chain string, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		row, err := rowOf(conn, ledger)
		if err == nil {
			chain, err = chainOf(conn, row, ledger, sequence-1)
		}
		return err
	})
	return chain, err
}

// Gone are the numbers of a range whose reports are forgotten, as far as one statement can tell.
func (s *Store) Gone(ctx context.Context, ledger string, within receipt.Range) (gone []receipt.Lost, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		gone = nil
		return sqlitex.Execute(conn, `
			SELECT sequence, chain FROM messages JOIN ledgers USING (ledger)
			WHERE ledgers.id = ? AND sequence BETWEEN ? AND ? AND report IS NULL ORDER BY sequence`, &sqlitex.ExecOptions{
			Args: []any{ledger, within.First, within.Last},
			ResultFunc: func(row *sqlite.Stmt) error {
				sequence, chain := row.ColumnInt64(0), row.ColumnText(1)
				if n := len(gone); n > 0 && gone[n-1].Last == sequence-1 {
					gone[n-1].Last, gone[n-1].Chain = sequence, chain
				} else if n < receipt.MaxLost {
					gone = append(gone, receipt.Lost{Range: receipt.Range{First: sequence, Last: sequence}, Chain: chain})
				}
				return nil
			},
		})
	})
	return gone, err
}

// NameBench makes sure that new reports are numbered for a bench of this name. What was
// numbered before a hub gave a name is sent under it; what was numbered under another name
// stays under that.
func (s *Store) NameBench(ctx context.Context, bench string) error {
	return s.do(ctx, forcing, func(conn *sqlite.Conn) error {
		l, err := current(conn)
		if err != nil {
			return err
		}
		err = sqlitex.Execute(conn, "UPDATE ledgers SET bench = ? WHERE bench = ''", &sqlitex.ExecOptions{Args: []any{bench}})
		if err != nil {
			return err
		}
		same := false
		err = sqlitex.Execute(conn, "SELECT 1 FROM ledgers WHERE ledger = ? AND bench = ?", &sqlitex.ExecOptions{
			Args: []any{l.row, bench}, ResultFunc: func(*sqlite.Stmt) error { same = true; return nil },
		})
		if err == nil && !same {
			_, err = begin(conn, bench)
		}
		return err
	})
}

// Replace numbers the reports of a ledger that have no receipt anew, under a new id. Reports
// count by their own ids, so none counts twice.
func (s *Store) Replace(ctx context.Context, ledger string) error {
	return s.do(ctx, forcing, func(conn *sqlite.Conn) error { return replaceLedger(conn, ledger, false) })
}

// replaceLedger moves all reports with all, and otherwise those behind the last receipt.
func replaceLedger(conn *sqlite.Conn, id string, all bool) error {
	old, err := rowOf(conn, id)
	if err != nil {
		return err
	}
	var bench string
	received := int64(0)
	err = sqlitex.Execute(conn, "SELECT bench, received FROM ledgers WHERE ledger = ?", &sqlitex.ExecOptions{
		Args:       []any{old},
		ResultFunc: func(row *sqlite.Stmt) error { bench, received = row.ColumnText(0), row.ColumnInt64(1); return nil },
	})
	if err != nil {
		return err
	}
	if all {
		received = 0
	}
	to, err := begin(conn, bench)
	if err != nil {
		return err
	}
	type moved struct {
		message int64
		id      string
	}
	var messages []moved
	err = sqlitex.Execute(conn, "SELECT message, id FROM messages WHERE ledger = ? AND sequence > ? AND report IS NOT NULL ORDER BY sequence", &sqlitex.ExecOptions{
		Args: []any{old, received},
		ResultFunc: func(row *sqlite.Stmt) error {
			messages = append(messages, moved{row.ColumnInt64(0), row.ColumnText(1)})
			return nil
		},
	})
	if err != nil {
		return err
	}
	for _, m := range messages {
		to.sequence, to.chain = to.sequence+1, receipt.Next(to.chain, m.id)
		err := sqlitex.Execute(conn, "UPDATE messages SET ledger = ?, sequence = ?, chain = ? WHERE message = ?", &sqlitex.ExecOptions{
			Args: []any{to.row, to.sequence, to.chain, m.message},
		})
		if err != nil {
			return err
		}
	}
	return sqlitex.Execute(conn, "UPDATE ledgers SET closed = 1, withdrawn = 0 WHERE ledger = ?", &sqlitex.ExecOptions{Args: []any{old}})
}

// Resend withdraws the receipts of all reports from the first one on whose device was read at
// or after a time, by the clock of this computer then. It returns how many there are.
func (s *Store) Resend(ctx context.Context, since time.Time) (reports int64, err error) {
	err = s.do(ctx, forcing, func(conn *sqlite.Conn) error {
		reports = 0
		type first struct{ ledger, sequence int64 }
		var from []first
		err := sqlitex.Execute(conn, `
			SELECT ledger, min(sequence) FROM messages JOIN devices USING (device) JOIN ledgers USING (ledger)
			WHERE taken >= ? AND messages.report IS NOT NULL AND closed = 0 GROUP BY ledger`, &sqlitex.ExecOptions{
			Args: []any{since.Unix()},
			ResultFunc: func(row *sqlite.Stmt) error {
				from = append(from, first{row.ColumnInt64(0), row.ColumnInt64(1)})
				return nil
			},
		})
		for _, f := range from {
			if err != nil {
				return err
			}
			err = sqlitex.Execute(conn, "UPDATE ledgers SET withdrawn = iif(withdrawn = 0, ?2, min(withdrawn, ?2)) WHERE ledger = ?1", &sqlitex.ExecOptions{Args: []any{f.ledger, f.sequence}})
			if err != nil {
				return err
			}
			err = sqlitex.Execute(conn, "SELECT count(*) FROM messages WHERE ledger = ? AND sequence >= ? AND report IS NOT NULL", &sqlitex.ExecOptions{
				Args: []any{f.ledger, f.sequence}, ResultFunc: func(row *sqlite.Stmt) error { reports += row.ColumnInt64(0); return nil },
			})
		}
		return err
	})
	return reports, err
}

// forgetReports drops the reports of a run from the ledger; their numbers stay. A run with a
// report that has no receipt is kept unless forced.
func forgetReports(conn *sqlite.Conn, run int64, force bool) (kept int, err error) {
	err = sqlitex.Execute(conn, `
		SELECT count(*) FROM messages JOIN ledgers USING (ledger)
		WHERE device IN (SELECT device FROM devices WHERE run = ?) AND messages.report IS NOT NULL AND closed < 2
			AND (sequence > received OR withdrawn > 0 AND sequence >= withdrawn)`, &sqlitex.ExecOptions{
		Args: []any{run}, ResultFunc: func(row *sqlite.Stmt) error { kept = row.ColumnInt(0); return nil },
	})
	if err != nil || kept > 0 && !force {
		return kept, err
	}
	return 0, sqlitex.Execute(conn, "UPDATE messages SET report = NULL WHERE device IN (SELECT device FROM devices WHERE run = ?)", &sqlitex.ExecOptions{Args: []any{run}})
}

// orphans are the ledgers of which a recovery found reports only.
const orphans = `
	INSERT INTO ledgers (ledger, id, bench)
	SELECT DISTINCT ledger, lower(hex(randomblob(16))), '' FROM messages WHERE ledger NOT IN (SELECT ledger FROM ledgers)`

// renumber gives reports that were recovered new numbers in new ledgers, and keeps which of the
// old numbers are missing.
func renumber(conn *sqlite.Conn) error {
	if err := sqlitex.Execute(conn, orphans, nil); err != nil {
		return err
	}
	type old struct {
		row int64
		id  string
	}
	var ledgers []old
	err := sqlitex.Execute(conn, "SELECT ledger, id FROM ledgers WHERE closed = 0 ORDER BY ledger", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		ledgers = append(ledgers, old{row.ColumnInt64(0), row.ColumnText(1)})
		return nil
	}})
	for _, l := range ledgers {
		if err == nil {
			err = keepMissing(conn, l.row)
		}
		if err == nil {
			err = replaceLedger(conn, l.id, true)
		}
	}
	return err
}

func keepMissing(conn *sqlite.Conn, ledger int64) error {
	var ranges []receipt.Range
	last := int64(0)
	err := sqlitex.Execute(conn, "SELECT sequence FROM messages WHERE ledger = ? ORDER BY sequence", &sqlitex.ExecOptions{Args: []any{ledger}, ResultFunc: func(row *sqlite.Stmt) error {
		sequence := row.ColumnInt64(0)
		if sequence > last+1 {
			ranges = append(ranges, receipt.Range{First: last + 1, Last: sequence - 1})
		}
		last = sequence
		return nil
	}})
	if err != nil {
		return err
	}
	for _, r := range ranges {
		err := sqlitex.Execute(conn, "INSERT INTO missing (ledger, first, last) VALUES (?, ?, ?)", &sqlitex.ExecOptions{Args: []any{ledger, r.First, r.Last}})
		if err != nil {
			return err
		}
	}
	return nil
}
