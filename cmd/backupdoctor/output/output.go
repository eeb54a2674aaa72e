// Package output writes every file that a command is asked to write: reports, events,
// recordings, lists and archives. They contain data from people's devices.
//
//   - A new file is private, unless its format is made for other programs.
//   - It appears complete, and never replaces an existing file without force. With force, the
//     new file keeps the mode and owner of the old one, or is not written.
//   - Links are followed and their targets replaced. A link that dangles, or belongs to another
//     user, is an error.
//   - A special file (a FIFO, a socket or a device) is written only with force, and waited for
//     only until the run ends.
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

// Modes of new files.
const (
	Private fs.FileMode = 0o600
	Shared  fs.FileMode = 0o666 // before the umask
)

// Files controls which files may be written.
type Files struct {
	Force  bool      // replace files, and write to special files
	Stdout io.Writer // used for "" and -
	Until  time.Time // how long to wait for a special file; zero for as long as the run
}

// IsStdout reports whether a path means stdout.
func IsStdout(path string) bool { return path == "" || path == "-" }

// A target is the file that a path refers to.
type target struct {
	path    string      // with links resolved
	info    fs.FileInfo // nil if the file does not exist
	special bool        // exists and is not a regular file
}

// maxLinks bounds how many links are followed.
const maxLinks = 40

// find follows the links of a path. The path of a special file is left as it is, since some
// have no other.
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
			_, err := os.Stat(filepath.Dir(path)) // the folder where it would be written
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

// permitted resolves a path, and returns an error if it must not be written.
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
		return t, command.Usage("--force overwrites it", "%s already exists", path)
	case !keepsOwner(t.info):
		return t, command.Usage("write to another file", "%s belongs to another user or group, and replacing it would change that", path)
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

// Write writes a file atomically.
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

// A Writer writes a file. After the last write it must be committed or discarded.
type Writer interface {
	io.Writer
	Commit() error
	Discard() error
}

// Create starts a file that appears when it is committed. A special file receives each write
// immediately.
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

// A Stream is a file that is readable while it is written.
type Stream interface {
	Writer
	Flush() error
}

// Stream opens a file for writing line by line. Unlike other files it exists before it is
// complete, so that it has the events of an interrupted run.
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
		return nil, errors.Join(err, file.Close(), fmt.Errorf("%s was replaced in the meantime", path))
	}
	if err := file.Truncate(0); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return opened(file, nil)
}

// buffered buffers writes to a stream.
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

// Discard keeps what was already written.
func (b buffered) Discard() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// Name gives a complete file, which has another name so far, its final path. It closes the
// file.
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

// Same reports whether two paths refer to the same file.
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

// isStdout reports whether a path refers to the file or FIFO that is stdout.
func (f Files) isStdout(path string) bool {
	file, ok := f.Stdout.(*os.File)
	if !ok {
		return false
	}
	stdout, err := file.Stat()
	info, other := os.Stat(path)
	return err == nil && other == nil && stdout.Mode()&fs.ModeDevice == 0 && os.SameFile(stdout, info)
}

// whole returns the path of a new file, with the links in its folder resolved.
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
