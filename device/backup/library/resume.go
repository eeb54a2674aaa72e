package library

import (
	"errors"
	"os"
	"path"
	"path/filepath"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/wholefile"
)

// resume resumes a backup. The device skips files already in Snapshot, so those not certain to
// be on the disk are removed first.
func (p *Partial) resume() (err error) {
	p.Resumed, p.dropped = true, map[manifest.FileID]int64{}
	if err := p.reopenLog(); err != nil {
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

// reopenLog opens the log of an earlier run, without records damaged when that was stopped. What
// happened to the files since is not known, so they are to be read before they count as proved.
func (p *Partial) reopenLog() error {
	before, err := p.device.root.OpenFile(logName, os.O_RDONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	draft, err := wholefile.New(filepath.Join(p.device.Path, logName), wholefile.Kind{Mode: 0o600, Replace: true})
	if err != nil {
		return errors.Join(err, before.Close())
	}
	if err := errors.Join(copyRecords(draft, before, unseen), before.Close()); err != nil {
		return errors.Join(err, draft.Discard())
	}
	if err := draft.Commit(); err != nil {
		return err
	}
	p.log, err = p.device.root.OpenFile(logName, os.O_RDWR|os.O_APPEND, 0o600)
	return err
}

// dropUnknown removes the files of a folder that are not known or have another length. It keeps
// the lists, which are outside the folders.
func (p *Partial) dropUnknown(folder string, known map[string]uint64) (dropped int, err error) {
	names, err := namesIn(p.device.root, folder)
	for _, name := range names {
		id, isID := manifest.ParseID([]byte(name))
		if !isID {
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
		if dropped++; errInfo == nil {
			p.DroppedBytes += info.Size()
			if len(p.dropped) < maxDropped {
				p.dropped[id] = info.Size()
			}
		}
	}
	return dropped, err
}
