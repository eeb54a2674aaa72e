package mobilebackup

import (
	"path"
	"time"
)

// How much may be received, and how much time may pass, before syncSome begins a sync, and how many
// times as much before it waits for the previous one.
const (
	syncBytes = 64 << 20
	syncFiles = 1024
	syncEvery = 2 * time.Second
	behind    = 8
)

// changes holds the changes in a folder that are not known to be on the disk.
type changes struct {
	since    time.Time
	arrivals []Arrival
	bytes    int64               // of the arrivals
	folders  map[string]struct{} // in which names changed
}

func newChanges() changes {
	return changes{since: time.Now(), folders: map[string]struct{}{}}
}

// touched records that a name in a folder changed.
func (f *Folder) touched(name string) { f.pending.folders[path.Dir(name)] = struct{}{} }

// arrived records a received file that has its final name.
func (f *Folder) arrived(a Arrival) {
	f.pending.arrivals = append(f.pending.arrivals, a)
	f.pending.bytes += a.Size
	f.touched(a.Path)
}

// syncSome begins a sync if enough data or time has accumulated since the last one. The device
// keeps sending while the disk writes, even if that takes longer than receiving the next files, up
// to behind times as many: nothing depends on these files yet, and one that was not synced before
// a crash is sent again.
func (f *Folder) syncSome() error {
	f.collect()
	p := f.pending
	if p.bytes < syncBytes && len(p.arrivals) < syncFiles && time.Since(p.since) < syncEvery {
		return nil
	}
	select {
	case f.lost = <-f.syncing: // blocks if there is none
		f.syncing = nil
	default:
		if f.syncing != nil && p.bytes < behind*syncBytes && len(p.arrivals) < behind*syncFiles {
			return nil
		}
	}
	if err := f.synced(); err != nil {
		return err
	}
	f.pending = newChanges()
	done := make(chan error, 1)
	go func() { done <- f.flush(p) }()
	f.syncing = done
	return nil
}

// sync returns once all changes in the folder are on the disk.
func (f *Folder) sync() error {
	f.settle()
	if err := f.synced(); err != nil || len(f.pending.folders) == 0 {
		return err
	}
	p := f.pending
	f.pending = newChanges()
	f.lost = f.flush(p)
	return f.lost
}

// synced waits for the sync in progress. Once a sync has failed, the system may have dropped
// what it could not write, so a later success proves nothing and the error stays.
func (f *Folder) synced() error {
	if f.syncing != nil {
		f.lost, f.syncing = <-f.syncing, nil
	}
	return f.lost
}

// flush syncs changes to the disk and passes the received files among them to Kept.
func (f *Folder) flush(p changes) error {
	if err := f.syncNames(p.folders); err != nil {
		return err
	}
	return f.Kept(p.arrivals)
}
