package library

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// A Damage finds which other copies of a device hold the same damaged files as one copy. Copies
// share unchanged files on the disk, so a proof of another copy does not hold for them anymore.
type Damage struct {
	folder string
	others []Copy // those whose proof counts

	mu     sync.Mutex
	shared map[string]map[int]bool // indexes of others, by mode
}

// DamageOf returns the Damage of a backup; it finds nothing if that is not in a library.
func DamageOf(folder string) *Damage {
	d := &Damage{folder: folder, shared: map[string]map[int]bool{}}
	for _, other := range siblings(folder) {
		if other.Proof.Counts() {
			d.others = append(d.others, other)
		}
	}
	return d
}

// See takes note of a faulty file of the backup, by the mode of the fault and the file's ID. It is
// safe for concurrent use.
func (d *Damage) See(mode, id string) {
	if _, ok := manifest.ParseID([]byte(id)); !ok || len(d.others) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	in := d.shared[mode]
	if in == nil {
		in = map[int]bool{}
		d.shared[mode] = in
	}
	for i, other := range d.others {
		if !in[i] && isSameFile(d.folder, other.Folder, id) {
			in[i] = true
		}
	}
}

// Withdraw removes the proofs of other copies that share a file which makes a statement about this
// backup false, and returns those copies.
func (d *Damage) Withdraw(proof device.Proof) (copies []Copy, err error) {
	concerned := map[int]bool{}
	for _, statement := range proof.Statements {
		if statement.Shown != device.ShownFalse {
			continue
		}
		for _, mode := range statement.Faults {
			maps.Copy(concerned, d.shared[mode])
		}
	}
	for i, other := range d.others {
		if !concerned[i] {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(other.Folder), proofName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return copies, err
		}
		copies = append(copies, other)
	}
	return copies, nil
}

// isSameFile reports whether two backups share a stored file.
func isSameFile(one, other, id string) bool {
	for _, name := range []string{filepath.Join(id[:2], id), id} { // the latter up to iOS 9
		a, errA := os.Lstat(filepath.Join(one, name))
		b, errB := os.Lstat(filepath.Join(other, name))
		if errA == nil && errB == nil && os.SameFile(a, b) {
			return true
		}
	}
	return false
}
