package ledger

import "iter"

// All iterates over a list page by page. Rows that move during iteration may be missed or returned
// twice. The iteration ends at the first error.
func All[Row any](list func(Page) (List[Row], error)) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		page := Page{Rows: mostRows}
		for {
			got, err := list(page)
			if err != nil {
				var none Row
				yield(none, err)
				return
			}
			for _, row := range got.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if got.Next == "" {
				return
			}
			page.After = got.Next
		}
	}
}
