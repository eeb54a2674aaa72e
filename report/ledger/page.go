package ledger

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// How many rows a page has.
const (
	defaultRows = 50
	mostRows    = 1000
)

// A Page says which part of a list is asked for.
type Page struct {
	After string // Next of the page before; "" is the first page
	Rows  int    // at most this many; 0 is 50, and more than 1000 are 1000
}

func (p Page) rows() int {
	if p.Rows <= 0 {
		return defaultRows
	}
	return min(p.Rows, mostRows)
}

// A List is one page of a list. Next is where the page behind it begins, "" if there is none.
type List[Row any] struct {
	Rows []Row  `json:"rows"`
	Next string `json:"next,omitempty"`
}

// A place is where a row stands in a list: what the list is in the order of, and whose row it
// is.
type place struct {
	At     int64  `json:"a,omitempty"`
	Device int64  `json:"d,omitempty"`
	Row    int64  `json:"r,omitempty"`
	Name   string `json:"n,omitempty"`
}

// place reads where a page begins. The first is begun at first.
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

// word writes a place as it stands in an address.
func (p place) word() string {
	document, err := json.Marshal(p)
	if err != nil { // it is numbers and a text
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(document)
}

// cut makes a page of its rows and the one behind them, which was read only to know that it is
// there.
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
