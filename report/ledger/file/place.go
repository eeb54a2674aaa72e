package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A Place is the location of a file that SQLite has open. SQLite would keep writing to a file that
// was removed, moved or overwritten, and that data would be lost.
type Place struct {
	path string
	kind Kind
	// open stays open until all connections are closed: closing any descriptor of the file would
	// drop the locks of this process.
	open *os.File
	info fs.FileInfo
}

// NotePlace records the file at path, which SQLite has open or is about to open.
func NotePlace(path string, kind Kind) (*Place, error) {
	open, err := os.Open(path)
	if err != nil {
		return nil, kind.Unreadable(err)
	}
	info, err := open.Stat()
	if err != nil {
		return nil, errors.Join(kind.Unreadable(err), open.Close())
	}
	return &Place{path, kind, open, info}, nil
}

// Check returns an error if the file was removed, moved or overwritten.
func (p *Place) Check() error {
	now, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s no longer exists", p.path)
	case err != nil:
		return p.kind.Unreadable(err)
	case !os.SameFile(p.info, now):
		return fmt.Errorf("%s is another file now", p.path)
	}
	header := make([]byte, headerSize)
	if _, err := p.open.ReadAt(header, 0); err != nil && !errors.Is(err, io.EOF) {
		return p.kind.Unreadable(err)
	}
	if !p.kind.owns(header) {
		return fmt.Errorf("%s was overwritten", p.path)
	}
	return nil
}

// Close must be called after all connections are closed.
func (p *Place) Close() error { return p.open.Close() }
