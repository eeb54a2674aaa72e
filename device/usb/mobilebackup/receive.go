package mobilebackup

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
)

// An Unread is a file that the device could not read and did not send.
type Unread struct {
	Path  string // on the host
	Words string // the device's error text
}

// Buffer sizes of a session. They limit its memory use whatever the device sends.
const (
	bufferSize  = 256 << 10 // the block size of devices
	bufferCount = 32
	writers     = 8 // files written concurrently
)

// errFull stops writing before the disk is completely full.
var errFull = errors.New("the disk is nearly full")

// leastFree is the space to leave free on the disk: the manifest and the device's own state still
// have to fit.
const leastFree = 64 << 20

// checkFreeEvery is the number of bytes between checks of the free space.
const checkFreeEvery = 64 << 20

// A reception receives the files of one stream.
type reception struct {
	*Folder
	stream  streamReader
	told    func(files int, bytes int64)
	buffers chan []byte
	slots   chan struct{} // a semaphore for concurrent writers

	writing   sync.WaitGroup
	unread    []Unread
	unchecked int64 // bytes since the free space was last checked

	mu      sync.Mutex
	failure error // the first write error
	arrived []Arrival
}

// receive reads a stream of files. fatal says why the session cannot continue; failed says why a
// file could not be written, which the device has to handle.
func (f *Folder) receive(stream streamReader, buffers chan []byte, told func(files int, bytes int64)) (unread []Unread, failed, fatal error) {
	r := &reception{Folder: f, stream: stream, told: told, buffers: buffers, slots: make(chan struct{}, writers), unchecked: checkFreeEvery}
	fatal = r.files()
	r.settle()
	if r.failure == nil && fatal == nil {
		r.fail(f.syncSome())
	}
	return r.unread, r.failure, fatal
}

// settle waits for the writers and records what was received.
func (r *reception) settle() {
	r.writing.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.arrived {
		r.pending = append(r.pending, a)
		r.dirty += a.Size
		r.touched(a.Path)
	}
	r.arrived = r.arrived[:0]
}

func (r *reception) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure == nil {
		r.failure = err
	}
}

func (r *reception) failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure != nil
}

// files reads to the end of the stream.
func (r *reception) files() error {
	for {
		_, host, err := r.stream.paths()
		if err != nil || host == "" {
			return err
		}
		name, err := cleanPath(host)
		if err != nil || name == "." {
			return ErrPath
		}
		if last, err := r.file(name); err != nil || last {
			return err
		}
	}
}

// file receives one file. A file that changes the state of the backup, which is every file not
// stored under an ID, gets its name only after everything before it is synced.
func (r *reception) file(name string) (last bool, err error) {
	state := !isStored(name)
	if state {
		r.settle()
		r.fail(r.sync())
	}
	w := r.begin(name)
	end, words, err := r.blocks(w)
	switch {
	case err != nil:
		w.give(piece{abandoned: true})
	case end.code == codeLocalError, end.code == codeRemoteError && !w.begun:
		w.give(piece{abandoned: true})
		r.unread = append(r.unread, Unread{name, words})
	default:
		w.give(piece{last: true})
		r.told(1, 0)
	}
	close(w.pieces)
	if state {
		r.settle()
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
	if free, err := r.Free(); err == nil && free < leastFree {
		r.fail(errFull)
	}
}

// A piece is part of a file, or its end.
type piece struct {
	data      []byte // a buffer, to be returned
	last      bool   // the file is complete
	abandoned bool   // the file will never be complete
}

// An incoming is a file being received.
type incoming struct {
	pieces chan piece
	begun  bool // a data block was received, possibly empty
}

func (w *incoming) give(p piece) { w.pieces <- p }

// begin starts writing a file.
func (r *reception) begin(name string) *incoming {
	const ahead = 4
	w := &incoming{pieces: make(chan piece, ahead)}
	r.slots <- struct{}{}
	r.writing.Go(func() {
		defer func() { <-r.slots }()
		r.write(name, w.pieces)
	})
	return w
}

// write writes a file and gives it its name. After an error it discards further data.
func (r *reception) write(name string, pieces <-chan piece) {
	a := Arrival{Path: name}
	var file *os.File
	var temporary string
	sum1, sum256 := sha1.New(), sha256.New()
	for p := range pieces {
		broken := r.failed()
		if file == nil && !broken && !p.abandoned {
			var err error
			if file, temporary, err = r.create(); err != nil {
				r.fail(err)
				broken = true
			}
		}
		if len(p.data) > 0 {
			if !broken {
				r.fail(writeTo(file, p.data, sum1, sum256))
				a.Size += int64(len(p.data))
			}
			r.buffers <- p.data[:bufferSize]
		}
		if !p.last || broken {
			continue
		}
		if err := r.install(file, temporary, name, nil); err != nil {
			file = nil
			r.fail(err)
			continue
		}
		file = nil
		sum1.Sum(a.SHA1[:0])
		sum256.Sum(a.SHA256[:0])
		r.mu.Lock()
		r.arrived = append(r.arrived, a)
		r.mu.Unlock()
	}
	if file != nil {
		_ = r.install(file, temporary, "", errAbandoned) // removes the file
	}
}

// errAbandoned means that a file was not received completely.
var errAbandoned = errors.New("the file did not arrive as a whole")

func writeTo(file *os.File, data []byte, sums ...hash.Hash) error {
	for _, sum := range sums {
		sum.Write(data) // never fails
	}
	_, err := file.Write(data)
	return err
}

// create creates a temporary file.
func (f *Folder) create() (file *os.File, temporary string, err error) {
	f.naming.Lock()
	f.number++
	temporary = arriving + "/" + strconv.FormatUint(f.number, 36)
	f.naming.Unlock()
	file, err = f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return file, temporary, err
}

// install closes a file and renames it, replacing any existing file. If the file is incomplete,
// it is removed instead.
func (f *Folder) install(file *os.File, temporary, name string, written error) error {
	err := written
	if err == nil {
		err = syncFile(file)
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = f.root.Rename(temporary, name)
		if errors.Is(err, fs.ErrNotExist) { // devices usually create the folders first, but need not
			if err = f.root.MkdirAll(path.Dir(name), 0o700); err == nil {
				err = f.root.Rename(temporary, name)
			}
		}
	}
	if err != nil {
		return errors.Join(err, f.root.Remove(temporary))
	}
	return nil
}

// isStored reports whether a file holds backed-up contents: its name is its ID, forty hexadecimal
// digits. All other files are lists or the state of the backup.
func isStored(name string) bool {
	base := path.Base(name)
	return len(base) == 2*sha1.Size && strings.Trim(base, "0123456789abcdef") == ""
}

// send sends files to the device. missed holds a status for each file that could not be read.
func (f *Folder) send(ctx context.Context, w streamWriter, paths []string) (missed map[string]any, err error) {
	missed = map[string]any{}
	buffer := make([]byte, frame)
	for _, asked := range paths {
		if err := w.begin(asked); err != nil {
			return nil, err
		}
		name, err := cleanPath(asked)
		if err != nil {
			return nil, err
		}
		readErr, err := f.sendOne(ctx, w, name, buffer)
		if err != nil {
			return nil, err
		}
		if readErr != nil {
			words := wordsOf(readErr)
			missed[asked] = map[string]any{"DLFileErrorString": words, "DLFileErrorCode": statusOf(readErr)}
			err = w.block(codeLocalError, []byte(words))
		} else {
			err = w.block(codeSuccess, nil)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.end(); err != nil {
		return nil, err
	}
	return missed, w.Flush()
}

// sendOne sends the contents of one file. broken is the read error, if any.
func (f *Folder) sendOne(ctx context.Context, w streamWriter, name string, buffer []byte) (broken, err error) {
	file, broken := f.open(name)
	if broken != nil {
		return broken, nil
	}
	defer file.Close()
	for ctx.Err() == nil {
		n, broken := file.Read(buffer)
		if n > 0 {
			if err := w.block(codeData, buffer[:n]); err != nil {
				return nil, err
			}
		}
		switch {
		case broken == io.EOF:
			return nil, nil
		case broken != nil:
			return broken, nil
		}
	}
	return nil, context.Cause(ctx)
}

// wordsOf returns the text of an error without the path, which the device need not know.
func wordsOf(err error) string {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		err = inner.Err
	}
	return fmt.Sprint(err)
}
