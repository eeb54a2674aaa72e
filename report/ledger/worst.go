package ledger

import (
	"context"

	"github.com/backupdoctor/backupdoctor/checks"
)

// otherVerdict selects the verdicts unknown to this version in a filter.
const otherVerdict = "?"

// worstFirst lists devices verdict by verdict: there is an index for each, but none for their
// order. The row of a place is the number of the verdict.
func worstFirst(ctx context.Context, tx transaction, f Filter, page Page) (List[Device], error) {
	list := List[Device]{Rows: []Device{}}
	begin, err := page.place(place{})
	if err != nil {
		return list, err
	}
	verdicts := append(checks.VerdictNames(), otherVerdict)
	for number := max(0, int(begin.Row)); number < len(verdicts); number++ {
		part := Page{Rows: max(1, page.rows()-len(list.Rows))} // when the page is full, reads one row to see whether more follow
		if number == int(begin.Row) && begin.Device != 0 {
			part.After = place{At: begin.At, Device: begin.Device}.word()
		}
		f.Verdict = verdicts[number]
		q, err := devicesQuery(ctx, tx, f, NewestFirst, part)
		if err != nil {
			return list, err
		}
		found, err := listDevices(ctx, tx, q, NewestFirst, part)
		switch {
		case err != nil:
			return list, err
		case len(list.Rows) == page.rows() && len(found.Rows) > 0:
			list.Next = place{Row: int64(number)}.word()
			return list, nil
		case len(list.Rows) == page.rows():
			continue
		}
		list.Rows = append(list.Rows, found.Rows...)
		if found.Next != "" {
			next, err := Page{After: found.Next}.place(place{})
			next.Row = int64(number)
			list.Next = next.word()
			return list, err
		}
	}
	return list, nil
}
