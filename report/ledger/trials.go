package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// trialsOf returns the rows of the remedies that were tried in a repair.
func trialsOf(r *report.Repair) (rows [][]any) {
	backup := int64(0)
	if !r.EndedAt.IsZero() {
		end := r.NewBackup()
		if end.IsZero() {
			end = r.EndedAt
		}
		backup = max(seconds(end), 1)
	}
	for _, t := range r.Trials() {
		rows = append(rows, []any{r.ID, t.Check, t.Remedy, seconds(t.At), backup})
	}
	return rows
}

const trialColumns = "repair, cause, remedy, tried, backup"

// aboutTrials keeps the end of a backup, because a repair never opens again.
const aboutTrials = `ON CONFLICT (repair, cause, remedy) DO UPDATE SET backup = CASE WHEN trials.backup = 0 THEN excluded.backup ELSE trials.backup END`

// Remedies counts the remedies that were tried in the last days, by cause, and how many of the
// devices had a new iCloud backup soon after. The number of rows is limited by the catalogue.
func (s *Store) Remedies(ctx context.Context, now time.Time, days int) (report.RemedyRates, error) {
	rates := report.RemedyRates{Header: report.NewHeader(report.KindRemedies), Days: days, Remedies: []report.RemedyRate{}}
	soon := int64(report.SoonDays * 24 * time.Hour / time.Second)
	until := seconds(now)
	since := seconds(now.Add(-time.Duration(days) * 24 * time.Hour))
	tried := map[string]int{} // by cause
	err := s.each(ctx, ratesOfRemedies, []any{soon, until - soon, since, until}, func(rows *sql.Rows) error {
		var r report.RemedyRate
		var all int
		err := rows.Scan(&r.Check, &r.Remedy, &r.BackedUp, &r.Open, &all)
		r.Tried = all - r.Open
		tried[r.Check] += all
		rates.Remedies = append(rates.Remedies, r)
		return err
	})
	slices.SortFunc(rates.Remedies, func(a, b report.RemedyRate) int {
		return cmp.Or(tried[b.Check]-tried[a.Check], cmp.Compare(a.Check, b.Check), b.Tried+b.Open-a.Tried-a.Open, cmp.Compare(a.Remedy, b.Remedy))
	})
	return rates, during("counting remedies", err)
}

const ratesOfRemedies = `
	SELECT cause, remedy, count(CASE WHEN backup > 0 AND backup <= tried + $1 THEN 1 END), count(CASE WHEN backup = 0 AND tried > $2 THEN 1 END), count(*)
	FROM trials WHERE tried > $3 AND tried <= $4 GROUP BY cause, remedy`
