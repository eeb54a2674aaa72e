package library

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A Library is a folder of copies.
type Library struct {
	Path string // links followed
}

// Open makes the folder of a library, or finds it: the one that a link leads to, if it is one.
func Open(path string) (Library, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return Library{}, err
	}
	return Find(path)
}

// Find finds a library that exists.
func Find(path string) (Library, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	return Library{real}, err
}

// UDIDs are the devices that the library has a folder of.
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

// udidName is how devices are named: what usbmux gives.
var udidName = regexp.MustCompile(`^[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{16}$|^[0-9A-Fa-f]{40}$`)

func isUDID(name string) bool { return udidName.MatchString(name) }

// A Device is the part of a library that is about one device.
type Device struct {
	UDID string // as the folder is named, and the device itself
	Path string
	root *os.Root
	lock *flock.Flock // nil if it is only looked at
}

// Device opens the part about a device to look at it. The error is fs.ErrNotExist if there is
// none.
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

// ErrInUse is the error of a device whose copies another program is changing.
var ErrInUse = errors.New("another program is making or removing a copy of this device")

// Change opens the part about a device to change it, which one program at a time may. What an
// earlier one left behind when it was stopped while it cloned or removed a copy is removed.
func (l Library) Change(udid string) (*Device, error) {
	if !isUDID(udid) {
		return nil, fmt.Errorf("%.80q is no UDID", udid)
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

// Close lets others change it.
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
	cloningName  = ".cloning" // a clone that is not complete
	logName      = ".received"
	removedStart = ".removed-" // a copy that is being removed
	receivedName = "received"
	proofName    = "proof.json"
)

// nameLayout is how copies are named: by when they were made, UTC.
const nameLayout = "20060102T150405Z"

// sweep removes what is neither a copy nor the beginning of one.
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

// A Copy is one backup that is complete, as far as the device said.
type Copy struct {
	Name   string // of its folder
	Made   time.Time
	Folder string // the backup itself
	Proof  Proof  // what is known of it
}

// Copies are all copies, the newest first.
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
		c := Copy{Name: name, Made: made, Folder: filepath.Join(d.Path, name, d.UDID)}
		c.Proof = ReadProof(c.Folder)
		copies = append(copies, c)
	}
	slices.SortFunc(copies, func(a, b Copy) int { return b.Made.Compare(a.Made) })
	return copies, nil
}

// Remove removes a copy. From its first moment on it is none.
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

// Prune removes the copies that are not needed any more: beyond the newest keep that are
// proved whole, and of the others all but the newest, if that is newer than those.
func (d *Device) Prune(keep int) (removed []Copy, err error) {
	copies, err := d.Copies()
	if err != nil {
		return nil, err
	}
	for _, c := range surplus(copies, keep) {
		if err := d.Remove(c); err != nil {
			return removed, err
		}
		removed = append(removed, c)
	}
	return removed, nil
}

// surplus picks from copies, the newest first. Without a proved copy nothing is.
func surplus(copies []Copy, keep int) []Copy {
	var rest []Copy
	proved, unproved := 0, 0
	for _, c := range copies {
		if c.Proof.Counts() {
			if proved++; proved > max(keep, 1) {
				rest = append(rest, c)
			}
			continue
		}
		if unproved++; proved > 0 || unproved > 1 {
			rest = append(rest, c)
		}
	}
	if proved == 0 {
		return nil
	}
	return rest
}

// Holds reports whether a backup lies in a library: LIBRARY/UDID/DATE/UDID.
func Holds(folder string) bool {
	above := filepath.Dir(folder)
	_, err := time.Parse(nameLayout, filepath.Base(above))
	udid := filepath.Base(folder)
	return err == nil && isUDID(udid) && filepath.Base(filepath.Dir(above)) == udid
}
