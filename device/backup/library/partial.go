package library

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// A Partial is a backup in progress.
type Partial struct {
	Path    string // where the device writes: a folder named after the UDID
	Resumed bool   // started by an earlier run
	Dropped int    // files of that run that may be incomplete and are sent again
	Base    string // the name of the copy it was cloned from; "" if there was none or it was resumed
	Shared  Sharing

	device *Device
	log    *os.File
}

// Begin starts a backup or resumes an interrupted one. A new backup starts as a clone of the
// newest copy not known to be broken; if full is set, it starts empty, and an interrupted one
// is dropped.
func (d *Device) Begin(ctx context.Context, full bool, progress func(files int)) (*Partial, error) {
	p := &Partial{Path: filepath.Join(d.Path, partialName), device: d}
	if full {
		if err := d.Drop(); err != nil {
			return nil, err
		}
	}
	_, err := d.root.Lstat(partialName)
	switch {
	case err == nil:
		return p, p.resume()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := d.root.Mkdir(cloningName, 0o700); err != nil {
		return nil, err
	}
	if p.log, err = d.root.OpenFile(logName, os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	copies, err := d.Copies()
	if err != nil {
		return nil, err
	}
	for _, c := range copies {
		if full || c.Proof.Broken() {
			continue
		}
		if p.Shared, err = d.clone(ctx, c, progress); err == nil {
			err = p.inherit(c)
		}
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.Base = c.Name
		break
	}
	if err := d.root.Rename(cloningName, partialName); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, syncFolder(d.root, ".")
}

// Drop removes the interrupted backup, if any.
func (d *Device) Drop() error {
	gone := removedStart + "partial"
	if err := d.root.Rename(partialName, gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(d.root.RemoveAll(gone), d.root.RemoveAll(logName))
}

// HasPartial reports whether there is an interrupted backup.
func (d *Device) HasPartial() bool {
	_, err := d.root.Lstat(partialName)
	return err == nil
}

// inherit takes over the received records of the copy that the backup was cloned from.
func (p *Partial) inherit(c Copy) error {
	before, err := p.device.root.Open(path.Join(c.Name, receivedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer before.Close()
	_, err = io.Copy(p.log, before)
	return err
}

// resume resumes a backup. The device skips files already in Snapshot, so those not certain to
// be on the disk are removed first.
func (p *Partial) resume() (err error) {
	p.Resumed = true
	if p.log, err = p.device.root.OpenFile(logName, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return err
	}
	if err := p.repairLog(); err != nil {
		return err
	}
	snapshot := path.Join(partialName, p.device.UDID, "Snapshot")
	seen := map[string]bool{} // folders whose records have been read
	check := func(prefix string, known map[string]uint64) error {
		seen[prefix] = true
		dropped, err := p.dropUnknown(path.Join(snapshot, prefix), known)
		p.Dropped += dropped
		return err
	}
	err = sorted(p.log, p.temporary, func(some []Received) error {
		for prefix, group := range byPrefix(some) {
			known := map[string]uint64{}
			for _, r := range group {
				known[r.ID.String()] = r.Size
			}
			if err := check(prefix, known); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	folders, err := namesIn(p.device.root, snapshot)
	for _, name := range folders {
		const prefix = 2 // hexadecimal digits of a folder name
		if len(name) == prefix && !seen[name] {
			err = errors.Join(err, check(name, nil))
		}
	}
	dropped, errFlat := p.dropUnknown(snapshot, nil) // where iOS 9 and earlier put its files
	p.Dropped += dropped
	return errors.Join(err, errFlat)
}

// repairLog truncates an incomplete record at the end.
func (p *Partial) repairLog() error {
	info, err := p.log.Stat()
	if err != nil {
		return err
	}
	if rest := info.Size() % recordSize; rest != 0 {
		return p.log.Truncate(info.Size() - rest)
	}
	return nil
}

// dropUnknown removes the files of a folder that are not known or have another length. It keeps
// the lists, which are outside the folders.
func (p *Partial) dropUnknown(folder string, known map[string]uint64) (dropped int, err error) {
	names, err := namesIn(p.device.root, folder)
	for _, name := range names {
		if _, isID := manifest.ParseID([]byte(name)); !isID {
			continue
		}
		file := path.Join(folder, name)
		info, errInfo := p.device.root.Lstat(file)
		size, ok := known[name]
		if errInfo == nil && ok && info.Mode().IsRegular() && uint64(info.Size()) == size {
			continue
		}
		if err := p.device.root.RemoveAll(file); err != nil {
			return dropped, err
		}
		dropped++
	}
	return dropped, err
}

// temporary creates a file that disappears once it is closed.
func (p *Partial) temporary() (*os.File, error) {
	file, err := os.CreateTemp(p.device.Path, removedStart)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err == nil {
		return file, nil
	}
	return file, nil // Windows cannot remove an open file: the next run sweeps it
}

// Keep records files that have arrived and are on the disk.
func (p *Partial) Keep(files []Received) error {
	text := make([]byte, 0, len(files)*recordSize)
	for _, r := range files {
		text = r.append(text)
	}
	_, err := p.log.Write(text)
	return err
}

// Close leaves the backup to be resumed.
func (p *Partial) Close() error {
	if p.log == nil {
		return nil
	}
	err := p.log.Close()
	p.log = nil
	return err
}

// Finish makes a backup that the device has reported done into a copy. info is its Info.plist.
func (p *Partial) Finish(info []byte, now time.Time) (Copy, error) {
	d := p.device
	draft, err := wholefile.New(filepath.Join(p.Path, d.UDID, "Info.plist"), wholefile.Kind{Mode: 0o600, Replace: true})
	if err != nil {
		return Copy{}, err
	}
	if _, err := draft.Write(info); err != nil {
		return Copy{}, errors.Join(err, draft.Discard())
	}
	if err := draft.Commit(); err != nil {
		return Copy{}, err
	}
	if err := p.compile(); err != nil {
		return Copy{}, err
	}
	if err := errors.Join(syncFolder(d.root, path.Join(partialName, d.UDID)), syncFolder(d.root, partialName)); err != nil {
		return Copy{}, err
	}
	name, made := d.freeName(now)
	if err := d.root.Rename(partialName, name); err != nil {
		return Copy{}, err
	}
	if err := errors.Join(p.Close(), d.root.RemoveAll(logName), syncFolder(d.root, ".")); err != nil {
		return Copy{}, err
	}
	return Copy{Name: name, Made: made, Folder: filepath.Join(d.Path, name, d.UDID)}, nil
}

// freeName returns a name for a copy made now that sorts after all others.
func (d *Device) freeName(now time.Time) (string, time.Time) {
	made := now.UTC().Truncate(time.Second)
	if copies, err := d.Copies(); err == nil && len(copies) > 0 && !made.After(copies[0].Made) {
		made = copies[0].Made.Add(time.Second)
	}
	return made.Format(nameLayout), made
}

// compile writes the received records of the files in the backup, in order.
func (p *Partial) compile() error {
	file, err := p.device.root.OpenFile(path.Join(partialName, receivedName), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 64<<10)
	err = sorted(p.log, p.temporary, func(some []Received) error {
		for prefix, group := range byPrefix(some) {
			if err := p.compileGroup(out, prefix, group); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// compileGroup writes the records of the files that exist in one folder. Backups of iOS 9 and
// earlier have no such folders.
func (p *Partial) compileGroup(out io.Writer, prefix string, group []Received) error {
	backup := path.Join(partialName, p.device.UDID)
	names, err := namesIn(p.device.root, path.Join(backup, prefix))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, name := range names {
		there[name] = true
	}
	for _, r := range group {
		id := r.ID.String()
		if !there[id] {
			if _, err := p.device.root.Lstat(path.Join(backup, id)); err != nil {
				continue
			}
		}
		if _, err := out.Write(r.append(nil)); err != nil {
			return err
		}
	}
	return nil
}

// byPrefix splits sorted records by the folder of their files.
func byPrefix(some []Received) func(yield func(string, []Received) bool) {
	return func(yield func(string, []Received) bool) {
		for len(some) > 0 {
			n := 1
			for n < len(some) && some[n].ID[0] == some[0].ID[0] {
				n++
			}
			if !yield(some[0].ID.String()[:2], some[:n]) {
				return
			}
			some = some[n:]
		}
	}
}

// namesIn returns the names in a folder; none if the folder does not exist.
func namesIn(root *os.Root, folder string) ([]string, error) {
	dir, err := root.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}
