package manifest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"slices"
)

// mbdb is a Manifest.mbdb: a header, then consecutive big-endian records. Each text and blob is
// preceded by its length in two bytes, 0xFFFF for none.
type mbdb struct {
	file   io.ReaderAt
	size   int64
	source io.Closer

	index  []place // of the rows, by ID; nil until one is looked for
	rest   int64   // where the rows begin that are not in the index; 0 if there are none
	damage error   // why the rows after those could not be read
}

// A place is where in the file a row begins.
type place struct {
	id FileID
	at int64
}

// mostPlaces bounds the memory of an index. No device is known to have as many files.
const mostPlaces = 1 << 20

const mbdbHeader = "mbdb\x05\x00"

// OpenMBDB opens a Manifest.mbdb. It is never encrypted.
func OpenMBDB(path string) (Manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	m := &mbdb{file: file, size: info.Size(), source: file}
	var header [len(mbdbHeader)]byte
	if _, err := file.ReadAt(header[:], 0); err != nil || string(header[:]) != mbdbHeader {
		file.Close()
		if err == nil && string(header[:4]) == mbdbHeader[:4] {
			return nil, fmt.Errorf("%w: mbdb version %d.%d", ErrLayout, header[4], header[5])
		}
		return nil, fmt.Errorf("%w: no mbdb header", ErrMalformed)
	}
	return m, nil
}

func (m *mbdb) Flat() bool { return true }

func (m *mbdb) Close() error { return m.source.Close() }

// Length is unknown: records vary in length.
func (m *mbdb) Length(context.Context) uint64 { return 0 }

// Check does nothing: Rows already reads every byte of an mbdb.
func (m *mbdb) Check(context.Context, bool) error { return nil }

func (m *mbdb) Rows(ctx context.Context) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		m.each(ctx, int64(len(mbdbHeader)), func(row *Row, _ int64, err error) bool { return yield(row, err) })
	}
}

// each yields the rows from an offset on, and where they begin.
func (m *mbdb) each(ctx context.Context, from int64, yield func(row *Row, at int64, err error) bool) {
	reader := m.readFrom(from)
	for {
		if ctx.Err() != nil {
			yield(nil, 0, context.Cause(ctx))
			return
		}
		if _, err := reader.in.Peek(1); errors.Is(err, io.EOF) {
			return
		}
		at := reader.at()
		row, err := reader.read()
		if !yield(row, at, err) || err != nil {
			return
		}
	}
}

// readFrom returns a reader of the rows from an offset on.
func (m *mbdb) readFrom(at int64) *mbdbReader {
	section := io.NewSectionReader(m.file, at, m.size-at)
	return &mbdbReader{in: bufio.NewReaderSize(section, 256<<10), section: section}
}

// Find scans the rows once, and remembers where they are: an mbdb has no index.
func (m *mbdb) Find(ctx context.Context, id FileID) (Row, error) {
	if m.index == nil {
		m.makeIndex(ctx, mostPlaces)
	}
	i, found := slices.BinarySearchFunc(m.index, id, func(p place, id FileID) int { return bytes.Compare(p.id[:], id[:]) })
	switch {
	case found:
		row, err := m.readFrom(m.index[i].at).read()
		if err != nil {
			return Row{}, err
		}
		return *row, nil
	case m.rest > 0:
		return m.scan(ctx, id, m.rest)
	case m.damage != nil:
		return Row{}, m.damage
	default:
		return Row{}, ErrNotFound
	}
}

func (m *mbdb) makeIndex(ctx context.Context, most int) {
	index := []place{}
	m.each(ctx, int64(len(mbdbHeader)), func(row *Row, at int64, err error) bool {
		switch {
		case err != nil:
			m.damage = err
		case len(index) == most:
			m.rest = at
		default:
			index = append(index, place{row.ID, at})
		}
		return m.rest == 0
	})
	slices.SortStableFunc(index, func(a, b place) int { return bytes.Compare(a.id[:], b.id[:]) })
	m.index = index
}

// scan looks for a row from an offset on.
func (m *mbdb) scan(ctx context.Context, id FileID, from int64) (found Row, err error) {
	err = ErrNotFound
	m.each(ctx, from, func(row *Row, _ int64, failed error) bool {
		switch {
		case failed != nil:
			err = failed
		case row.ID == id:
			found, err = *row, nil
			return false
		}
		return true
	})
	return found, err
}

// mbdbReader reads records into one buffer.
type mbdbReader struct {
	in      *bufio.Reader
	section *io.SectionReader // what in reads
	row     Row
	buffer  []byte
	hasher  hasher
}

// at returns the offset of the next record in the file.
func (r *mbdbReader) at() int64 {
	_, start, _ := r.section.Outer()
	read, _ := r.section.Seek(0, io.SeekCurrent) // which never fails
	return start + read - int64(r.in.Buffered())
}

// mbdbFixed holds the fixed-length fields in the middle of a record.
type mbdbFixed struct {
	Mode                 uint16
	Inode                uint64
	UID, GID             uint32
	MTime, ATime, CTime  uint32
	Size                 uint64
	ProtectionClass, Num uint8
}

const mbdbFixedSize = 40

// none is the length of an absent field.
const none = 0xffff

func (r *mbdbReader) read() (*Row, error) {
	r.buffer = r.buffer[:0]
	var ends [5]int // ends of domain, path, link target, data hash, encryption key
	var present [5]bool
	for i := range ends {
		ok, err := r.field()
		if err != nil {
			return nil, err
		}
		ends[i], present[i] = len(r.buffer), ok
	}
	fixed, err := r.fixed()
	if err != nil {
		return nil, err
	}
	for range 2 * int(fixed.Num) { // extended attributes, a name and a value each
		if err := r.skip(); err != nil {
			return nil, err
		}
	}
	part := func(i int) []byte {
		if !present[i] {
			return nil
		}
		if i == 0 {
			return r.buffer[:ends[0]]
		}
		return r.buffer[ends[i-1]:ends[i]]
	}
	r.row = Row{
		Domain: part(0), Path: part(1), Kind: kindOf(uint32(fixed.Mode)),
		Size: fixed.Size, HasSize: true, Digest: part(3), EncryptionKey: part(4), ProtectionClass: fixed.ProtectionClass,
	}
	r.row.ID = r.hasher.idOf(r.row.Domain, r.row.Path)
	r.row.Err = r.fault(present[0] && present[1])
	return &r.row, nil
}

// fault returns what no device writes in the current row. named is false if it has no domain or path.
func (r *mbdbReader) fault(named bool) error {
	digest, key := len(r.row.Digest), len(r.row.EncryptionKey)
	switch {
	case !named && r.row.Kind == File:
		return fmt.Errorf("%w: no domain or path", ErrRow)
	case digest != 0 && digest != 20:
		return fmt.Errorf("%w: data hash of %d bytes", ErrRow, digest)
	case key != 0 && key != 44:
		return fmt.Errorf("%w: key of %d bytes", ErrRow, key)
	case r.row.Size > math.MaxInt64:
		return fmt.Errorf("%w: negative size", ErrRow)
	}
	return nil
}

// field appends one field to the buffer, and reports whether it is present.
func (r *mbdbReader) field() (bool, error) {
	length, err := r.length()
	if err != nil || length == none {
		return false, err
	}
	start := len(r.buffer)
	r.buffer = slices.Grow(r.buffer, length)[:start+length]
	_, err = io.ReadFull(r.in, r.buffer[start:])
	return true, broken(err)
}

func (r *mbdbReader) skip() error {
	length, err := r.length()
	if err != nil || length == none {
		return err
	}
	_, err = r.in.Discard(length)
	return broken(err)
}

func (r *mbdbReader) length() (int, error) {
	var two [2]byte
	_, err := io.ReadFull(r.in, two[:])
	return int(binary.BigEndian.Uint16(two[:])), broken(err)
}

func (r *mbdbReader) fixed() (mbdbFixed, error) {
	var b [mbdbFixedSize]byte
	if _, err := io.ReadFull(r.in, b[:]); err != nil {
		return mbdbFixed{}, broken(err)
	}
	var fixed mbdbFixed
	if _, err := binary.Decode(b[:], binary.BigEndian, &fixed); err != nil {
		return mbdbFixed{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return fixed, nil
}

// broken distinguishes a truncated file from one that cannot be read.
func broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
