package mobilebackup

import (
	"sync"

	"github.com/backupdoctor/backupdoctor/device/host"
)

// writing holds the files that are being written.
type writing struct {
	slots  chan struct{} // a semaphore
	active sync.WaitGroup

	mu      sync.Mutex
	names   map[string]struct{} // of the files being written
	written []Arrival           // complete, and not yet known to the session
	failure error               // the first error; the device may already have sent more
	disk    error               // the first error of the disk
}

func newWriting() writing {
	return writing{slots: make(chan struct{}, writers), names: map[string]struct{}{}}
}

// begin starts writing a file. If one of that name is being written, it waits for that first.
func (f *Folder) begin(name string, buffers chan<- []byte) *incoming {
	const ahead = 4
	in := &incoming{pieces: make(chan piece, ahead)}
	w := &f.writing
	if w.has(name) {
		f.settle()
	}
	w.slots <- struct{}{}
	w.mu.Lock()
	w.names[name] = struct{}{}
	w.mu.Unlock()
	w.active.Go(func() {
		f.write(name, in.pieces, buffers)
		w.mu.Lock()
		delete(w.names, name)
		w.mu.Unlock()
		<-w.slots
	})
	return in
}

func (w *writing) has(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.names[name]
	return ok
}

// finished records a complete file.
func (w *writing) finished(a Arrival) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written = append(w.written, a)
}

// fail records an error. It stays for the rest of the session, because the device has been told
// that files were received that were not.
func (f *Folder) fail(err error) {
	f.note(err)
	f.writing.mu.Lock()
	defer f.writing.mu.Unlock()
	if f.writing.failure == nil {
		f.writing.failure = err
	}
}

// note takes note of an error of the disk. That a file is missing is an answer, and none.
func (f *Folder) note(err error) {
	if is := host.DiskErrorOf(err); is == "" || is == host.NotThere {
		return
	}
	f.writing.mu.Lock()
	defer f.writing.mu.Unlock()
	if f.writing.disk == nil {
		f.writing.disk = err
	}
}

// DiskError returns the first disk error of a session. The device is told about it, and ends the
// backup with its own code, which says less.
func (f *Folder) DiskError() error {
	f.writing.mu.Lock()
	defer f.writing.mu.Unlock()
	return f.writing.disk
}

// failed returns the first error.
func (f *Folder) failed() error {
	f.writing.mu.Lock()
	defer f.writing.mu.Unlock()
	return f.writing.failure
}

// collect adds the complete files to the changes to be synced.
func (f *Folder) collect() {
	f.writing.mu.Lock()
	defer f.writing.mu.Unlock()
	for _, a := range f.writing.written {
		f.arrived(a)
	}
	f.writing.written = f.writing.written[:0]
}

// settle waits until no file is being written. Whatever reads the folder or changes names in it
// must call it first.
func (f *Folder) settle() {
	f.writing.active.Wait()
	f.collect()
	f.parents.trim()
}
