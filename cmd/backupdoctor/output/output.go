// Package output writes every file that a command is told to write: reports, events,
// recordings, lists and archives. They hold what was read on people's devices.
//
//   - A new file is private, unless its kind is made for other programs.
//   - It appears as a whole, and never in the place of a file that exists. With force it
//     replaces one, whose mode and owner it keeps, or is not written.
//   - A link is followed and its target replaced. A link that leads nowhere, or that belongs to
//     somebody else, is refused.
//   - A FIFO, a socket or a device is written to only with force, and waited for only until the
//     run ends.
package output

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// The modes of new files.
const (
	Private fs.FileMode = 0o600
	Shared  fs.FileMode = 0o666 // less the umask
)

// Files says which files may be written.
type Files struct {
	Force  bool      // replace files, and write to what is no regular file
	Stdout io.Writer // what "" and - stand for
	Until  time.Time // how long what is no regular file is waited for; zero for as long as the run
}

// IsStdout reports whether a path stands for stdout.
func IsStdout(path string) bool { return path == "" || path == "-" }

// A target is what a path leads to.
type target struct {
	path    string      // without links
	info    fs.FileInfo // nil if nothing is there
	special bool        // it is neither a regular file nor absent
}

// maxLinks bounds how many links are followed.
const maxLinks = 40

// find follows the links of a path. What is no regular file is left under its name, since some
// of those have none without links.
func find(path string) (target, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return target{}, command.Usage("", "%s is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		return target{path: path, info: info, special: true}, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return target{}, err
	}
	named := path
	for range maxLinks {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && path != named:
			return target{}, command.Usage("", "%s is a link to a file that does not exist", named)
		case errors.Is(err, fs.ErrNotExist):
			_, err := os.Stat(filepath.Dir(path)) // where it would be written
			return target{path: path}, err
		case err != nil:
			return target{}, err
		case info.Mode()&fs.ModeSymlink == 0:
			return target{path: path, info: info}, nil
		case ownedByOthers(info):
			return target{}, command.Usage("", "%s is a link of another user", named)
		}
		next, err := os.Readlink(path)
		if err != nil {
			return target{}, err
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		path = next
	}
	return target{}, fmt.Errorf("%s: too many links", named)
}

// permitted finds what a path leads to, and refuses what must not be written.
func (f Files) permitted(path string) (target, error) {
	t, err := find(path)
	switch {
	case err != nil || t.info == nil:
		return t, err
	case t.special && isBlockDevice(t.info.Mode()):
		return t, command.Usage("", "%s is a disk", path)
	case t.special && !f.Force:
		return t, command.Usage("--force writes to it", "%s is not a regular file", path)
	case t.special:
		return t, nil
	case !f.Force:
		return t, command.Usage("--force overwrites it", "%s exists already", path)
	case !keepsOwner(t.info):
		return t, command.Usage("write to another file", "%s belongs to another user or group, and would not any more", path)
	}
	return t, nil
}

func isBlockDevice(mode fs.FileMode) bool {
	return mode&fs.ModeDevice != 0 && mode&fs.ModeCharDevice == 0
}

// Check reports whether a file could be written, without touching it.
func (f Files) Check(path string) error {
	if IsStdout(path) {
		return nil
	}
	_, err := f.permitted(path)
	return err
}

// Write writes a file as a whole.
func (f Files) Write(ctx context.Context, path string, mode fs.FileMode, render func(io.Writer) error) error {
	w, err := f.Create(ctx, path, mode)
	if err != nil {
		return err
	}
	if err := render(w); err != nil {
		return errors.Join(err, w.Discard())
	}
	return w.Commit()
}

// A Writer writes a file. After the last write it is committed or discarded.
type Writer interface {
	io.Writer
	Commit() error
	Discard() error
}

// Create begins a file that appears once it is committed. What is no regular file has each
// write as it comes.
func (f Files) Create(ctx context.Context, path string, mode fs.FileMode) (Writer, error) {
	if IsStdout(path) {
		return buffered{bufio.NewWriterSize(f.Stdout, 64<<10), nil}, nil
	}
	t, err := f.permitted(path)
	if err != nil {
		return nil, err
	}
	if t.special {
		return f.openSpecial(ctx, path, t.info)
	}
	return wholefile.New(t.path, wholefile.Kind{Mode: mode, Replace: t.info != nil, Like: t.info})
}

// A Stream writes a file as it goes on.
type Stream interface {
	Writer
	Flush() error
}

// Stream opens a file that is written to line by line. Unlike other files it exists before it
// is complete: what it holds when a run is interrupted is the point of it.
func (f Files) Stream(ctx context.Context, path string) (Stream, error) {
	if IsStdout(path) {
		return buffered{bufio.NewWriter(f.Stdout), nil}, nil
	}
	t, err := f.permitted(path)
	if err != nil {
		return nil, err
	}
	if t.special {
		return f.openSpecial(ctx, path, t.info)
	}
	if t.info == nil {
		file, err := os.OpenFile(t.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, Private)
		return opened(file, err)
	}
	file, err := os.OpenFile(t.path, os.O_WRONLY|noFollow, 0)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || !os.SameFile(info, t.info) {
		return nil, errors.Join(err, file.Close(), fmt.Errorf("%s was replaced meanwhile", path))
	}
	if err := file.Truncate(0); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return opened(file, nil)
}

// buffered writes to a stream in large pieces.
type buffered struct {
	*bufio.Writer
	file io.Closer // nil if it stays open
}

func opened(file *os.File, err error) (Stream, error) {
	if err != nil {
		return nil, err
	}
	return buffered{bufio.NewWriter(file), file}, nil
}

func (b buffered) Commit() error {
	err := b.Flush()
	if b.file != nil {
		err = errors.Join(err, b.file.Close())
	}
	return err
}

// Discard leaves what was written already.
func (b buffered) Discard() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// Name gives a whole file that exists under another name its own. The file is closed.
func (f Files) Name(path string, file *os.File) error {
	t, err := f.permitted(path)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if t.special {
		return errors.Join(command.Usage("", "%s is not a regular file", path), file.Close())
	}
	return wholefile.Finish(file, t.path, wholefile.Kind{Replace: t.info != nil, Like: t.info})
}

// Same reports whether two paths lead to the same file.
func (f Files) Same(a, b string) bool {
	if IsStdout(a) || IsStdout(b) {
		return IsStdout(a) && IsStdout(b) || IsStdout(a) && f.isStdout(b) || IsStdout(b) && f.isStdout(a)
	}
	first, err := os.Stat(a)
	second, other := os.Stat(b)
	if err == nil && other == nil {
		return os.SameFile(first, second)
	}
	return whole(a) == whole(b)
}

// isStdout reports whether a path leads to the file or FIFO that stdout is.
func (f Files) isStdout(path string) bool {
	file, ok := f.Stdout.(*os.File)
	if !ok {
		return false
	}
	stdout, err := file.Stat()
	info, other := os.Stat(path)
	return err == nil && other == nil && stdout.Mode()&fs.ModeDevice == 0 && os.SameFile(stdout, info)
}

// whole is the path of a file that does not exist, with the links in its folder followed.
func whole(path string) string {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return filepath.Clean(path)
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	return filepath.Join(folder, filepath.Base(path))
}
