package mobilebackup

import (
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"syscall"
	"time"
)

// An Arrival is a file received from the device.
type Arrival struct {
	Path   string // relative to the folder
	Size   int64
	SHA1   [sha1.Size]byte // the digest used by the manifest for some files
	SHA256 [sha256.Size]byte
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
	pending []Arrival           // not known to be synced
	dirty   int64               // bytes in pending
	synced  time.Time           // time of the last sync
	folders map[string]struct{} // folders in which names changed since then
	naming  sync.Mutex
	number  uint64 // of the last file in arriving
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
		synced:  time.Now(),
		folders: map[string]struct{}{},
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
	return errors.Join(f.sync(), f.root.RemoveAll(arriving), f.root.Close())
}

// How much may be received, and for how long, before a sync that no state change requires.
const (
	syncBytes = 64 << 20
	syncFiles = 1024
	syncEvery = 2 * time.Second
)

// syncSome syncs if enough data or time has accumulated since the last sync. A file that was not
// synced before a crash is sent again, at no other cost.
func (f *Folder) syncSome() error {
	if f.dirty < syncBytes && len(f.pending) < syncFiles && time.Since(f.synced) < syncEvery {
		return nil
	}
	return f.sync()
}

// sync flushes all changes in the folder to disk.
func (f *Folder) sync() error {
	if len(f.pending)+len(f.folders) == 0 {
		return nil
	}
	if err := f.syncNames(); err != nil {
		return err
	}
	clear(f.folders)
	kept := f.pending
	f.pending, f.dirty, f.synced = f.pending[:0], 0, time.Now()
	return f.Kept(kept)
}

// touched records that a name in a folder changed.
func (f *Folder) touched(name string) { f.folders[path.Dir(name)] = struct{}{} }

// An entry describes a file or folder to the device.
type entry struct {
	kind     string
	size     uint64
	modified time.Time
}

// list returns the contents of a folder, except files still being received.
func (f *Folder) list(name string) (map[string]entry, error) {
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

// makeFolder creates a folder and its parents; an existing folder is not an error.
func (f *Folder) makeFolder(name string) error {
	if err := f.root.MkdirAll(name, 0o700); err != nil {
		return err
	}
	f.touched(name)
	return nil
}

// move renames a file or folder, replacing the target.
func (f *Folder) move(from, to string) error {
	if from == "." || to == "." {
		return ErrPath
	}
	err := f.root.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) {
		if _, missing := f.root.Lstat(from); missing != nil {
			return missing
		}
		err = cmp.Or(f.root.MkdirAll(path.Dir(to), 0o700), f.root.Rename(from, to))
	} else if err != nil {
		if info, errInfo := f.root.Lstat(to); errInfo == nil && info.IsDir() {
			err = cmp.Or(f.root.RemoveAll(to), f.root.Rename(from, to))
		}
	}
	if err == nil {
		f.touched(from)
		f.touched(to)
	}
	return err
}

// remove removes a file, or a folder and its contents. A missing name is not an error.
func (f *Folder) remove(name string) error {
	if name == "." {
		return ErrPath
	}
	if err := f.root.RemoveAll(name); err != nil {
		return err
	}
	f.touched(name)
	return nil
}

// copy copies a file.
func (f *Folder) copy(from, to string) error {
	source, err := f.open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	file, temporary, err := f.create()
	if err != nil {
		return err
	}
	_, err = io.Copy(file, source)
	return f.install(file, temporary, to, err)
}

// open opens a regular file for reading. It does not block on a pipe.
func (f *Folder) open(name string) (*os.File, error) {
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

// The status codes by which a host reports errors to the device.
const (
	statusOK       = 0
	statusOther    = -1
	statusMissing  = -6
	statusExists   = -7
	statusNoFolder = -8
	statusIsFolder = -9
	statusLoop     = -10
	statusIO       = -11
	statusSeveral  = -13
	statusNoSpace  = -15
)

// statusOf translates an error. An unreadable file must not be reported as missing, or the device
// would silently send everything again.
func statusOf(err error) int {
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, fs.ErrPermission):
		return statusOther
	case errors.Is(err, fs.ErrNotExist):
		return statusMissing
	case errors.Is(err, fs.ErrExist):
		return statusExists
	case errors.Is(err, syscall.ENOTDIR):
		return statusNoFolder
	case errors.Is(err, syscall.EISDIR):
		return statusIsFolder
	case errors.Is(err, syscall.ELOOP):
		return statusLoop
	case errors.Is(err, syscall.EIO):
		return statusIO
	case isFull(err):
		return statusNoSpace
	default:
		return statusOther
	}
}
