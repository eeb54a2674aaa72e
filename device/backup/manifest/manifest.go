// Package manifest reads the list of files of a backup in both its forms: Manifest.db, a SQLite
// database (iOS 10 and later), and Manifest.mbdb (iOS 4 to 9).
//
// [OpenDB], [OpenEncryptedDB] and [OpenMBDB] return a [Manifest]. Its Rows are yielded in
// stored order, one at a time and into the same memory, because a manifest may have a million.
// A row that cannot be read carries the reason, and iteration continues.
//
// This package does not access the files that a manifest lists.
package manifest

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"iter"
)

// Errors of a manifest or one of its rows.
var (
	ErrMalformed = errors.New("the manifest is malformed")         // nothing can be read
	ErrTruncated = errors.New("the manifest ends within a record") // the rows before that were read
	ErrRow       = errors.New("the row is malformed")
	ErrFileID    = errors.New("the row's fileID is not the SHA-1 of its domain and path")
	ErrNotFound  = errors.New("the manifest does not list this file")
	ErrLayout    = errors.New("the manifest has an unknown layout")   // readable, but something else
	ErrLocked    = errors.New("the manifest's records are encrypted") // and no key was given
)

// A Manifest is an open list of files.
type Manifest interface {
	// Rows yields every row, in stored order. A Row is overwritten by the next one. An error,
	// including that of ctx, ends the iteration.
	Rows(ctx context.Context) iter.Seq2[*Row, error]

	// Find returns one file by its ID, or ErrNotFound.
	Find(ctx context.Context, id FileID) (Row, error)

	// Length returns the approximate number of rows, for a progress bar; 0 if that is unknown
	// without reading them.
	Length(ctx context.Context) uint64

	// Check looks for damage that reading the rows would not detect. Indexes, which only a
	// device reads, take as long as everything else and are checked on request.
	Check(ctx context.Context, indexes bool) error

	// Flat reports whether files are directly in the backup folder, as up to iOS 9, rather than
	// in 256 folders named after the first byte of their ID.
	Flat() bool

	Close() error
}

// A Row is one entry of a manifest. Its slices are valid until the next row.
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

// Kind is the type of a row's entry.
type Kind uint8

// Kinds of rows. Only a File has stored bytes.
const (
	Other Kind = iota
	File
	Directory
	Link
)

// kindOf returns the kind for a st_mode.
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

// IDOf returns the ID of a file: the SHA-1 of its domain, a hyphen and its path.
func IDOf(domain, path string) FileID { return sha1.Sum([]byte(domain + "-" + path)) }

// ParseID parses 40 lower-case hexadecimal digits and accepts nothing else: an ID becomes a
// file name, so it must neither escape the folder nor differ by case.
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

// digits maps lower-case hexadecimal digits to their values.
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

// noDigit has all bits set, and so does anything ORed with it.
const noDigit = 0xff

// String returns the ID as a file name.
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
