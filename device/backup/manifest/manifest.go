// Package manifest reads the list of files of a backup, in both its forms: Manifest.db,
// a SQLite database (iOS 10 and later), and Manifest.mbdb (iOS 4 to 9).
//
// [OpenDB], [OpenEncryptedDB] and [OpenMBDB] answer a [Manifest]. Its Rows come in the
// order in which they are stored, one at a time and into the same memory: a manifest may
// have a million. A row that cannot be read is answered with the reason in it, and those
// after it still come.
//
// Nothing here looks at the files a manifest lists.
package manifest

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"iter"
)

// What can be wrong with a manifest or one of its rows.
var (
	ErrMalformed = errors.New("the manifest is not what it should be") // nothing of it can be read
	ErrTruncated = errors.New("the manifest breaks off")               // its rows until then were read
	ErrRow       = errors.New("the row is not what it should be")
	ErrFileID    = errors.New("the row's fileID is not the SHA-1 of its domain and path")
	ErrNotFound  = errors.New("the manifest does not list this file")
	ErrLayout    = errors.New("the manifest has a layout that is not known") // it can be read, and is another thing
	ErrLocked    = errors.New("the manifest's records are encrypted")        // and no key was given
)

// A Manifest is an open list of files.
type Manifest interface {
	// Rows answers every row, in the order stored. The Row is overwritten by the next
	// one. An error ends the rows; an error of ctx is among them.
	Rows(ctx context.Context) iter.Seq2[*Row, error]

	// Find answers one file by its id, or ErrNotFound.
	Find(ctx context.Context, id FileID) (Row, error)

	// Length is about how many rows there are, for a progress bar; 0 if that is not
	// known without reading them.
	Length(ctx context.Context) uint64

	// Check looks for damage beyond what reading the rows would show. The indexes, which
	// only a device reads, take as long as all the rest and are checked if asked for.
	Check(ctx context.Context, indexes bool) error

	// Flat reports whether files lie in the backup's folder itself, as until iOS 9, and
	// not in 256 folders named after the first byte of their id.
	Flat() bool

	Close() error
}

// A Row is one entry of a manifest. Its slices are good until the next row.
type Row struct {
	ID     FileID
	Domain []byte
	Path   []byte // relative to the domain
	Kind   Kind
	Err    error // why the rest of the row could not be read; wraps ErrRow or ErrFileID

	Size            uint64 // bytes when the device scanned the file
	HasSize         bool   // false if the row does not say
	Digest          []byte // SHA-1 of the bytes as stored; nil if the row has none
	EncryptionKey   []byte // class and wrapped key; nil if not encrypted
	ProtectionClass uint8
}

// Kind is what a row lists.
type Kind uint8

// Kinds of rows. Only a File has stored bytes.
const (
	Other Kind = iota
	File
	Directory
	Link
)

// kindOf reads the type out of a st_mode.
func kindOf(mode uint32) Kind {
	switch mode >> 12 {
	case 8:
		return File
	case 4:
		return Directory
	case 10:
		return Link
	}
	return Other
}

// A FileID names the stored bytes of a file.
type FileID [sha1.Size]byte

// IDOf is the id of a file: the SHA-1 of its domain, a hyphen and its path.
func IDOf(domain, path string) FileID { return sha1.Sum([]byte(domain + "-" + path)) }

// ParseID reads 40 lower-case hexadecimal digits. Nothing else is an id: it becomes a
// file name, and must neither climb out of the folder nor differ by case.
func ParseID(text []byte) (id FileID, ok bool) {
	if len(text) != 2*len(id) {
		return id, false
	}
	for i := range id {
		high, low := digits[text[2*i]], digits[text[2*i+1]]
		if high|low == noDigit {
			return id, false
		}
		id[i] = high<<4 | low
	}
	return id, true
}

// digits are the values of the lower-case hexadecimal digits.
var digits = func() (values [256]byte) {
	for c := range values {
		switch {
		case c >= '0' && c <= '9':
			values[c] = byte(c - '0')
		case c >= 'a' && c <= 'f':
			values[c] = byte(c - 'a' + 10)
		default:
			values[c] = noDigit
		}
	}
	return values
}()

// noDigit has all bits set, and so does whatever it is joined to.
const noDigit = 0xff

// String is the id as a file name.
func (id FileID) String() string {
	var text [2 * len(id)]byte // hex.EncodeToString would allocate twice
	hex.Encode(text[:], id[:])
	return string(text[:])
}

// hasher computes ids without allocating.
type hasher struct{ buffer []byte }

func (h *hasher) idOf(domain, path []byte) FileID {
	h.buffer = append(append(append(h.buffer[:0], domain...), '-'), path...)
	return sha1.Sum(h.buffer)
}
