package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// maxLedgers is how many series of numbers a bench may have: a new one begins only when its
// database was recovered or restored.
const maxLedgers = 100

// ErrLedgers is returned for a bench with more ledgers than maxLedgers.
var ErrLedgers = errors.New("the bench has begun too many ledgers")

// A series is one ledger of a bench.
type series struct{ bench, ledger string }

// counted is a series as stored in the database, and its new state.
type counted struct {
	receipt.State
	before map[int64]receipt.Ahead
	heard  int64 // when the bench last stated something about it, or sent a report of it
}

// A numbered report is committed or set aside.
type numbered struct {
	bench, id string
	number    receipt.Number
	received  int64
}

// take records the numbers of the reports that this transaction commits.
func take(ctx context.Context, tx transaction, reports []numbered) error {
	bySeries := map[series][]numbered{}
	for _, r := range reports {
		if r.number.Valid() {
			of := series{r.bench, r.number.Ledger}
			bySeries[of] = append(bySeries[of], r)
		}
	}
	for of, list := range bySeries {
		slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.number.Sequence, b.number.Sequence) })
		c, err := loadSeries(ctx, tx, of)
		if errors.Is(err, ErrLedgers) {
			continue // the reports themselves are stored
		}
		if err != nil {
			return err
		}
		c.heard = 0
		for _, r := range list {
			c.Take(r.number, r.id)
			c.heard = max(c.heard, r.received)
		}
		if err := c.save(ctx, tx, of); err != nil {
			return err
		}
	}
	return nil
}

// loadSeries reads a series, or returns a new one.
func loadSeries(ctx context.Context, tx transaction, of series) (counted, error) {
	c := counted{State: receipt.NewState(of.ledger)}
	err := tx.QueryRowContext(ctx, "SELECT through, chain, last, lost, closed, heard FROM ledgers WHERE bench = $1 AND ledger = $2", of.bench, of.ledger).
		Scan(&c.Through, &c.Chain, &c.Last, &c.Lost, &c.Closed, &c.heard)
	if errors.Is(err, sql.ErrNoRows) {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ledgers WHERE bench = $1", of.bench).Scan(&n); err != nil {
			return c, err
		}
		if n >= maxLedgers {
			return c, ErrLedgers
		}
		return c, nil
	}
	if err != nil {
		return c, err
	}
	err = each(ctx, tx, "SELECT sequence, id, chain FROM ahead WHERE bench = $1 AND ledger = $2", []any{of.bench, of.ledger}, func(rows *sql.Rows) error {
		var sequence int64
		var a receipt.Ahead
		err := rows.Scan(&sequence, &a.ID, &a.Chain)
		c.Ahead[sequence] = a
		return err
	})
	c.before = maps.Clone(c.Ahead)
	return c, err
}

// save writes a series back.
func (c counted) save(ctx context.Context, tx transaction, of series) error {
	const told = "through, chain, last, lost, closed, heard"
	err := insert(ctx, tx, "ledgers", "bench, ledger, "+told,
		[][]any{{of.bench, of.ledger, c.Through, c.Chain, c.Last, c.Lost, truth[c.Closed], c.heard}}, replacing("bench, ledger", told))
	if err != nil {
		return err
	}
	var added [][]any
	for sequence, a := range c.Ahead {
		if _, there := c.before[sequence]; !there {
			added = append(added, []any{of.bench, of.ledger, sequence, text(a.ID, maxName), a.Chain})
		}
	}
	for sequence := range c.before {
		if _, there := c.Ahead[sequence]; there {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM ahead WHERE bench = $1 AND ledger = $2 AND sequence = $3", of.bench, of.ledger, sequence); err != nil {
			return err
		}
	}
	return insert(ctx, tx, "ahead", "bench, ledger, sequence, id, chain", added, "")
}

// Sync records what a bench states about a ledger, and returns its receipt. Repeating a statement
// changes nothing.
func (s *Store) Sync(ctx context.Context, bench string, st receipt.Statement, at time.Time) (r receipt.Receipt, err error) {
	of := series{text(bench, maxName), st.Ledger}
	err = s.write(ctx, func(tx transaction) error {
		c, err := loadSeries(ctx, tx, of)
		if err != nil {
			return err
		}
		c.Hear(st)
		c.heard = seconds(at)
		if err := c.save(ctx, tx, of); err != nil {
			return err
		}
		r, err = receiptOf(ctx, tx, of, c.State)
		return err
	})
	return r, during("writing a receipt", err)
}

// Receipt returns what the database has committed of a ledger.
func (s *Store) Receipt(ctx context.Context, bench, ledger string) (r receipt.Receipt, err error) {
	of := series{bench, ledger}
	err = s.read(ctx, func(tx transaction) error {
		c, err := loadSeries(ctx, tx, of)
		if err != nil {
			return err
		}
		r, err = receiptOf(ctx, tx, of, c.State)
		return err
	})
	return r, during("reading a receipt", err)
}

func receiptOf(ctx context.Context, tx transaction, of series, state receipt.State) (receipt.Receipt, error) {
	r := state.Receipt(of.ledger)
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM rejects WHERE bench = $1 AND ledger = $2", of.bench, of.ledger).Scan(&r.SetAside)
	return r, err
}

// Gaps are the reports of one series of a bench that a hub lacks.
type Gaps = report.LedgerGaps

// Gaps lists every ledger of every bench, by bench, except closed ones without gaps.
func (s *Store) Gaps(ctx context.Context) ([]Gaps, error) {
	list := []Gaps{}
	err := s.read(ctx, func(tx transaction) error {
		all, err := collect(ctx, tx, "SELECT bench, ledger FROM ledgers ORDER BY bench, heard, ledger", nil,
			func(of *series) []any { return []any{&of.bench, &of.ledger} })
		for _, of := range all {
			if err != nil {
				return err
			}
			var g Gaps
			if g, err = gapsOf(ctx, tx, of); err == nil && (!g.Closed || g.Lost > 0 || g.SetAside > 0) {
				list = append(list, g)
			}
		}
		return err
	})
	return list, during("looking for gaps", err)
}

func gapsOf(ctx context.Context, tx transaction, of series) (Gaps, error) {
	c, err := loadSeries(ctx, tx, of)
	if err != nil {
		return Gaps{}, err
	}
	r, err := receiptOf(ctx, tx, of, c.State)
	g := Gaps{
		Bench: of.bench, Ledger: of.ledger, Through: c.Through, Last: c.Last, Missing: []report.NumberRange{},
		SetAside: r.SetAside, Lost: c.Lost, Closed: c.Closed, HeardAt: moment(c.heard),
	}
	if c.Closed {
		return g, err
	}
	missing := c.Missing()
	if highest := c.Highest(); highest < c.Last {
		missing = append(missing, receipt.Range{First: highest + 1, Last: c.Last})
	}
	for _, m := range missing {
		g.Missing = append(g.Missing, report.NumberRange(m))
		g.Waiting += m.Len()
	}
	return g, err
}
