package library

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"sort"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// A Received describes a file as the device sent it.
type Received struct {
	ID     manifest.FileID
	Size   uint64
	SHA1   [sha1.Size]byte
	SHA256 [sha256.Size]byte
	At     time.Time // when its bytes were last seen to be these; zero if they must be read before that can be said
}

// recordSize is the length of a record including its checksum. Each record stands alone, so one
// damaged in a crash costs no other.
const recordSize = 20 + 8 + sha1.Size + sha256.Size + 8 + 4

// errRecord means that a record was not written completely.
var errRecord = errors.New("the record is damaged")

func (r Received) append(to []byte) []byte {
	start := len(to)
	to = append(to, r.ID[:]...)
	to = binary.BigEndian.AppendUint64(to, r.Size)
	to = append(append(to, r.SHA1[:]...), r.SHA256[:]...)
	to = binary.BigEndian.AppendUint64(to, uint64(r.At.Unix()))
	return binary.BigEndian.AppendUint32(to, crc32.ChecksumIEEE(to[start:]))
}

func parseRecord(record []byte) (r Received, err error) {
	body, sum := record[:recordSize-4], record[recordSize-4:]
	if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(sum) {
		return r, errRecord
	}
	body = body[copy(r.ID[:], body):]
	r.Size, body = binary.BigEndian.Uint64(body), body[8:]
	body = body[copy(r.SHA1[:], body):]
	body = body[copy(r.SHA256[:], body):]
	r.At = time.Unix(int64(binary.BigEndian.Uint64(body)), 0).UTC()
	return r, nil
}

// records reads all valid records, in the order written.
func records(r io.Reader, each func(Received) error) error {
	in := bufio.NewReaderSize(r, 1024*recordSize)
	var record [recordSize]byte
	for {
		_, err := io.ReadFull(in, record[:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
		received, err := parseRecord(record[:])
		if err != nil {
			continue
		}
		if err := each(received); err != nil {
			return err
		}
	}
}

// copyRecords copies all valid records, each as changed by change.
func copyRecords(to io.Writer, from io.Reader, change func(Received) Received) error {
	out := bufio.NewWriterSize(to, 64<<10)
	err := records(from, func(r Received) error {
		_, err := out.Write(change(r).append(nil))
		return err
	})
	return errors.Join(err, out.Flush())
}

// unseen returns a record of a file that must be read again.
func unseen(r Received) Received {
	r.At = time.Time{}
	return r
}

// bucketRecords is how many records are sorted in memory at a time.
const bucketRecords = 8 << 10

// maxBuckets is the maximum number of temporary files for larger logs.
const maxBuckets = 256

// sorted passes on the records of a log ordered by ID, the last one for each ID, in groups that
// share their first byte. Beyond a megabyte records are spread over temporary files, so
// memory use does not grow with their number.
func sorted(log *os.File, temporary func() (*os.File, error), each func([]Received) error) error {
	info, err := log.Stat()
	if err != nil {
		return err
	}
	if _, err := log.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if info.Size() <= bucketRecords*recordSize {
		var all []Received
		if err := records(log, func(r Received) error { all = append(all, r); return nil }); err != nil {
			return err
		}
		return each(lastOfEach(all))
	}
	buckets := make([]*os.File, maxBuckets)
	out := make([]*bufio.Writer, maxBuckets)
	for i := range buckets {
		if buckets[i], err = temporary(); err != nil {
			return err
		}
		defer buckets[i].Close()
		out[i] = bufio.NewWriterSize(buckets[i], 4<<10)
	}
	err = records(log, func(r Received) error {
		_, err := out[r.ID[0]].Write(r.append(nil))
		return err
	})
	if err != nil {
		return err
	}
	var some []Received
	for i := range buckets {
		if err := out[i].Flush(); err != nil {
			return err
		}
		if _, err := buckets[i].Seek(0, io.SeekStart); err != nil {
			return err
		}
		some = some[:0]
		if err := records(buckets[i], func(r Received) error { some = append(some, r); return nil }); err != nil {
			return err
		}
		if err := each(lastOfEach(some)); err != nil {
			return err
		}
	}
	return nil
}

// lastOfEach sorts records by ID and keeps the last one for each.
func lastOfEach(all []Received) []Received {
	slices.SortStableFunc(all, func(a, b Received) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	kept := all[:0]
	for i, r := range all {
		if i+1 == len(all) || all[i+1].ID != r.ID {
			kept = append(kept, r)
		}
	}
	return kept
}

// An Index looks up the received records of a copy.
type Index struct {
	file  *os.File
	count int64
}

// OpenIndex opens the index file next to a copy.
func OpenIndex(path string) (*Index, error) {
	file, err := openBeside(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.Size()%recordSize != 0 {
		err = errRecord
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Index{file, info.Size() / recordSize}, nil
}

// Close closes the index.
func (x *Index) Close() error { return x.file.Close() }

// blockRecords is how many records are read at a time to find one.
const blockRecords = 32

// Find returns the record of a file; ok is false if there is none. It is safe for concurrent
// use.
//
// IDs are digests, so interpolation guesses a position well; for crafted IDs it falls back on
// bisection.
func (x *Index) Find(id manifest.FileID) (r Received, ok bool) {
	wanted := binary.BigEndian.Uint32(id[:4])
	const guesses = 16
	low, high := int64(0), x.count // the record is at or after low and before high
	first, last := uint64(0), uint64(1)<<32
	var block [blockRecords * recordSize]byte
	for steps := 0; low < high; steps++ {
		guess := low + (high-low)/2
		if steps < guesses && last > first {
			guess = low + int64(uint64(high-low)*(uint64(wanted)-first)/(last-first))
		}
		start := max(low, min(guess-blockRecords/2, high-blockRecords))
		read := block[:min(blockRecords, high-start)*recordSize]
		if _, err := x.file.ReadAt(read, start*recordSize); err != nil {
			return r, false
		}
		n := len(read) / recordSize
		at := sort.Search(n, func(i int) bool { return bytes.Compare(read[i*recordSize:][:len(id)], id[:]) >= 0 })
		switch {
		case at < n && bytes.Equal(read[at*recordSize:][:len(id)], id[:]):
			r, err := parseRecord(read[at*recordSize:][:recordSize])
			return r, err == nil
		case at == n:
			low, first = start+int64(n), min(uint64(binary.BigEndian.Uint32(read[(n-1)*recordSize:])), uint64(wanted))
		case at == 0:
			high, last = start, max(uint64(binary.BigEndian.Uint32(read)), uint64(wanted))
		default:
			return r, false // it would be between two records of the block
		}
	}
	return r, false
}

// Confirm records that files of a backup were read again and are as they arrived: all of them, or
// only those that had to be read. It does nothing for a backup without received records.
func Confirm(folder string, now time.Time, all bool) error {
	index, err := IndexOf(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	draft, err := wholefile.New(index.file.Name(), wholefile.Kind{Mode: 0o600, Replace: true})
	if err != nil {
		return errors.Join(err, index.Close())
	}
	err = copyRecords(draft, index.file, func(r Received) Received {
		if all || r.At.IsZero() {
			r.At = now
		}
		return r
	})
	if err = errors.Join(err, index.Close()); err != nil { // Windows replaces no open file
		return errors.Join(err, draft.Discard())
	}
	return draft.Commit()
}

// Oldest returns when the file least recently read was read; zero if none was.
func (x *Index) Oldest() (oldest time.Time, err error) {
	err = records(io.NewSectionReader(x.file, 0, x.count*recordSize), func(r Received) error {
		if !r.At.IsZero() && (oldest.IsZero() || r.At.Before(oldest)) {
			oldest = r.At
		}
		return nil
	})
	return oldest, err
}
