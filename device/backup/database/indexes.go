package database

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// SQLite's integrity_check searches every index for every row, which for a large manifest takes
// longer than everything else. Reading each index once, in order, shows the same: that it is
// sorted, and has an entry for each row and no other.

// errUncompared means that a comparison did not show an index to be right. It may be damaged,
// or of a kind that is not compared here, such as one on several columns.
var errUncompared = errors.New("an index was not shown to be right")

// compareIndexes compares every index with its table. The b-trees themselves must have been
// checked before. After any error integrity_check has to decide.
func (c *Conn) compareIndexes() error {
	virtual, err := c.names("SELECT name FROM " + Schema + ".sqlite_schema WHERE type = 'table' AND rootpage = 0")
	if err != nil || len(virtual) > 0 {
		return cmp.Or(err, errUncompared) // a virtual table has checks of its own
	}
	tables, err := c.names("SELECT DISTINCT tbl_name FROM " + Schema + ".sqlite_schema WHERE type = 'index'")
	for _, table := range tables {
		err = cmp.Or(err, c.compareIndexesOf(table))
	}
	return err
}

// names returns the first column of all rows of a query.
func (c *Conn) names(query string) (names []string, err error) {
	err = sqlitex.ExecuteTransient(c.Conn, query, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		names = append(names, row.ColumnText(0))
		return nil
	}})
	return names, err
}

// An index is one on a single column, in ascending binary order, of a table with row numbers.
type index struct {
	name, column string
	unique       bool
}

// indexesOf returns the indexes of a table.
func (c *Conn) indexesOf(table string) (indexes []index, err error) {
	err = sqlitex.ExecuteTransient(c.Conn, "PRAGMA "+Schema+".index_list("+quoted(table)+")", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			if row.ColumnInt(4) != 0 { // seq, name, unique, origin, partial
				return errUncompared
			}
			indexes = append(indexes, index{name: row.ColumnText(1), unique: row.ColumnInt(2) != 0})
			return nil
		},
	})
	for i := range indexes {
		var columns int
		err = cmp.Or(err, sqlitex.ExecuteTransient(c.Conn, "PRAGMA "+Schema+".index_xinfo("+quoted(indexes[i].name)+")", &sqlitex.ExecOptions{
			ResultFunc: func(row *sqlite.Stmt) error { // seqno, cid, name, desc, coll, key
				isRowNumber := row.ColumnInt(1) == -1 && row.ColumnInt(5) == 0
				isKey := row.ColumnInt(1) >= 0 && row.ColumnInt(5) == 1 && row.ColumnInt(3) == 0 && row.ColumnText(4) == "BINARY"
				if columns++; columns > 2 || columns == 1 && !isKey || columns == 2 && !isRowNumber {
					return errUncompared
				}
				if isKey {
					indexes[i].column = row.ColumnText(2)
				}
				return nil
			},
		}))
	}
	return indexes, err
}

// compareIndexesOf compares the indexes of one table.
func (c *Conn) compareIndexesOf(table string) error {
	columns, err := c.Columns(table)
	if err != nil || slices.ContainsFunc(columns, func(name string) bool { return strings.EqualFold(name, "rowid") }) {
		return cmp.Or(err, errUncompared)
	}
	indexes, err := c.indexesOf(table)
	if err != nil {
		return err
	}
	sums := make([]entrySum, len(indexes))
	query := "SELECT rowid"
	for _, index := range indexes {
		query += ", " + quoted(index.column)
	}
	err = c.entries(query+" FROM "+Schema+"."+quoted(table)+" NOT INDEXED", func(i int, e *entry) error {
		sums[i].add(e)
		return nil
	})
	for i, index := range indexes {
		err = cmp.Or(err, c.compareIndex(table, index, sums[i]))
	}
	return err
}

// compareIndex reads an index in its order, and compares it with the sum of its table's rows.
func (c *Conn) compareIndex(table string, index index, want entrySum) error {
	query := fmt.Sprintf("SELECT rowid, %s FROM %s.%s INDEXED BY %s", quoted(index.column), Schema, quoted(table), quoted(index.name))
	var sum entrySum
	var last entry
	err := c.entries(query, func(_ int, e *entry) error {
		if sum.count > 0 {
			order := last.compare(e)
			if order > 0 || order == 0 && (last.row >= e.row || index.unique && e.kind != sqlite.TypeNull) {
				return errUncompared
			}
		}
		sum.add(e)
		last.copy(e)
		return nil
	})
	if err == nil && sum != want {
		return errUncompared
	}
	return err
}

// entries calls found for each value of each row of a query whose first column is the row
// number. The entry is reused for the next value.
func (c *Conn) entries(query string, found func(column int, e *entry) error) error {
	stmt, _, err := c.PrepareTransient(query)
	if err != nil {
		return err
	}
	defer stmt.Finalize()
	e := entry{text: make([]byte, maxKey)}
	columns := stmt.ColumnCount() - 1
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		e.row = stmt.ColumnInt64(0)
		for i := range columns {
			if err := e.read(stmt, i+1); err != nil {
				return err
			}
			if err := found(i, &e); err != nil {
				return err
			}
		}
	}
}

// maxKey is the longest text that is compared. Paths on iOS have up to 1,024 bytes.
const maxKey = 4 << 10

// An entry is the value of an indexed column in one row. SQLite sorts NULL before integers, and
// those before text.
type entry struct {
	row    int64
	kind   sqlite.ColumnType
	number int64
	text   []byte
}

func (e *entry) read(stmt *sqlite.Stmt, column int) error {
	e.kind, e.number, e.text = stmt.ColumnType(column), 0, e.text[:0]
	switch e.kind {
	case sqlite.TypeNull:
	case sqlite.TypeInteger:
		e.number = stmt.ColumnInt64(column)
	case sqlite.TypeText:
		n := stmt.ColumnLen(column)
		if n > cap(e.text) {
			return errUncompared
		}
		e.text = e.text[:n]
		stmt.ColumnBytes(column, e.text)
	default:
		return errUncompared
	}
	return nil
}

func (e *entry) compare(o *entry) int {
	return cmp.Or(cmp.Compare(rank(e.kind), rank(o.kind)), cmp.Compare(e.number, o.number), bytes.Compare(e.text, o.text))
}

func rank(kind sqlite.ColumnType) int {
	return slices.Index([]sqlite.ColumnType{sqlite.TypeNull, sqlite.TypeInteger, sqlite.TypeText}, kind)
}

func (e *entry) copy(from *entry) {
	e.row, e.kind, e.number, e.text = from.row, from.kind, from.number, append(e.text[:0], from.text...)
}

// An entrySum summarizes entries in any order: their number and the sum of a hash of each. The
// hash is seeded per run, so no database can be crafted to match.
type entrySum struct{ count, sum uint64 }

var entrySeed = maphash.MakeSeed()

func (s *entrySum) add(e *entry) {
	var fixed [17]byte
	fixed[0] = byte(e.kind)
	binary.LittleEndian.PutUint64(fixed[1:], uint64(e.row))
	binary.LittleEndian.PutUint64(fixed[9:], uint64(e.number))
	var hash maphash.Hash
	hash.SetSeed(entrySeed)
	hash.Write(fixed[:])
	hash.Write(e.text)
	s.count++
	s.sum += hash.Sum64()
}

// quoted returns a name as SQL writes it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
