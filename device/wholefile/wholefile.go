// Package wholefile writes files atomically.
package wholefile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Kind says how a file is created.
type Kind struct {
	Mode    fs.FileMode // the umask applies
	Replace bool        // may replace an existing file; otherwise the name must be free
	Like    fs.FileInfo // copy mode and owner from this file; nil for Mode and the current user
}

// ErrOwner means that the owner of the replaced file could not be preserved.
var ErrOwner = errors.New("its owner and group cannot be kept")

// A Draft is a file that does not have its final name yet.
type Draft struct {
	path string
	kind Kind
	file *os.File
	out  *bufio.Writer
	done bool
}

// New creates a draft in the folder of path, under an unpredictable name.
func New(path string, kind Kind) (*Draft, error) {
	name := filepath.Join(filepath.Dir(path), ".new-"+rand.Text())
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, kind.Mode)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	d := &Draft{path: path, kind: kind, file: file, out: bufio.NewWriterSize(file, 64<<10)}
	if kind.Like != nil {
		if err := takeOver(file, kind.Like); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, withoutPath(err)), d.Discard())
		}
	}
	return d, nil
}

// Finish syncs and closes a file written under a temporary name, and renames it to path.
// After an error it keeps its temporary name.
func Finish(file *os.File, path string, kind Kind) error {
	var err error
	if kind.Like != nil {
		err = takeOver(file, kind.Like)
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = install(file.Name(), path, kind.Replace)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	return nil
}

// Write appends to the draft.
func (d *Draft) Write(p []byte) (int, error) { return d.out.Write(p) }

// Commit syncs the draft and gives it its final name. After an error the draft is removed
// and any existing file is unchanged.
func (d *Draft) Commit() error {
	if d.done {
		return nil
	}
	err := d.out.Flush()
	if err == nil {
		err = d.file.Sync()
	}
	err = errors.Join(err, d.file.Close())
	if err == nil {
		err = install(d.file.Name(), d.path, d.kind.Replace)
	}
	d.done = err == nil
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", d.path, withoutPath(err)), d.Discard())
	}
	return nil
}

// install renames a draft. A new file must not overwrite one created in the meantime, so it
// is hard-linked, which never replaces anything. Where the file system does not support
// links, install checks the name before renaming.
func install(draft, path string, replace bool) error {
	if replace {
		return os.Rename(draft, path)
	}
	err := os.Link(draft, path)
	if err == nil {
		return os.Remove(draft)
	}
	if _, taken := os.Lstat(path); errors.Is(err, fs.ErrExist) || !errors.Is(taken, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return os.Rename(draft, path)
}

// Discard removes a draft that was not committed.
func (d *Draft) Discard() error {
	if d.done {
		return nil
	}
	d.done = true
	d.file.Close()
	if err := os.Remove(d.file.Name()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Write atomically writes a file at path, replacing any existing one. The file appears only
// after fill has returned and the content is on disk, so neither a full disk nor a crash
// leaves a partial file; after an error any existing file is unchanged. The file is
// readable by its owner only, whatever the mode of the file it replaces. Its folder must
// exist.
func Write(path string, fill func(io.Writer) error) error {
	d, err := New(path, Kind{Mode: 0o600, Replace: true})
	if err != nil {
		return err
	}
	if err := fill(d); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", path, withoutPath(err)), d.Discard())
	}
	return d.Commit()
}

// WriteBytes is [Write] for content that is already in memory.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// withoutPath removes the draft's name from a file system error.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	if inner, ok := errors.AsType[*os.LinkError](err); ok {
		return inner.Err
	}
	return err
}
