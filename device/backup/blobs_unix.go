//go:build unix

package backup

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/device/backup/database"
)

// A backup has hundreds of thousands of small files, and most of the cost per file is system
// calls. These functions skip what os.File does to support pollable files: open, stat, read and
// close take four calls instead of eight.

// blobDirectory is an open folder. Holding the file keeps the descriptor open.
type blobDirectory struct {
	file *os.File
	fd   int
}

// openDirectory does not block if a pipe has replaced the folder.
func openDirectory(root *os.Root, name string) (blobDirectory, error) {
	file, err := root.OpenFile(name, os.O_RDONLY|unix.O_DIRECTORY|database.NonBlocking, 0)
	if err != nil {
		return blobDirectory{}, err
	}
	return blobDirectory{file, int(file.Fd())}, nil
}

// openTop opens the folder of a backup.
func openTop(path string) (blobDirectory, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY|database.NonBlocking, 0)
	if err != nil {
		return blobDirectory{}, err
	}
	return blobDirectory{file, int(file.Fd())}, nil
}

// names returns up to most names in the folder. It may be called only once.
func (d blobDirectory) names(most int) ([]string, error) { return d.file.Readdirnames(most) }

func (d blobDirectory) close() {
	if d.file != nil {
		d.file.Close()
	}
}

func (d blobDirectory) lstat(name string) (blobInfo, error) {
	var stat unix.Stat_t // capturing this in a closure would allocate for every file
	for {
		if err := unix.Fstatat(d.fd, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != unix.EINTR {
			return infoOf(&stat), err
		}
	}
}

func infoOf(stat *unix.Stat_t) blobInfo {
	return blobInfo{
		size: uint64(max(stat.Size, 0)), modified: stat.Mtim.Nano(),
		regular: stat.Mode&unix.S_IFMT == unix.S_IFREG, link: stat.Mode&unix.S_IFMT == unix.S_IFLNK, dataless: isDataless(stat),
	}
}

// open does not follow links and does not block on pipes.
func (d blobDirectory) open(name string) (*blobFile, blobInfo, error) {
	var fd int
	err := retry(func() (err error) {
		fd, err = unix.Openat(d.fd, name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		return err
	})
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EMLINK) {
		return nil, blobInfo{link: true}, nil // systems differ in the error
	}
	if err != nil {
		return nil, blobInfo{}, err
	}
	file := &blobFile{fd}
	var stat unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &stat) }); err != nil {
		file.Close()
		return nil, blobInfo{}, err
	}
	info := infoOf(&stat)
	if !info.regular {
		file.Close()
		return nil, info, nil
	}
	return file, info, nil
}

// blobFile is an open file.
type blobFile struct{ fd int }

// Read implements [io.Reader].
func (f *blobFile) Read(p []byte) (n int, err error) {
	err = retry(func() error { n, err = unix.Read(f.fd, p); return err })
	return ended(n, len(p), err)
}

// ReadAt implements [io.ReaderAt].
func (f *blobFile) ReadAt(p []byte, off int64) (total int, err error) {
	for total < len(p) {
		var n int
		err := retry(func() (err error) { n, err = unix.Pread(f.fd, p[total:], off+int64(total)); return err })
		if n, err = ended(n, len(p)-total, err); err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

// ended converts the result of a read call to that of an [io.Reader].
func ended(n, wanted int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	if n == 0 && wanted > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close closes the file.
func (f *blobFile) Close() error { return unix.Close(f.fd) }

// retry repeats a call interrupted by a signal.
func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
