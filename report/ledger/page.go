package ledger

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
)

// Page sizes, in rows.
const (
	defaultRows = 50
	mostRows    = 1000
)

// A Page selects part of a list.
type Page struct {
	After string // Next of the previous page; "" is the first page
	Rows  int    // at most this many; 0 means 50, the maximum is 1000
}

func (p Page) rows() int {
	if p.Rows <= 0 {
		return defaultRows
	}
	return min(p.Rows, mostRows)
}

// A List is one page of a list. Next is the position of the next page, "" if this is the last.
type List[Row any] struct {
	Rows []Row  `json:"rows"`
	Next string `json:"next,omitempty"`
}

// A place is the position of a row in a list: its sort value and its row number.
type place struct {
	At     int64  `json:"a,omitempty"`
	Device int64  `json:"d,omitempty"`
	Row    int64  `json:"r,omitempty"`
	Name   string `json:"n,omitempty"`
}

// place decodes the position at which a page begins; the first page begins at first.
func (p Page) place(first place) (place, error) {
	if p.After == "" {
		return first, nil
	}
	var read place
	document, err := base64.RawURLEncoding.DecodeString(p.After)
	if err == nil {
		err = json.Unmarshal(document, &read)
	}
	if err != nil {
		return place{}, fmt.Errorf("%w: %.40q", ErrPage, p.After)
	}
	read.Name = text(read.Name, maxName)
	return read, nil
}

// word encodes a place for use in a URL.
func (p place) word() string {
	document, err := json.Marshal(p)
	if err != nil { // cannot fail: it contains only numbers and text
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(document)
}

// pageOf makes a page of a query's rows, of which there is one more. scan returns a row and its place.
func pageOf[Row any](ctx context.Context, tx transaction, q query, page Page, scan func(*sql.Rows) (Row, place, error)) (List[Row], error) {
	var found []Row
	var places []place
	err := each(ctx, tx, q.text, q.args, func(rows *sql.Rows) error {
		row, at, err := scan(rows)
		found, places = append(found, row), append(places, at)
		return err
	})
	return cut(page, found, places), err
}

// pageByName makes a page of a query's rows that are sorted by name, each once. Its parameters are the
// name at which the page begins, whether that row belongs to it, as 1 or 0, and the number of rows.
func pageByName[Row any](ctx context.Context, s *Store, statement string, page Page, scan func(*sql.Rows) (Row, string, error)) (list List[Row], err error) {
	err = s.read(ctx, func(tx transaction) error {
		from, err := page.place(place{})
		if err != nil {
			return err
		}
		first := truth[page.After == ""] // a name may be empty
		list, err = pageOf(ctx, tx, query{statement, []any{from.Name, first, page.rows() + 1}}, page, func(rows *sql.Rows) (Row, place, error) {
			row, name, err := scan(rows)
			return row, place{Name: name}, err
		})
		return err
	})
	return list, err
}

// cut makes a page from its rows and one row more, which only shows that there is a next page.
func cut[Row any](p Page, rows []Row, places []place) List[Row] {
	list := List[Row]{Rows: rows}
	if list.Rows == nil {
		list.Rows = []Row{}
	}
	if n := p.rows(); len(rows) > n {
		list.Rows, list.Next = rows[:n], places[n-1].word()
	}
	return list
}

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
