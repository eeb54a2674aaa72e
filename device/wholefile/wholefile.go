// Package wholefile writes files that are there as a whole or not at all.
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

// A Kind says how a file appears.
type Kind struct {
	Mode    fs.FileMode // the umask applies
	Replace bool        // it may take the place of another; else its name must be free
	Like    fs.FileInfo // a file whose mode and owner it takes over; nil for Mode and this user
}

// ErrOwner means that the owner of a file that is to be replaced cannot be kept.
var ErrOwner = errors.New("its owner and group cannot be kept")

// A Draft is a file that does not exist yet under its name.
type Draft struct {
	path string
	kind Kind
	file *os.File
	out  *bufio.Writer
	done bool
}

// New makes a draft in the folder of path, under a name that nobody can foresee.
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

// Finish gives a file that was written under another name the name that it is to have. After an
// error it keeps the name that it has.
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

// Write adds to the draft.
func (d *Draft) Write(p []byte) (int, error) { return d.out.Write(p) }

// Commit gives the file its name once its content is on the disk. After an error the draft is
// gone, and what was there is unchanged.
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

// install gives a draft its name. A new file must not take the place of one that somebody made
// meanwhile, so it gets its name by a link, which cannot replace anything. Where the file system
// has no links, the name is looked up before.
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

// Write puts a new file at path, in the place of the one that is there, if any. The file
// appears once fill has returned and its content is on the disk, so that neither a full disk
// nor a kill leaves half of it; after an error what was there is unchanged. Only its owner may
// read it, whatever the mode of the file before. Its folder must exist.
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

// WriteBytes is Write for what is at hand as a whole.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// withoutPath drops the name of the draft from an error of the file system.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	if inner, ok := errors.AsType[*os.LinkError](err); ok {
		return inner.Err
	}
	return err
}
