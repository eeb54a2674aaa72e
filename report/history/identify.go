package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// What is at the path of a history, as far as the first page tells. Whether it is whole is
// for SQLite to say.
type content int

const (
	absent content = iota // nothing
	empty                 // a regular file of 0 bytes, as a process leaves that was killed at its first write
	ours                  // a history of this program, whole or not
)

// identify reports what is at a path. Anything that is not a history of this program is
// ErrForeign: only the name and the first page are read, and nothing is opened that is not a
// regular file. What is behind a link that leads nowhere is ErrAway.
func identify(path string) (content, error) {
	if err := checkLinks(path); err != nil {
		return absent, err
	}
	info, err := os.Stat(path)
	switch {
	case isMissing(err):
		return absent, nil
	case errors.Is(err, syscall.ENOTDIR):
		return absent, fmt.Errorf("%s is not a folder", filepath.Dir(path))
	case err != nil:
		return absent, unreadable(err)
	case !info.Mode().IsRegular():
		return absent, fmt.Errorf("%s is %w: it is %s", path, ErrForeign, kindOf(info.Mode()))
	case info.Size() == 0:
		return empty, nil
	case openHere.has(path):
		return ours, nil
	}
	page, err := firstPage(path)
	switch {
	case err != nil:
		return absent, unreadable(err)
	case !isOurs(page):
		return absent, fmt.Errorf("%s is %w: it is %s", path, ErrForeign, formOf(page))
	}
	return ours, nil
}

// checkLinks looks for a link that leads nowhere, in the path or above it: what is behind it
// may be on a volume that is not mounted.
func checkLinks(path string) error {
	for at := path; ; at = filepath.Dir(at) {
		info, err := os.Lstat(at)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			if _, err := os.Stat(at); isMissing(err) {
				target, _ := os.Readlink(at) // only for the message
				return fmt.Errorf("%w: %s is a link to %s, which does not exist", ErrAway, at, target)
			}
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// unreadable says why a file or its folder could not be looked at.
func unreadable(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("the history cannot be read: %s: %w", pathError.Path, pathError.Err)
	}
	return fmt.Errorf("the history cannot be read: %w", err)
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
	appIDAt    = 68  // offset in the header
	pageSize   = 4096
)

var appID = []byte("bdoc")

// firstPage reads the beginning of a file. It must not be called while this process has the
// file open in SQLite: closing it would drop the locks of this process.
func firstPage(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, pageSize))
}

// isOurs reports whether a first page is that of a history, by its application id, or by its
// tables where the header was overwritten.
func isOurs(page []byte) bool {
	if len(page) >= headerSize && bytes.Equal(page[appIDAt:appIDAt+len(appID)], appID) {
		return true
	}
	if bytes.HasPrefix(page, []byte(magic)) {
		return false
	}
	for _, table := range []string{"runs", "devices", "findings", "details"} {
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
	mu   sync.Mutex
	open map[string]int
}

var openHere = registry{open: map[string]int{}}

func (r *registry) add(path string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[path] += n
	if r.open[path] == 0 {
		delete(r.open, path)
	}
}

func (r *registry) has(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open[path] > 0
}
