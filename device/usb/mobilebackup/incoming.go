package mobilebackup

import (
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"hash"
	"io/fs"
	"os"
	"path"
	"strconv"
)

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
var errAbandoned = errors.New("the file did not arrive in full")

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
	file, err = f.createFile(temporary)
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
		err = f.rename(temporary, name)
		if errors.Is(err, fs.ErrNotExist) { // devices usually create the folders first, but need not
			if err = f.root.MkdirAll(path.Dir(name), 0o700); err == nil {
				err = f.rename(temporary, name)
			}
		}
	}
	if err != nil {
		return errors.Join(err, f.root.Remove(temporary))
	}
	return nil
}
