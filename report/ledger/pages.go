package ledger

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// The root page of a table leads to all its pages. If it is damaged, SQLite finds none of the rows,
// though they are intact: they are read from the leaf pages, wherever those are in the file. See
// https://www.sqlite.org/fileformat2.html.

// leafRow is one row of a leaf page. Its values are int64, float64, string, []byte or nil.
type leafRow struct {
	key    int64
	values []any
}

// maxFileToScan limits the size of a file scanned page by page, in bytes.
const maxFileToScan = 16 << 30

// scanLeaves passes the rows of all leaf pages of tables to found. It skips damaged pages and other
// pages. It reads only the main file, without its log.
func scanLeaves(path string, found func(leafRow) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	pages := info.Size() / ledgerPage
	if info.Size() > maxFileToScan {
		return errors.New("the file is too large to read its pages one by one")
	}
	page := make([]byte, ledgerPage)
	free := freePagesOf(file, pages)
	for number := int64(1); number < pages; number++ { // the first page belongs to the schema
		if free[uint32(number+1)] {
			continue
		}
		if _, err := file.ReadAt(page, number*ledgerPage); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			continue // bad sector
		}
		for _, row := range rowsOfLeaf(page, func(next uint32) []byte { return overflowPage(file, next, pages) }) {
			if err := found(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// freePagesOf returns the pages on the free list, which may still hold data that was deleted on
// purpose.
func freePagesOf(file io.ReaderAt, pages int64) map[uint32]bool {
	free := map[uint32]bool{}
	page := make([]byte, ledgerPage)
	if _, err := file.ReadAt(page, 0); err != nil {
		return free
	}
	next := binary.BigEndian.Uint32(page[32:])
	for next != 0 && int64(next) <= pages && !free[next] {
		free[next] = true
		page = overflowPage(file, next, pages)
		if page == nil {
			break
		}
		leaves := min(int(binary.BigEndian.Uint32(page[4:])), ledgerPage/4-2)
		for i := range leaves {
			free[binary.BigEndian.Uint32(page[8+4*i:])] = true
		}
		next = binary.BigEndian.Uint32(page)
	}
	return free
}

// ledgerPage is SQLite's default page size in bytes, which histories use.
const ledgerPage = 4096

func overflowPage(file io.ReaderAt, number uint32, pages int64) []byte {
	if number < 2 || int64(number) > pages {
		return nil
	}
	page := make([]byte, ledgerPage)
	if _, err := file.ReadAt(page, (int64(number)-1)*ledgerPage); err != nil {
		return nil
	}
	return page
}

const (
	tableLeaf  = 0x0d
	leafHeader = 8
	mostLocal  = ledgerPage - 35 // bytes of a row stored on its leaf page
	leastLocal = (ledgerPage-12)*32/255 - 23
)

// rowsOfLeaf returns the rows of a page if it is a leaf of a table; nil otherwise.
func rowsOfLeaf(page []byte, overflow func(uint32) []byte) []leafRow {
	if page[0] != tableLeaf {
		return nil
	}
	cells := int(binary.BigEndian.Uint16(page[3:]))
	if leafHeader+2*cells > len(page) {
		return nil
	}
	var rows []leafRow
	for i := range cells {
		at := int(binary.BigEndian.Uint16(page[leafHeader+2*i:]))
		if at < leafHeader+2*cells || at >= len(page) {
			continue
		}
		if row, ok := rowOfCell(page[at:], overflow); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

func rowOfCell(cell []byte, overflow func(uint32) []byte) (leafRow, bool) {
	size, n := varint(cell)
	key, m := varint(cell[n:])
	if n == 0 || m == 0 || size == 0 || size > maxValue || key > math.MaxInt64 {
		return leafRow{}, false
	}
	payload, ok := payloadOf(cell[n+m:], int(size), overflow)
	if !ok {
		return leafRow{}, false
	}
	values, ok := valuesOf(payload)
	return leafRow{int64(key), values}, ok
}

// payloadOf returns the bytes of a row: those on its page, then those on its overflow pages.
func payloadOf(local []byte, size int, overflow func(uint32) []byte) ([]byte, bool) {
	if size <= mostLocal {
		if size > len(local) {
			return nil, false
		}
		return local[:size], true
	}
	here := leastLocal + (size-leastLocal)%(ledgerPage-4)
	if here > mostLocal {
		here = leastLocal
	}
	if here+4 > len(local) {
		return nil, false
	}
	payload := bytes.Clone(local[:here])
	next := binary.BigEndian.Uint32(local[here:])
	for len(payload) < size {
		page := overflow(next)
		if page == nil {
			return nil, false
		}
		next = binary.BigEndian.Uint32(page)
		payload = append(payload, page[4:4+min(size-len(payload), ledgerPage-4)]...)
	}
	return payload, true
}

// valuesOf decodes a record: the types of the values, followed by the values.
func valuesOf(record []byte) ([]any, bool) {
	length, n := varint(record)
	if n == 0 || length < uint64(n) || length > uint64(len(record)) {
		return nil, false
	}
	types, body := record[n:length], record[length:]
	var values []any
	for len(types) > 0 {
		kind, n := varint(types)
		if n == 0 {
			return nil, false
		}
		types = types[n:]
		size, ok := sizeOf(kind)
		if !ok || size > len(body) {
			return nil, false
		}
		values = append(values, valueOfType(kind, body[:size]))
		body = body[size:]
	}
	return values, len(body) == 0
}

// sizeOf returns the size of a value of a type, in bytes.
func sizeOf(kind uint64) (size int, ok bool) {
	switch {
	case kind <= 9:
		return [...]int{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}[kind], true
	case kind < 12 || kind > 2*maxValue:
		return 0, false
	default:
		return int(kind-12) / 2, true
	}
}

func valueOfType(kind uint64, b []byte) any {
	switch {
	case kind == 0:
		return nil
	case kind == 7:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	case kind >= 12 && kind%2 == 0:
		return bytes.Clone(b)
	case kind >= 13:
		return string(b)
	case kind >= 8:
		return int64(kind - 8)
	}
	number := int64(int8(b[0]))
	for _, next := range b[1:] {
		number = number<<8 | int64(next)
	}
	return number
}

// varint decodes a SQLite varint; n is 0 if it is truncated.
func varint(b []byte) (number uint64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return number<<8 | uint64(b[i]), 9
		}
		number = number<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return number, i + 1
		}
	}
	return 0, 0
}

// leavesTable returns the table to which a row belongs, judging by its columns; "" if it is not one
// that is copied. The key of a row replaces its first column, which is NULL in the record.
func leavesTable(row leafRow) string {
	if len(row.values) == 0 || row.values[0] != nil {
		return ""
	}
	for table, columns := range recoverable {
		if strings.Count(columns, ",")+1 == len(row.values) && fmt.Sprintf("%T", row.values[1]) == cmp.Or(secondOf[table], "string") {
			return table
		}
	}
	return ""
}

// secondOf has the type of a table's second column, unless it is string.
var secondOf = map[string]string{"details": "[]uint8", "messages": "int64", "missing": "int64", "visits": "int64"}

// leaves copies the rows that SQLite did not find but the leaf pages contain. It counts the new
// rows by table.
func (c *copier) leaves(kept string) (added map[string]int, err error) {
	added = map[string]int{}
	if c.keys == nil {
		c.keys = map[int64]string{}
	}
	return added, scanLeaves(kept, func(row leafRow) error {
		if table := leavesTable(row); table != "" {
			row.values[0] = row.key
			isNew, err := c.insert(table, recoverable[table], row.values)
			if isNew {
				added[table]++
			}
			return err
		}
		if len(row.values) == len(strings.Split(devicesColumns, ", ")) {
			if key, ok := row.values[1].(string); ok && c.keys[row.key] == "" {
				c.keys[row.key] = key
			}
		}
		return nil
	})
}
