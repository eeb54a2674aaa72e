package library

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A Library is a folder of copies.
type Library struct {
	Path string // with links resolved
}

// Open opens the library at path, creating its folder if needed and resolving links.
func Open(path string) (Library, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return Library{}, err
	}
	return Find(path)
}

// Find opens an existing library.
func Find(path string) (Library, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	return Library{real}, err
}

// UDIDs returns the devices that have a folder in the library.
func (l Library) UDIDs() ([]string, error) {
	entries, err := os.ReadDir(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var udids []string
	for _, e := range entries {
		if e.IsDir() && isUDID(e.Name()) {
			udids = append(udids, e.Name())
		}
	}
	return udids, err
}

// udidName matches device folders, named with the UDID as usbmux gives it.
var udidName = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16}$|^[0-9A-Fa-f]{40}$`)

func isUDID(name string) bool { return udidName.MatchString(name) }

// A Device is one device's part of a library.
type Device struct {
	UDID string // the name of the folder and the device's own
	Path string
	root *os.Root
	lock *flock.Flock // nil if opened read-only
}

// Device opens a device's part of the library for reading. The error is fs.ErrNotExist if there
// is none.
func (l Library) Device(udid string) (*Device, error) {
	if !isUDID(udid) {
		return nil, fs.ErrNotExist
	}
	path := filepath.Join(l.Path, udid)
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Device{UDID: udid, Path: path, root: root}, nil
}

// Copies returns the copies of a device, newest first. A device without a folder has none.
func (l Library) Copies(udid string) ([]Copy, error) {
	d, err := l.Device(udid)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	defer d.Close()
	return d.Copies()
}

// ErrInUse means that another program is changing the copies of this device.
var ErrInUse = errors.New("another program is making or removing a copy of this device")

// Change opens a device's part of the library for writing, with an exclusive lock. It removes
// what an earlier program left behind when it was stopped while cloning or removing a copy.
func (l Library) Change(udid string) (*Device, error) {
	if !isUDID(udid) {
		return nil, fmt.Errorf("%.80q is not a UDID", udid)
	}
	if err := os.MkdirAll(filepath.Join(l.Path, udid), 0o700); err != nil {
		return nil, err
	}
	d, err := l.Device(udid)
	if err != nil {
		return nil, err
	}
	d.lock = flock.New(filepath.Join(d.Path, ".lock"), flock.SetPermissions(0o600))
	locked, err := d.lock.TryLock()
	if err == nil && !locked {
		err = ErrInUse
	}
	if err == nil {
		err = d.sweep()
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Close releases the lock.
func (d *Device) Close() error {
	err := d.root.Close()
	if d.lock != nil {
		err = errors.Join(err, d.lock.Unlock())
	}
	return err
}

// The names in the folder of a device.
const (
	partialName  = ".partial"
	cloningName  = ".cloning" // an incomplete clone
	logName      = ".received"
	removedStart = ".removed-" // a copy being removed
	receivedName = "received"
	proofName    = "proof.json"
)

// nameLayout is the layout of copy names: when they were made, in UTC.
const nameLayout = "20060102T150405Z"

// sweep removes everything that is neither a copy nor a partial one.
func (d *Device) sweep() error {
	names, err := d.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == cloningName || strings.HasPrefix(name, removedStart) {
			err = errors.Join(err, d.root.RemoveAll(name))
		}
	}
	return err
}

func (d *Device) names() ([]string, error) {
	folder, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	const most = 100_000
	names, err := folder.Readdirnames(most)
	if len(names) > 0 {
		err = nil
	}
	return names, err
}

// A Copy is one backup that is complete according to the device.
type Copy struct {
	Name    string // of its folder
	Made    time.Time
	Folder  string // the backup itself
	Proof   Proof  // what is known of it
	Lacking bool   // the device could not read some files, or the record of those cannot be read, see NotSent
}

// Copies returns all copies, newest first.
func (d *Device) Copies() ([]Copy, error) {
	names, err := d.names()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var copies []Copy
	for _, name := range names {
		made, err := time.Parse(nameLayout, name)
		if err != nil {
			continue
		}
		if info, err := d.root.Stat(path.Join(name, d.UDID)); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
			continue // someone took the backup out
		}
		c := Copy{Name: name, Made: made, Folder: filepath.Join(d.Path, name, d.UDID)}
		notSent, err := NotSent(c.Folder)
		c.Proof, c.Lacking = ReadProof(c.Folder), err != nil || len(notSent) > 0
		copies = append(copies, c)
	}
	slices.SortFunc(copies, func(a, b Copy) int { return b.Made.Compare(a.Made) })
	return copies, nil
}

// Remove removes a copy. It stops being a copy as soon as removal begins.
func (d *Device) Remove(c Copy) error {
	gone := removedStart + c.Name
	if err := d.root.Rename(c.Name, gone); err != nil {
		return err
	}
	if err := syncFolder(d.root, "."); err != nil {
		return err
	}
	return d.root.RemoveAll(gone)
}

// Prune removes the copies that are no longer needed: those proved whole beyond the newest keep, and
// all others except, of those newer than the proved ones, the newest of each kind. Without a proved
// copy it keeps two of unknown state. The error is of the first that could not be removed.
func (d *Device) Prune(keep int) (removed []Copy, err error) {
	copies, err := d.Copies()
	if err != nil {
		return nil, err
	}
	for _, c := range surplus(copies, keep) {
		if failed := d.Remove(c); failed != nil {
			err = cmp.Or(err, failed)
			continue
		}
		removed = append(removed, c)
	}
	return removed, err
}

// maxUnproved is how many copies of unknown state are kept while none is proved: the device's data
// may be in either.
const maxUnproved = 2

// surplus selects from copies, newest first. Of those older than a proved copy it selects all that
// are not proved. Newer ones of each kind are counted apart, so that a copy never displaces one of a
// better kind: one known to be broken, or to lack files, displaces none that may have everything.
func surplus(copies []Copy, keep int) []Copy {
	limits := map[copyKind]int{proved: max(keep, 1), changed: 1, unproved: maxUnproved, lacking: 1, broken: 1}
	if slices.ContainsFunc(copies, func(c Copy) bool { return c.kind() == proved }) {
		limits[unproved] = 1
	}
	var rest []Copy
	seen := map[copyKind]int{}
	for _, c := range copies {
		kind := c.kind()
		if seen[kind]++; seen[kind] > limits[kind] || kind != proved && seen[proved] > 0 {
			rest = append(rest, c)
		}
	}
	return rest
}

// A copyKind is what is known of a copy.
type copyKind int

const (
	proved   copyKind = iota
	changed           // proved whole, and perhaps changed since
	unproved          // nothing is known against it
	lacking           // without files that the device could not read
	broken
)

func (c Copy) kind() copyKind {
	switch {
	case c.Proof.Counts():
		return proved
	case c.Proof.Broken():
		return broken
	case c.Lacking:
		return lacking
	case c.Proof.Whole:
		return changed
	default:
		return unproved
	}
}

// Holds reports whether a backup is in a library.
func Holds(folder string) bool {
	_, ok := CopyAt(folder)
	return ok
}

// CopyAt returns the copy that a backup is, by its path, LIBRARY/UDID/DATE/UDID, and without its
// proof. ok is false if the backup is not in a library.
func CopyAt(folder string) (c Copy, ok bool) {
	above := filepath.Dir(folder)
	made, err := time.Parse(nameLayout, filepath.Base(above))
	udid := filepath.Base(folder)
	return Copy{Name: filepath.Base(above), Made: made, Folder: folder}, err == nil && isUDID(udid) && filepath.Base(filepath.Dir(above)) == udid
}

// siblings returns the other copies of the device whose copy a backup is; none if it is not in a
// library.
func siblings(folder string) []Copy {
	c, ok := CopyAt(folder)
	if !ok {
		return nil
	}
	d, err := Library{filepath.Dir(filepath.Dir(filepath.Dir(folder)))}.Device(filepath.Base(folder))
	if err != nil {
		return nil
	}
	defer d.Close()
	copies, _ := d.Copies()
	return slices.DeleteFunc(copies, func(other Copy) bool { return other.Name == c.Name })
}
