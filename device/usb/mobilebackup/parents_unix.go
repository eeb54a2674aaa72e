//go:build unix

package mobilebackup

import (
	"os"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxParents limits the folders that one backup keeps open: 256 in which files arrive, 256 in
// which they end up, and a few more.
const maxParents = 520

// openParents counts the folders that all backups of this process keep open.
var openParents atomic.Int64

// parents keeps folders open, so that a file in one is created or renamed with one system call.
// Walking the path takes a dozen per file, which for small files is most of the work. It is only a
// cache: if it does not help, the path is walked.
type parents struct {
	mu   sync.Mutex
	open map[string]*os.File
}

// of returns dir as an open folder, or nil if it may not be kept open or cannot be opened. It stays
// open until forget or trim.
func (p *parents) of(root *os.Root, dir string) *os.File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if folder, ok := p.open[dir]; ok {
		return folder
	}
	if len(p.open) >= maxParents || openParents.Load() >= mostParents() || holdsStored(dir) {
		return nil
	}
	folder, err := root.OpenFile(dir, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil
	}
	if p.open == nil {
		p.open = map[string]*os.File{}
	}
	p.open[dir] = folder
	openParents.Add(1)
	return folder
}

// holdsStored reports whether a folder on the path is named like a stored file. Such a folder is
// never kept open, so that moving or removing a stored file need not close any. No device creates
// one.
func holdsStored(dir string) bool {
	for name := range strings.SplitSeq(dir, "/") {
		if isStored(name) {
			return true
		}
	}
	return false
}

// mostParents returns how many folders all backups together may keep open: a quarter of this
// process's limit on open files.
func mostParents() int64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int64(min(limit.Cur, 1<<20) / 4)
}

// trim closes all folders if there is no room for another. Call it only while no file is being
// written.
func (p *parents) trim() {
	if len(p.open) >= maxParents {
		p.forget()
	}
}

// forget closes all folders. Call it only while no file is being written.
func (p *parents) forget() {
	for _, folder := range p.open {
		folder.Close()
	}
	openParents.Add(-int64(len(p.open)))
	clear(p.open)
}

// rename renames a file or folder. Both names are clean.
func (f *Folder) rename(from, to string) error {
	source, target := f.parents.of(f.root, path.Dir(from)), f.parents.of(f.root, path.Dir(to))
	if source != nil && target != nil && unix.Renameat(int(source.Fd()), path.Base(from), int(target.Fd()), path.Base(to)) == nil {
		return nil
	}
	return f.root.Rename(from, to)
}

// createFile creates a file that must not exist. The name is clean.
func (f *Folder) createFile(name string) (*os.File, error) {
	if parent := f.parents.of(f.root, path.Dir(name)); parent != nil {
		fd, err := unix.Openat(int(parent.Fd()), path.Base(name), unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		if err == nil {
			return os.NewFile(uintptr(fd), name), nil
		}
	}
	return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}
