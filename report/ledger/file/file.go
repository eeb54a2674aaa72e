// Package file tells what is at the path of a ledger's SQLite file, before anything there is
// opened, moved or written.
package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

var (
	// ErrForeign is a file that is no ledger of this program.
	ErrForeign = errors.New("of this program")
	// ErrAway is a file behind a link that leads nowhere, or in a folder that does not exist.
	ErrAway = errors.New("is not there")
)

// A Kind is one of the ledgers of this program.
type Kind struct {
	Noun   string   // history, database
	AppID  uint32   // its application id
	Tables []string // by which it is known where its header was overwritten; nil for nothing
}

// Content is what is at a path, as far as the first page tells. Whether it is whole is for
// SQLite to say.
type Content int

// What there can be.
const (
	Absent Content = iota // nothing
	Empty                 // a regular file of 0 bytes, as a process leaves that was killed at its first write
	Ours                  // a ledger of this kind, whole or not
)

// Identify reports what is at a path. Anything that is not a ledger of this kind is ErrForeign:
// only the name and the first page are read, and nothing is opened that is not a regular file.
// What is behind a link that leads nowhere is ErrAway.
func (k Kind) Identify(path string) (Content, error) {
	if err := k.CheckLinks(path); err != nil {
		return Absent, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Absent, nil
	case errors.Is(err, syscall.ENOTDIR):
		return Absent, fmt.Errorf("%s is not a folder", filepath.Dir(path))
	case err != nil:
		return Absent, k.Unreadable(err)
	case !info.Mode().IsRegular():
		return Absent, k.foreign(path, kindOf(info.Mode()))
	case info.Size() == 0:
		return Empty, nil
	case opened.has(path):
		return Ours, nil
	}
	page, err := beginning(path, pageSize)
	if err == nil && !k.marked(page) && !bytes.HasPrefix(page, []byte(magic)) && k.Tables != nil {
		page, err = beginning(path, schemaSize)
	}
	switch {
	case err != nil:
		return Absent, k.Unreadable(err)
	case !k.owns(page):
		return Absent, k.foreign(path, formOf(page))
	}
	return Ours, nil
}

// CheckLog reports whether what is at a path, if anything, is a write-ahead log of SQLite.
func (k Kind) CheckLog(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return k.Unreadable(err)
	case !info.Mode().IsRegular():
		return k.foreign(path, kindOf(info.Mode()))
	}
	page, err := beginning(path, pageSize)
	if err != nil {
		return k.Unreadable(err)
	}
	if len(page) > 0 && !bytes.HasPrefix(page, []byte{0x37, 0x7f, 0x06, 0x82}) && !bytes.HasPrefix(page, []byte{0x37, 0x7f, 0x06, 0x83}) {
		return k.foreign(path, "not a log of SQLite")
	}
	return nil
}

func (k Kind) foreign(path, what string) error {
	return fmt.Errorf("%s is not a %s %w: it is %s", path, k.Noun, ErrForeign, what)
}

// CheckLinks looks for a link that leads nowhere, in the path or above it: what is behind it
// may be on a volume that is not mounted.
func (k Kind) CheckLinks(path string) error {
	for at := path; ; at = filepath.Dir(at) {
		info, err := os.Lstat(at)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
				target, _ := os.Readlink(at) // only for the message
				return fmt.Errorf("the %s %w: %s is a link to %s, which does not exist", k.Noun, ErrAway, at, target)
			}
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// Unreadable says why a file or its folder could not be looked at.
func (k Kind) Unreadable(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("the %s cannot be read: %s: %w", k.Noun, pathError.Path, pathError.Err)
	}
	return fmt.Errorf("the %s cannot be read: %w", k.Noun, err)
}

// kindOf names what is not a regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	default:
		return "not a regular file"
	}
}

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100 // bytes
	appIDAt    = 68  // offset in the header, of a big-endian number
	pageSize   = 4096
	schemaSize = 512 << 10 // in which the pages of the schema are, since the tables are made first
)

// beginning reads the first bytes of a file. It must not be called while this process has the
// file open in SQLite: closing it would drop the locks of this process.
func beginning(path string, bytes int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, bytes))
}

// marked reports whether a file that begins so has the application id of this kind.
func (k Kind) marked(page []byte) bool {
	return len(page) >= headerSize && binary.BigEndian.Uint32(page[appIDAt:]) == k.AppID
}

// owns reports whether a beginning is that of a ledger of this kind, by its application id, or
// by its tables where the header was overwritten.
func (k Kind) owns(page []byte) bool {
	if k.marked(page) {
		return true
	}
	if bytes.HasPrefix(page, []byte(magic)) || len(k.Tables) == 0 {
		return false
	}
	for _, table := range k.Tables {
		if !bytes.Contains(page, []byte("CREATE TABLE "+table+" (")) {
			return false
		}
	}
	return true
}

// formOf names a foreign file.
func formOf(page []byte) string {
	if bytes.HasPrefix(page, []byte(magic)) {
		return "a SQLite database of another program"
	}
	return "not a SQLite database"
}

// A registry holds the files that this process has open in SQLite, and how often.
type registry struct {
	mu    sync.Mutex
	count map[string]int
}

var opened = registry{count: map[string]int{}}

// Opened notes that this process has a file open in SQLite. As long as it has, the file is not
// opened otherwise: closing it again would drop the locks of this process.
func Opened(path string) { opened.add(path, 1) }

// Closed notes that it has it open no more.
func Closed(path string) { opened.add(path, -1) }

func (r *registry) add(path string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count[path] += n
	if r.count[path] == 0 {
		delete(r.count, path)
	}
}

func (r *registry) has(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count[path] > 0
}

// Immutable is the address of a file that does not change while it is read.
func Immutable(path string) string { return Address(path) + "?immutable=1" }

// Address is a file's as SQLite takes it, to which settings can be added.
func Address(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}
