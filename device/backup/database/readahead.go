package database

import (
	"errors"
	"io"
)

// aheadSize is how much is read at once where reads follow one another.
const aheadSize = 128 << 10

// readAhead reads a source in larger pieces than SQLite's pages of 4 KiB, as long as they
// are asked for in order; that makes reading a whole table twice as fast. Reads that jump,
// as in an index, are passed on as they are.
type readAhead struct {
	source io.ReaderAt
	size   int64 // of the source; a small one is read at once
	buffer []byte
	window []byte // what buffer holds of the source
	start  int64  // of the window
	next   int64  // where the last read ended
}

func newReadAhead(source io.ReaderAt, size int64) *readAhead {
	return &readAhead{source: source, size: size}
}

// ReadAt implements [io.ReaderAt], for one goroutine at a time.
func (r *readAhead) ReadAt(p []byte, off int64) (int, error) {
	inOrder := off >= r.next && off-r.next < 2*aheadSize
	r.next = off + int64(len(p))
	if r.holds(p, off) {
		return copy(p, r.window[off-r.start:]), nil
	}
	if r.buffer == nil {
		r.buffer = make([]byte, min(aheadSize, r.size))
	}
	if !inOrder || len(p) > len(r.buffer) {
		return r.source.ReadAt(p, off)
	}
	n, err := r.source.ReadAt(r.buffer, off)
	if err != nil && !errors.Is(err, io.EOF) {
		r.window = nil
		return r.source.ReadAt(p, off) // what is wrong may lie beyond what was asked for
	}
	r.window, r.start = r.buffer[:n], off
	if n < len(p) {
		return copy(p, r.window), io.EOF
	}
	return copy(p, r.window), nil
}

// holds reports whether the window has all that is asked for.
func (r *readAhead) holds(p []byte, off int64) bool {
	return off >= r.start && off+int64(len(p)) <= r.start+int64(len(r.window))
}
