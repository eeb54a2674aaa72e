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

// An Arrival is a file that the device has sent, as it came.
type Arrival struct {
	Path   string // within the folder
	Size   int64
	SHA1   [sha1.Size]byte   // as the list of files has it for some
	SHA256 [sha256.Size]byte // of the same bytes
}

// A Folder is where a device keeps a backup. It is used by one session at a time.
type Folder struct {
	// Free is the room on the disk, in bytes, for files of this user. It is what the device is
	// answered: an error where it is not known, and never 0 in place of one.
	Free func() (uint64, error)

	// Kept is called with files that have arrived once they are on the disk under their names.
	// An error is answered to the device as one of writing.
	Kept func([]Arrival) error

	root    *os.Root
	pending []Arrival           // not yet on the disk for certain
	dirty   int64               // bytes of those
	synced  time.Time           // when everything was on the disk
	folders map[string]struct{} // in which names changed since
	naming  sync.Mutex
	number  uint64 // of the last file in arriving
}

// OpenFolder opens a folder that exists. What an earlier session left half-written is removed.
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

// Close makes sure that all files are on the disk, and closes the folder.
func (f *Folder) Close() error {
	return errors.Join(f.sync(), f.root.RemoveAll(arriving), f.root.Close())
}

// How much may arrive before it is made sure that it is on the disk, if the device is not
// about to change its state.
const (
	syncBytes = 64 << 20
	syncFiles = 1024
	syncEvery = 2 * time.Second
)

// syncSome makes sure of what has arrived, if that is much or long ago. A file that is not
// certain to be on the disk is sent again after a crash, and costs nothing else.
func (f *Folder) syncSome() error {
	if f.dirty < syncBytes && len(f.pending) < syncFiles && time.Since(f.synced) < syncEvery {
		return nil
	}
	return f.sync()
}

// sync makes sure that everything that happened in the folder is on the disk.
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

// touched notes that a name in a folder changed.
func (f *Folder) touched(name string) { f.folders[path.Dir(name)] = struct{}{} }

// An entry is what the device is told of a file or folder.
type entry struct {
	kind     string
	size     uint64
	modified time.Time
}

// list is what lies in a folder, without what is still arriving.
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

// makeFolder makes a folder and those above it; one that is there already is no error.
func (f *Folder) makeFolder(name string) error {
	if err := f.root.MkdirAll(name, 0o700); err != nil {
		return err
	}
	f.touched(name)
	return nil
}

// move gives a file or folder another name, in place of what had it.
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

// remove removes a file, or a folder with all within it. What is not there is no error.
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

// open opens a regular file to read. A pipe is not waited for.
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

// The answers of a host to what went wrong, as the device understands them.
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

// statusOf translates an error. A file that may not be read must not pass for one that is not
// there: the device would quietly send everything again.
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
