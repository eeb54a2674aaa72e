package database

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
)

// counted counts the reads of a source, and fails those that touch its broken part.
type counted struct {
	*bytes.Reader
	reads  int
	broken int64 // where the broken part begins; 0 if nothing is broken
}

var errBroken = errors.New("broken")

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	if c.broken > 0 && off+int64(len(p)) > c.broken {
		return 0, errBroken
	}
	return c.Reader.ReadAt(p, off)
}

// Reads in any order return the bytes of the source.
func TestReadAheadIsTheSource(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 5*aheadSize+777)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	r := newReadAhead(bytes.NewReader(data), int64(len(data)))
	var off int64
	for range 5000 {
		switch random.IntN(4) {
		case 0:
			off = random.Int64N(int64(len(data)))
		default:
			off += 4096
		}
		want := make([]byte, 1+random.IntN(5000))
		got := make([]byte, len(want))
		n, errWant := bytes.NewReader(data).ReadAt(want, off)
		m, err := r.ReadAt(got, off)
		if n != m || errors.Is(errWant, io.EOF) != errors.Is(err, io.EOF) || !bytes.Equal(want[:n], got[:m]) {
			t.Fatalf("at %d: %d bytes, %v; want %d, %v", off, m, err, n, errWant)
		}
	}
}

func TestReadAheadReadsLessOften(t *testing.T) {
	source := &counted{Reader: bytes.NewReader(make([]byte, 10*aheadSize))}
	r := newReadAhead(source, 10*aheadSize)
	page := make([]byte, 4096)
	for off := int64(0); off < 10*aheadSize; off += 4096 {
		if _, err := r.ReadAt(page, off); err != nil {
			t.Fatal(err)
		}
	}
	if source.reads != 10 {
		t.Errorf("%d reads in order, want 10", source.reads)
	}
}

// A bad sector costs only the page it is in, not those before it.
func TestReadAheadBeforeABadSector(t *testing.T) {
	source := &counted{Reader: bytes.NewReader(make([]byte, aheadSize)), broken: 8192}
	r := newReadAhead(source, 10*aheadSize)
	page := make([]byte, 4096)
	for off, want := range map[int64]error{0: nil, 4096: nil, 8192: errBroken} {
		if _, err := r.ReadAt(page, off); !errors.Is(err, want) {
			t.Errorf("at %d: %v, want %v", off, err, want)
		}
	}
}
