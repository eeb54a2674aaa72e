package ledger

import "iter"

// All goes through a list page by page. What changes its place meanwhile may be missed, or be
// met twice. An error is the end.
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
