package library

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// A Partial is a backup in progress.
type Partial struct {
	Path         string // where the device writes: a folder named after the UDID
	Resumed      bool   // started by an earlier run
	Dropped      int    // files of that run that may be incomplete and are sent again
	DroppedBytes int64  // what had arrived of them
	Base         string // the name of the copy it was cloned from; "" if there was none or it was resumed
	Shared       Sharing

	device  *Device
	log     *os.File
	dropped map[manifest.FileID]int64 // dropped files that have not arrived again, with their lengths
	again   int64                     // bytes of those that have
}

// Begin starts a backup or resumes an interrupted one. A new backup starts as a clone of another
// copy; if full is set, it starts empty, and an interrupted one is dropped.
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
		if err := p.resume(); err != nil {
			return nil, errors.Join(err, p.Close())
		}
		return p, nil
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
		return nil, errors.Join(err, p.Close())
	}
	if c, ok := baseOf(copies); ok && !full {
		if p.Shared, err = d.clone(ctx, c, progress); err == nil {
			err = p.inherit(c)
		}
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.Base = c.Name
	}
	if err := d.root.Rename(cloningName, partialName); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, syncFolder(d.root, ".")
}

// baseOf selects the copy, of copies from newest to oldest, from which a new one is made: the newest
// that is not known to be broken, and rather one that did not change since it was proved.
func baseOf(copies []Copy) (base Copy, ok bool) {
	for _, c := range copies {
		if !c.Proof.Broken() && !c.Proof.Stale {
			return c, true
		}
	}
	i := slices.IndexFunc(copies, func(c Copy) bool { return !c.Proof.Broken() })
	if i < 0 {
		return Copy{}, false
	}
	return copies[i], true
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

// inherit takes over the received records of the copy that the backup was cloned from. Only those of
// a proved copy say what its files are: the others are to be read.
func (p *Partial) inherit(c Copy) error {
	before, err := openBeside(filepath.Join(p.device.Path, c.Name, receivedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer before.Close()
	if c.Proof.Counts() {
		_, err = io.Copy(p.log, before)
		return err
	}
	return copyRecords(p.log, before, unseen)
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
		p.again += min(p.dropped[r.ID], int64(r.Size))
		delete(p.dropped, r.ID)
	}
	_, err := p.log.Write(text)
	return err
}

// maxDropped bounds how many dropped files are remembered.
const maxDropped = 1 << 16

// SentAgain returns how many of the dropped bytes have arrived again. ok is false if too many files
// were dropped to tell.
func (p *Partial) SentAgain() (bytes int64, ok bool) { return p.again, p.Dropped <= maxDropped }

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
	if err := errors.Join(p.compile(), p.settleNotSent()); err != nil {
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
	for {
		if _, err := d.root.Lstat(made.Format(nameLayout)); errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = made.Add(time.Second)
	}
	return made.Format(nameLayout), made
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
