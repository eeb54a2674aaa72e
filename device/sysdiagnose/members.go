package sysdiagnose

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path"
	"strings"
	"sync/atomic"

	"github.com/backupdoctor/backupdoctor/device"
)

// An iterator yields the members of an archive in order. An error, always a device.Reason,
// comes last.
type iterator = iter.Seq2[member, error]

// isLocal reports whether a name stays within the archive.
func isLocal(name string) bool {
	if name == "" || len(name) > maxName || strings.HasPrefix(name, "/") || strings.ContainsRune(name, 0) {
		return false
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == ".." {
			return false
		}
	}
	return true
}

// tarMembers iterates over a tar file, compressed or not.
func tarMembers(file *counter) iterator {
	return func(yield func(member, error) bool) {
		compressed, err := decompress(file)
		if err != nil {
			yield(member{}, reasonFor(err))
			return
		}
		plain := &watched{Reader: compressed}
		list := tar.NewReader(plain)
		for {
			header, err := list.Next()
			if err == io.EOF && plain.ended {
				err = io.ErrUnexpectedEOF // ended between two members without the end mark
			}
			if err == io.EOF {
				err = drain(plain)
				if err == nil {
					return
				}
			}
			if err != nil {
				yield(member{}, reasonFor(err))
				return
			}
			m := member{name: header.Name, size: header.Size, Reader: list}
			if header.Typeflag != tar.TypeReg {
				m = member{name: header.Name, Reader: bytes.NewReader(nil)}
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

// A watched reader records that it was read to its end. tar.Reader stops at the end mark,
// and reads further only if there is none.
type watched struct {
	io.Reader
	ended bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 && err == io.EOF {
		err = nil // the next read returns it again
	}
	w.ended = w.ended || n == 0 && err == io.EOF
	return n, err
}

// drain reads the padding after the end of a tar file, so that the gzip checksum is
// verified.
func drain(plain io.Reader) error {
	n, err := io.Copy(io.Discard, io.LimitReader(plain, maxPadding+1))
	if err == nil && n > maxPadding {
		return device.Hostile
	}
	return err
}

// decompress returns a reader of the tar file in a file that may be compressed.
func decompress(file *counter) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, 256<<10)
	magic, err := buffered.Peek(2)
	if err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil // tar.Reader reports errors
	}
	plain, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return &bounded{plain: plain, compressed: file}, nil
}

// A counter counts the bytes read through it. The count can be read concurrently.
type counter struct {
	r     io.Reader
	bytes atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// A bounded reader stops at a decompression bomb.
type bounded struct {
	plain      io.Reader
	compressed *counter
	bytes      int64 // decompressed so far
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.plain.Read(p)
	b.bytes += int64(n)
	if b.bytes > freeBytes && b.bytes/maxRatio > b.compressed.bytes.Load() {
		return n, device.Hostile
	}
	return n, err
}

// reasonFor returns the reason why an archive cannot be read any further.
func reasonFor(err error) error {
	if reason, ok := errors.AsType[device.Reason](err); ok {
		return reason
	}
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return device.Truncated
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, tar.ErrHeader), errors.As(err, &corrupt):
		return device.Malformed
	case errors.Is(err, fs.ErrPermission):
		return device.NotPermitted
	default:
		return device.Malformed
	}
}

// folderName stands for the top-level folder of an unpacked archive, which may have been
// renamed.
const folderName = "unpacked"

// folderMembers iterates over the files of a folder. It skips symbolic links and other
// non-regular files, and folders that cannot be read.
func folderMembers(folder fs.FS) iterator {
	return func(yield func(member, error) bool) {
		errStop := errors.New("stop")
		err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil && name == "." {
				return err
			}
			if err != nil || !entry.Type().IsRegular() {
				return nil
			}
			info, err := entry.Info()
			if err != nil {
				return nil
			}
			m := member{name: path.Join(folderName, name), size: info.Size(), Reader: &lazyFile{folder: folder, name: name}}
			more := yield(m, nil)
			m.Reader.(*lazyFile).close()
			if !more {
				return errStop
			}
			return nil
		})
		if err != nil && err != errStop {
			yield(member{}, reasonFor(err))
		}
	}
}

// A lazyFile is opened on first read, since most files of a folder are never read.
type lazyFile struct {
	folder fs.FS
	name   string
	file   fs.File
}

func (l *lazyFile) Read(p []byte) (int, error) {
	if l.file == nil {
		file, err := l.folder.Open(l.name)
		if err != nil {
			return 0, err
		}
		l.file = file
	}
	return l.file.Read(p)
}

func (l *lazyFile) close() {
	if l.file != nil {
		l.file.Close()
	}
}
