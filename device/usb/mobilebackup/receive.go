package mobilebackup

import (
	"crypto/sha1"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/backupdoctor/backupdoctor/device/host"
)

// An Unread is a file that the device could not read and did not send.
type Unread struct {
	Path     string // on the host
	OnDevice string // where the file is on the device, as it says; untrusted text
	Words    string // the device's error text
}

// Buffer sizes of a session. They limit its memory use whatever the device sends.
const (
	bufferSize  = 256 << 10 // the block size of devices
	bufferCount = 16
	writers     = 8        // files written concurrently
	readAhead   = 32 << 10 // less than a block, so that most of a large file is read directly into its own buffer
)

// errFull stops writing before the disk is completely full.
var errFull = fmt.Errorf("the disk is nearly full: %w", host.DiskFull)

// LeastFree is the space to leave free on the disk: the manifest and the device's own state still
// have to fit. With less, a backup ends with its first file.
const LeastFree = 64 << 20

// checkFreeEvery is the number of bytes between checks of the free space.
const checkFreeEvery = 64 << 20

// A reception receives the files of one stream.
type reception struct {
	*Folder
	stream    streamReader
	told      func(files int, bytes int64)
	buffers   chan []byte
	unread    []Unread
	unchecked int64 // bytes since the free space was last checked
}

// receive reads a stream of files. It may return while the last of them are still being written,
// so the device sends the next ones at once: an error is then reported for a later stream, at the
// latest for the one that changes the state of the backup. fatal says why the session cannot
// continue; failed says why a file could not be written, which the device has to handle.
func (f *Folder) receive(stream streamReader, buffers chan []byte, told func(files int, bytes int64)) (unread []Unread, failed, fatal error) {
	r := &reception{Folder: f, stream: stream, told: told, buffers: buffers, unchecked: checkFreeEvery}
	if fatal = r.files(); fatal != nil {
		f.settle()
	} else if f.failed() == nil {
		f.fail(f.syncSome())
	}
	return r.unread, f.failed(), fatal
}

// files reads to the end of the stream.
func (r *reception) files() error {
	for {
		onDevice, host, err := r.stream.paths()
		if err != nil || host == "" {
			return err
		}
		name, err := cleanPath(host)
		if err != nil || name == "." {
			return ErrPath
		}
		if last, err := r.file(name, onDevice); err != nil || last {
			return err
		}
	}
}

// file receives one file. A file that changes the state of the backup, which is every file not
// stored under an ID, gets its name only after everything before it is synced.
func (r *reception) file(name, onDevice string) (last bool, err error) {
	state := !isStored(name)
	if state {
		r.fail(r.sync())
	}
	w := r.begin(name, r.buffers)
	end, words, err := r.blocks(w)
	switch {
	case err != nil:
		w.give(piece{abandoned: true})
	case end.code == codeLocalError, end.code == codeRemoteError && !w.begun:
		w.give(piece{abandoned: true})
		r.unread = append(r.unread, Unread{name, onDevice, words})
	default:
		w.give(piece{last: true})
		r.told(1, 0)
	}
	close(w.pieces)
	if state {
		r.fail(r.sync())
	}
	return end.last, err
}

// blocks passes the data of a file to its writer, up to the block that ends the file.
func (r *reception) blocks(w *incoming) (end block, words string, err error) {
	var buffer []byte
	used := 0
	flush := func() {
		if used > 0 {
			w.give(piece{data: buffer[:used]})
			buffer, used = nil, 0
		}
	}
	defer func() {
		if buffer != nil {
			r.buffers <- buffer[:bufferSize]
		}
	}()
	for {
		b, err := r.stream.block()
		switch {
		case err != nil:
			return b, "", err
		case b.last || b.code == codeSuccess:
			flush()
			return b, "", cutOff(discard(r.stream, b.length))
		case b.code != codeData:
			flush()
			words, err := r.stream.words(b.length)
			return b, words, err
		}
		w.begun = true
		r.checkFree(int64(b.length))
		for left := b.length; left > 0; {
			if buffer == nil {
				buffer = <-r.buffers
			}
			n, err := io.ReadFull(r.stream, buffer[used:min(bufferSize, used+left)])
			used, left = used+n, left-n
			r.told(0, int64(n))
			if err != nil {
				return b, "", cutOff(err)
			}
			if used == bufferSize {
				flush()
			}
		}
	}
}

func discard(r streamReader, length int) error {
	_, err := r.Discard(length)
	return err
}

// checkFree stops writing before the disk is full.
func (r *reception) checkFree(more int64) {
	if r.unchecked += more; r.unchecked < checkFreeEvery {
		return
	}
	r.unchecked = 0
	if free, err := r.Free(); err == nil && free < LeastFree {
		r.fail(errFull)
	}
}

// isStored reports whether a file holds backed-up contents: its name is its ID, forty hexadecimal
// digits. All other files are lists or the state of the backup.
func isStored(name string) bool {
	base := path.Base(name)
	return len(base) == 2*sha1.Size && strings.Trim(base, "0123456789abcdef") == ""
}
