// Package file identifies what is at the path of a ledger's SQLite file before it is opened, moved
// or written.
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
	// ErrForeign is returned for a file that is not a ledger of this program.
	ErrForeign = errors.New("of this program")
	// ErrAway is returned for a dangling link, or a file in a folder that does not exist.
	ErrAway = errors.New("is not there")
)

// The SQLite application IDs of this program's ledgers.
const (
	HistoryID = 0x62646c67 // "bdlg"
	HubID     = 0x6264666c // "bdfl"
)

// A Kind is one of this program's types of ledger.
type Kind struct {
	Noun   string   // history or database
	AppID  uint32   // SQLite application ID
	Tables []string // identify the file if its header was overwritten; nil for none
}

// Content is what is at a path, judging by the first page. SQLite decides whether the rest is
// intact.
type Content int

const (
	Absent Content = iota // nothing
	Empty                 // a regular file of 0 bytes, as left by a process killed at its first write
	Ours                  // a ledger of this kind, intact or not
)

// Identify reports what is at a path. It returns ErrForeign for anything that is not a ledger of
// this kind, and ErrAway for a dangling link. It reads only the name and the first page, and opens
// only regular files.
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

// CheckLog returns an error if path exists and is neither empty nor a SQLite write-ahead log.
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

// CheckBeside returns an error if anything but a regular file is at the path of a file that is kept
// beside a ledger, such as a lock: opening a named pipe would wait for another process.
func CheckBeside(path, noun string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() {
		return nil // why it cannot be inspected shows when it is opened
	}
	return fmt.Errorf("%s is not a %s %w: it is %s", path, noun, ErrForeign, kindOf(info.Mode()))
}

func (k Kind) foreign(path, what string) error {
	return fmt.Errorf("%s is not a %s %w: it is %s", path, k.Noun, ErrForeign, what)
}

// CheckLinks looks for a dangling link in the path or its parents: its target may be on a volume
// that is not mounted.
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

// Unreadable returns the error for a file or folder that cannot be inspected.
func (k Kind) Unreadable(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("the %s cannot be read: %s: %w", k.Noun, pathError.Path, pathError.Err)
	}
	return fmt.Errorf("the %s cannot be read: %w", k.Noun, err)
}

// kindOf names the type of a file that is not regular.
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
	appIDAt    = 68  // offset of a big-endian number in the header
	pageSize   = 4096
	schemaSize = 512 << 10 // contains the schema pages, since the tables are created first
)

// beginning reads the first bytes of a file. It must not be called while this process has the file
// open in SQLite: closing it would drop the locks of this process.
func beginning(path string, bytes int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, bytes))
}

// marked reports whether a first page has the application ID of this kind.
func (k Kind) marked(page []byte) bool {
	return len(page) >= headerSize && binary.BigEndian.Uint32(page[appIDAt:]) == k.AppID
}

// owns reports whether a first page belongs to a ledger of this kind, by its application ID, or by
// its tables if the header was overwritten.
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

// formOf names the format of a foreign file.
func formOf(page []byte) string {
	switch {
	case (Kind{AppID: HistoryID}).marked(page):
		return "the history of a computer, which backupdoctor history reads"
	case (Kind{AppID: HubID}).marked(page):
		return "the database of a hub, which backupdoctor fleet reads"
	case bytes.HasPrefix(page, []byte(magic)):
		return "a SQLite database of another program"
	}
	return "not a SQLite database"
}

// A registry counts how often this process has each file open in SQLite.
type registry struct {
	mu    sync.Mutex
	count map[string]int
}

var opened = registry{count: map[string]int{}}

// Opened records that this process has opened a file in SQLite. Until Closed, the file is not
// opened in any other way: closing it again would drop the locks of this process.
func Opened(path string) { opened.add(path, 1) }

// Closed undoes one call of Opened.
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

// Address returns the SQLite URI of a file, to which settings can be appended.
func Address(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}
