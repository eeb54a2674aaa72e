package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// openSeries is the series that numbers new reports.
type openSeries struct {
	row      int64
	sequence int64  // highest number assigned
	chain    string // of that number
}

// one scans the only row of a query, if there is one.
func one(ctx context.Context, tx transaction, query string, args []any, targets ...any) error {
	err := tx.QueryRowContext(ctx, query, args...).Scan(targets...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// currentSeries returns the series that numbers new reports, and creates the first one.
func currentSeries(ctx context.Context, tx transaction) (l openSeries, err error) {
	var id string
	err = one(ctx, tx, "SELECT ledger, id FROM outgoing WHERE closed = 0 ORDER BY ledger DESC LIMIT 1", nil, &l.row, &id)
	if err == nil && l.row == 0 {
		return beginSeries(ctx, tx, "")
	}
	l.chain = receipt.Start(id)
	if err == nil {
		err = one(ctx, tx, "SELECT sequence, chain FROM messages WHERE ledger = $1 ORDER BY sequence DESC LIMIT 1", []any{l.row}, &l.sequence, &l.chain)
	}
	return l, err
}

func beginSeries(ctx context.Context, tx transaction, bench string) (l openSeries, err error) {
	id := receipt.NewLedger()
	l.chain = receipt.Start(id)
	err = tx.QueryRowContext(ctx, `
		INSERT INTO outgoing (ledger, id, bench, received, set_aside, lost, withdrawn, closed)
		VALUES ((SELECT coalesce(max(ledger), 0) + 1 FROM outgoing), $1, $2, 0, 0, 0, 0, 0) RETURNING ledger`, id, bench).Scan(&l.row)
	return l, err
}

// chainOf returns the chain of a number, or "" if the number was never assigned.
func chainOf(ctx context.Context, tx transaction, ledger int64, id string, sequence int64) (chain string, err error) {
	if sequence == 0 {
		return receipt.Start(id), nil
	}
	err = one(ctx, tx, "SELECT chain FROM messages WHERE ledger = $1 AND sequence = $2", []any{ledger, sequence}, &chain)
	return chain, err
}

const addMessage = `
	INSERT INTO messages (message, ledger, sequence, id, chain, visit, cut, report)
	VALUES ((SELECT coalesce(max(message), 0) + 1 FROM messages), $1, $2, $3, $4, $5, $6, $7)`

// numberReport adds a report to the series, in the transaction that stores its visit. It rejects
// reports that could never be sent, while the caller can still see the error.
func numberReport(ctx context.Context, tx transaction, visit int64, item receipt.Item) error {
	if !envelope.ValidID(item.ID) {
		return fmt.Errorf("numbering a report: %q is not a UUIDv7", item.ID)
	}
	if !envelope.Sendable(item.Report) {
		return fmt.Errorf("numbering a report: it is too long or no JSON: %d bytes", len(item.Report))
	}
	l, err := currentSeries(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, addMessage, l.row, l.sequence+1, item.ID, receipt.Next(l.chain, item.ID), visit, item.Cut, pack(item.Report))
	return err
}

// allSeries selects the number of the last message and the count of messages without a receipt.
const allSeries = `
	SELECT ledger, id, bench, received, set_aside, lost, withdrawn, closed,
		max(received, coalesce((SELECT max(sequence) FROM messages WHERE messages.ledger = outgoing.ledger), 0),
			coalesce((SELECT max(last) FROM missing WHERE missing.ledger = outgoing.ledger), 0)),
		(SELECT count(*) FROM messages WHERE messages.ledger = outgoing.ledger AND sequence > received AND report IS NOT NULL),
		coalesce((SELECT chain FROM messages WHERE messages.ledger = outgoing.ledger AND sequence = received), '')
	FROM outgoing WHERE closed < 2 ORDER BY ledger`

// Ledgers returns the series of numbers that the hub still has to learn about, oldest first. The
// last one that is not closed numbers new reports.
func (s *Store) Ledgers(ctx context.Context) (list []receipt.Ledger, err error) {
	err = s.read(ctx, func(tx transaction) error {
		var numbers []int64
		err := each(ctx, tx, allSeries, nil, func(rows *sql.Rows) error {
			var l receipt.Ledger
			var number int64
			var closed int
			err := rows.Scan(&number, &l.ID, &l.Bench, &l.Received, &l.SetAside, &l.Lost, &l.Withdrawn, &closed, &l.Last, &l.Waiting, &l.Chain)
			l.Closed = closed > 0
			if l.Received == 0 {
				l.Chain = receipt.Start(l.ID)
			}
			numbers, list = append(numbers, number), append(list, l)
			return err
		})
		for i := range list {
			if err == nil && list[i].Closed {
				list[i].Missing, err = collect(ctx, tx, "SELECT first, last FROM missing WHERE ledger = $1 ORDER BY first LIMIT $2",
					[]any{numbers[i], receipt.MaxLost}, func(r *receipt.Range) []any { return []any{&r.First, &r.Last} })
			}
		}
		return err
	})
	return list, err
}

// seriesOf returns the row of the series with an ID.
func seriesOf(ctx context.Context, tx transaction, id string) (ledger int64, err error) {
	err = one(ctx, tx, "SELECT ledger FROM outgoing WHERE id = $1", []any{id}, &ledger)
	if err == nil && ledger == 0 {
		err = fmt.Errorf("the history has no ledger %s", id)
	}
	return ledger, err
}

const outgoingReports = `
	SELECT sequence, chain, messages.id, cut, report FROM messages
	WHERE ledger = (SELECT ledger FROM outgoing WHERE id = $1) AND sequence > $2 AND report IS NOT NULL ORDER BY sequence LIMIT $3`

// Outgoing returns the reports of a series after a number, in order, at most limit.
func (s *Store) Outgoing(ctx context.Context, ledger string, after int64, limit int) (items []receipt.Item, err error) {
	err = s.each(ctx, outgoingReports, []any{ledger, after, limit}, func(rows *sql.Rows) error {
		item := receipt.Item{Number: receipt.Number{Ledger: ledger}}
		var packed []byte
		if err := rows.Scan(&item.Number.Sequence, &item.Number.Chain, &item.ID, &item.Cut, &packed); err != nil {
			return err
		}
		if document, err := unpack(packed); err == nil && envelope.Sendable(document) {
			item.Report = document
		} // an unreadable report is sent all the same, so that the hub sets it aside and counts it
		items = append(items, item)
		return nil
	})
	return items, err
}

// Receive stores which numbers of a series a hub has, even if they are fewer than before. A receipt
// for other reports is receipt.ErrOtherLedger and changes nothing.
func (s *Store) Receive(ctx context.Context, r receipt.Receipt) error {
	return s.write(ctx, func(tx transaction) error {
		ledger, err := seriesOf(ctx, tx, r.Ledger)
		if err != nil {
			return err
		}
		chain, err := chainOf(ctx, tx, ledger, r.Ledger, r.Through)
		if err != nil {
			return err
		}
		if chain != r.Chain {
			return receipt.ErrOtherLedger
		}
		_, err = tx.ExecContext(ctx, "UPDATE outgoing SET received = $1, set_aside = $2, lost = $3 WHERE ledger = $4", r.Through, r.SetAside, r.Lost, ledger)
		return err
	})
}

// Told marks a request to the hub as done: withdrawing receipts from a number on, or closing a
// series.
func (s *Store) Told(ctx context.Context, ledger string, withdrawn int64) error {
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE outgoing SET withdrawn = CASE WHEN withdrawn = $1 THEN 0 ELSE withdrawn END, closed = CASE WHEN closed = 1 THEN 2 ELSE closed END
			WHERE id = $2`, withdrawn, ledger)
		return err
	})
}

// ChainBefore returns the chain of the number before sequence.
func (s *Store) ChainBefore(ctx context.Context, ledger string, sequence int64) (chain string, err error) {
	err = s.read(ctx, func(tx transaction) error {
		row, err := seriesOf(ctx, tx, ledger)
		if err == nil {
			chain, err = chainOf(ctx, tx, row, ledger, sequence-1)
		}
		return err
	})
	return chain, err
}

const forgottenReports = `
	SELECT sequence, chain FROM messages
	WHERE ledger = (SELECT ledger FROM outgoing WHERE id = $1) AND sequence BETWEEN $2 AND $3 AND report IS NULL ORDER BY sequence`

// Gone returns the numbers in a range whose reports were deleted, as many as fit in one statement.
func (s *Store) Gone(ctx context.Context, ledger string, within receipt.Range) (gone []receipt.Lost, err error) {
	err = s.each(ctx, forgottenReports, []any{ledger, within.First, within.Last}, func(rows *sql.Rows) error {
		var sequence int64
		var chain string
		if err := rows.Scan(&sequence, &chain); err != nil {
			return err
		}
		if n := len(gone); n > 0 && gone[n-1].Last == sequence-1 {
			gone[n-1].Last, gone[n-1].Chain = sequence, chain
		} else if n < receipt.MaxLost {
			gone = append(gone, receipt.Lost{Range: receipt.Range{First: sequence, Last: sequence}, Chain: chain})
		}
		return nil
	})
	return gone, err
}

// NameBench makes new reports be numbered under a bench name. Reports numbered before any hub had
// assigned a name are sent under this one; those numbered under another name keep it.
func (s *Store) NameBench(ctx context.Context, bench string) error {
	return s.force(ctx, func(tx transaction) error {
		l, err := currentSeries(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE outgoing SET bench = $1 WHERE bench = ''", bench); err != nil {
			return err
		}
		same := 0
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM outgoing WHERE ledger = $1 AND bench = $2", l.row, bench).Scan(&same); err != nil {
			return err
		}
		if same == 0 {
			_, err = beginSeries(ctx, tx, bench)
		}
		return err
	})
}

// Replace renumbers the reports of a series that have no receipt, in a new series. Reports are
// identified by their own IDs, so none counts twice.
func (s *Store) Replace(ctx context.Context, ledger string) error {
	return s.force(ctx, func(tx transaction) error { return replaceSeries(ctx, tx, ledger, false) })
}

// replaceSeries moves all reports if all is set, otherwise those after the last receipt.
func replaceSeries(ctx context.Context, tx transaction, id string, all bool) error {
	old, err := seriesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	var bench string
	var received int64
	if err := tx.QueryRowContext(ctx, "SELECT bench, received FROM outgoing WHERE ledger = $1", old).Scan(&bench, &received); err != nil {
		return err
	}
	if all {
		received = 0
	}
	to, err := beginSeries(ctx, tx, bench)
	if err != nil {
		return err
	}
	type moved struct {
		message int64
		id      string
	}
	messages, err := collect(ctx, tx, "SELECT message, id FROM messages WHERE ledger = $1 AND sequence > $2 AND report IS NOT NULL ORDER BY sequence",
		[]any{old, received}, func(m *moved) []any { return []any{&m.message, &m.id} })
	if err != nil {
		return err
	}
	for _, m := range messages {
		to.sequence, to.chain = to.sequence+1, receipt.Next(to.chain, m.id)
		_, err := tx.ExecContext(ctx, "UPDATE messages SET ledger = $1, sequence = $2, chain = $3 WHERE message = $4", to.row, to.sequence, to.chain, m.message)
		if err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE outgoing SET closed = 1, withdrawn = 0 WHERE ledger = $1", old)
	return err
}

// Resend withdraws the receipts of all reports from the first one whose device was read at or after
// since, by this computer's clock at the time. It returns their number.
func (s *Store) Resend(ctx context.Context, since time.Time) (reports int64, err error) {
	err = s.force(ctx, func(tx transaction) error {
		type first struct{ ledger, sequence int64 }
		from, err := collect(ctx, tx, `
			SELECT messages.ledger, min(sequence) FROM messages JOIN visits ON visits.visit = messages.visit JOIN outgoing ON outgoing.ledger = messages.ledger
			WHERE taken >= $1 AND messages.report IS NOT NULL AND closed = 0 GROUP BY messages.ledger`, []any{seconds(since)},
			func(f *first) []any { return []any{&f.ledger, &f.sequence} })
		if err != nil {
			return err
		}
		for _, f := range from {
			_, err := tx.ExecContext(ctx, "UPDATE outgoing SET withdrawn = CASE WHEN withdrawn = 0 OR withdrawn > $1 THEN $1 ELSE withdrawn END WHERE ledger = $2", f.sequence, f.ledger)
			if err != nil {
				return err
			}
			var n int64
			err = tx.QueryRowContext(ctx, "SELECT count(*) FROM messages WHERE ledger = $1 AND sequence >= $2 AND report IS NOT NULL", f.ledger, f.sequence).Scan(&n)
			if err != nil {
				return err
			}
			reports += n
		}
		return nil
	})
	return reports, err
}

// force is write, but the commit is on disk when it returns.
func (s *Store) force(ctx context.Context, step func(transaction) error) error {
	return s.do(ctx, historyTimeout, forcing, step)
}

const (
	messagesOfRun = "visit IN (SELECT visit FROM visits WHERE report IN (SELECT report FROM reports WHERE run = $1))"
	waitingOfRun  = `
	SELECT count(*) FROM messages JOIN outgoing ON outgoing.ledger = messages.ledger
	WHERE ` + messagesOfRun + ` AND messages.report IS NOT NULL AND closed < 2
		AND (sequence > received OR withdrawn > 0 AND sequence >= withdrawn)`
)

// forgetReports deletes the reports of a run from the series; their numbers remain. A run that has
// a report without a receipt is kept unless force is set.
func forgetReports(ctx context.Context, tx transaction, run string, force bool) (kept int, err error) {
	err = tx.QueryRowContext(ctx, waitingOfRun, run).Scan(&kept)
	if err != nil || kept > 0 && !force {
		return kept, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE messages SET report = NULL WHERE "+messagesOfRun, run)
	return 0, err
}

// renumber gives recovered reports new numbers in new series, and records which of the old numbers
// are missing.
func renumber(ctx context.Context, tx transaction) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO outgoing (ledger, id, bench, received, set_aside, lost, withdrawn, closed)
		SELECT ledger, lower(hex(randomblob(16))), '', 0, 0, 0, 0, 0 FROM messages WHERE ledger NOT IN (SELECT ledger FROM outgoing) GROUP BY ledger`)
	if err != nil {
		return err
	}
	type old struct {
		row int64
		id  string
	}
	series, err := collect(ctx, tx, "SELECT ledger, id FROM outgoing WHERE closed = 0 ORDER BY ledger", nil, func(l *old) []any { return []any{&l.row, &l.id} })
	for _, l := range series {
		if err == nil {
			err = keepMissing(ctx, tx, l.row)
		}
		if err == nil {
			err = replaceSeries(ctx, tx, l.id, true)
		}
	}
	return err
}

func keepMissing(ctx context.Context, tx transaction, ledger int64) error {
	next := int64(0)
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(missing), 0) FROM missing").Scan(&next); err != nil {
		return err
	}
	var ranges [][]any
	last := int64(0)
	err := each(ctx, tx, "SELECT sequence FROM messages WHERE ledger = $1 ORDER BY sequence", []any{ledger}, func(rows *sql.Rows) error {
		var sequence int64
		err := rows.Scan(&sequence)
		if sequence > last+1 {
			next++
			ranges = append(ranges, []any{next, ledger, last + 1, sequence - 1})
		}
		last = sequence
		return err
	})
	if err != nil {
		return err
	}
	return insert(ctx, tx, "missing", "missing, ledger, first, last", ranges, "")
}
