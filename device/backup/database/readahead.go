package database

import (
	"errors"
	"io"
	"sync"
)

// aheadSize is how much is read at once when reads are sequential.
const aheadSize = 128 << 10

// readAhead reads its source in pieces larger than SQLite's 4 KiB pages while reads are
// sequential, which makes reading a whole table twice as fast. Random reads, as in an index,
// are passed through.
type readAhead struct {
	source io.ReaderAt
	size   int64 // of the source; a small one is read whole
	pooled *[aheadSize]byte
	buffer []byte // the part of pooled that is used
	window []byte // the part of the source in buffer
	start  int64  // offset of the window
	next   int64  // where the last read ended
}

// aheads are pooled: a folder may hold thousands of backups, each with a small database.
var aheads = sync.Pool{New: func() any { return new([aheadSize]byte) }}

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
		r.pooled = aheads.Get().(*[aheadSize]byte)
		r.buffer = r.pooled[:min(aheadSize, r.size)]
	}
	if !inOrder || len(p) > len(r.buffer) {
		return r.source.ReadAt(p, off)
	}
	n, err := r.source.ReadAt(r.buffer, off)
	if err != nil && !errors.Is(err, io.EOF) {
		r.window = nil
		return r.source.ReadAt(p, off) // the error may lie beyond the requested range
	}
	r.window, r.start = r.buffer[:n], off
	if n < len(p) {
		return copy(p, r.window), io.EOF
	}
	return copy(p, r.window), nil
}

// release gives the buffer back. Nothing may be read afterwards.
func (r *readAhead) release() error {
	if r.pooled != nil {
		aheads.Put(r.pooled)
		r.pooled, r.buffer, r.window = nil, nil, nil
	}
	return nil
}

// holds reports whether the window contains the whole requested range.
func (r *readAhead) holds(p []byte, off int64) bool {
	return off >= r.start && off+int64(len(p)) <= r.start+int64(len(r.window))
}
