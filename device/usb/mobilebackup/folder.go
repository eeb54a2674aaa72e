package mobilebackup

import (
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// An Arrival is a file received from the device.
type Arrival struct {
	Path   string // relative to the folder
	Size   int64
	SHA1   [sha1.Size]byte // the digest used by the manifest for some files
	SHA256 [sha256.Size]byte
	Again  bool // an earlier session had received it, too
}

// A Folder is where a device stores its backup. Only one session may use it at a time.
type Folder struct {
	// Free returns the disk space available to this user, in bytes. The device gets this value.
	// If it is unknown, Free must return an error, never 0.
	Free func() (uint64, error)

	// Kept is called with received files once they are synced to disk under their names. If it
	// returns an error, the device gets a write error.
	Kept func([]Arrival) error

	root    *os.Root
	parents parents
	pending changes
	syncing chan error // receives the result of the sync in progress; nil if there is none
	lost    error      // why an earlier sync failed: what it covered may not be on the disk
	writing writing
	number  atomic.Uint64 // of the last file in arriving
}

// OpenFolder opens an existing folder and removes unfinished files from an earlier session.
func OpenFolder(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	f := &Folder{
		Free:    func() (uint64, error) { return 0, errors.ErrUnsupported },
		Kept:    func([]Arrival) error { return nil },
		root:    root,
		pending: newChanges(),
		writing: newWriting(),
	}
	err = root.RemoveAll(arriving)
	if err == nil {
		err = root.Mkdir(arriving, 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// Close syncs all files to disk and closes the folder.
func (f *Folder) Close() error {
	err := f.sync()
	f.parents.forget()
	return errors.Join(err, f.root.RemoveAll(arriving), f.root.Close())
}

// An entry describes a file or folder to the device.
type entry struct {
	kind     string
	size     uint64
	modified time.Time
}

// list returns the contents of a folder, except files still being received.
func (f *Folder) list(name string) (map[string]entry, error) {
	f.settle()
	folder, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries := map[string]entry{}
	for {
		const some = 1024
		list, err := folder.ReadDir(some)
		for _, found := range list {
			if name == "." && found.Name() == arriving {
				continue
			}
			info, err := found.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			entries[found.Name()] = entryOf(info)
		}
		switch {
		case errors.Is(err, io.EOF):
			return entries, nil
		case err != nil:
			return nil, err
		}
	}
}

func entryOf(info fs.FileInfo) entry {
	e := entry{kind: "DLFileTypeUnknown", modified: info.ModTime().UTC()}
	switch {
	case info.IsDir():
		e.kind = "DLFileTypeDirectory"
	case info.Mode().IsRegular():
		e.kind, e.size = "DLFileTypeRegular", uint64(info.Size())
	}
	return e
}

// open opens a regular file for reading. It does not block on a pipe.
func (f *Folder) open(name string) (*os.File, error) {
	f.settle()
	info, err := f.root.Lstat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, syscall.EISDIR
	case !info.Mode().IsRegular():
		return nil, syscall.EINVAL
	}
	return f.root.Open(name)
}
