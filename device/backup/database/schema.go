package database

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sync"
)

// SQLite parses the whole schema into memory, without a limit, before it answers anything.
// These bounds are far beyond what iOS writes: a device's largest database, that of Photos, has
// about a thousand tables, indexes and triggers.
const (
	maxObjects     = 10_000
	maxSchemaBytes = 8 << 20
	maxSchemaPages = 16_384 // pages may be as small as 512 bytes
	maxSchemaDepth = 20     // the same limit as SQLite's
)

// boundedSchema returns ErrSchema for a database whose schema exceeds these bounds. It reads
// the b-tree of sqlite_schema, whose root is page 1. It ignores what it cannot read: SQLite
// cannot read that either and has the better error.
func boundedSchema(source io.ReaderAt) error {
	var head [100]byte
	if _, err := source.ReadAt(head[:], 0); err != nil {
		return nil
	}
	pageSize := int(binary.BigEndian.Uint16(head[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	if pageSize < 512 || pageSize&(pageSize-1) != 0 {
		return nil
	}
	s := schemaSize{source: source, pageSize: pageSize}
	s.add(1, 0)
	if s.objects > maxObjects || s.bytes > maxSchemaBytes || s.pages > maxSchemaPages {
		return fmt.Errorf("%w: more than %d of them, or a description of more than %d bytes", ErrSchema, maxObjects, maxSchemaBytes)
	}
	return nil
}

// schemaSize measures the schema of a database.
type schemaSize struct {
	source   io.ReaderAt
	pageSize int

	objects, pages int
	bytes          uint64
}

// schemaPages are pooled: a folder may hold thousands of backups, each with a small database.
var schemaPages = sync.Pool{New: func() any { return new([]byte) }}

// Page types of a table's b-tree.
const (
	innerPage = 5
	leafPage  = 13
)

// add counts a page of the b-tree and the pages below it.
func (s *schemaSize) add(number uint32, depth int) {
	if s.pages++; number == 0 || depth > maxSchemaDepth || s.pages > maxSchemaPages || s.objects > maxObjects || s.bytes > maxSchemaBytes {
		return
	}
	buffer := schemaPages.Get().(*[]byte)
	defer schemaPages.Put(buffer)
	*buffer = slices.Grow((*buffer)[:0], s.pageSize)[:s.pageSize]
	page := *buffer
	if _, err := s.source.ReadAt(page, int64(number-1)*int64(s.pageSize)); err != nil {
		return
	}
	header := page
	if number == 1 {
		header = page[100:]
	}
	cells := int(binary.BigEndian.Uint16(header[3:]))
	switch header[0] {
	case leafPage:
		for i := range cells {
			if cell := s.cell(page, header[8:], i); cell != nil {
				length, _ := varint(cell)
				s.objects++
				s.bytes = min(s.bytes+min(length, 1<<40), 1<<50)
			}
		}
	case innerPage:
		for i := range cells {
			if cell := s.cell(page, header[12:], i); len(cell) >= 4 {
				s.add(binary.BigEndian.Uint32(cell), depth+1)
			}
		}
		s.add(binary.BigEndian.Uint32(header[8:]), depth+1)
	}
}

// cell returns the bytes of a page starting at a cell; nil if there is no such cell.
func (s *schemaSize) cell(page, pointers []byte, i int) []byte {
	if 2*i+2 > len(pointers) {
		return nil
	}
	at := int(binary.BigEndian.Uint16(pointers[2*i:]))
	if at >= len(page) {
		return nil
	}
	return page[at:]
}

// varint decodes a SQLite varint: seven bits per byte, high bits first, and eight in the ninth.
// n is its length in bytes; 0 if it is truncated.
func varint(data []byte) (value uint64, n int) {
	for n < min(len(data), 9) {
		b := data[n]
		n++
		if n == 9 {
			return value<<8 | uint64(b), n
		}
		value = value<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return value, n
		}
	}
	return 0, 0
}
