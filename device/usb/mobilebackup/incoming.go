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

// write writes a file and gives it its name. After an error it discards further data. Buffers go
// back to the channel they came from.
func (f *Folder) write(name string, pieces <-chan piece, buffers chan<- []byte) {
	a := Arrival{Path: name}
	var file *os.File
	var temporary string
	sum1, sum256 := sha1.New(), sha256.New()
	for p := range pieces {
		broken := f.failed() != nil
		if file == nil && !broken && !p.abandoned {
			var err error
			if file, temporary, a.Again, err = f.createFor(name); err != nil {
				f.fail(err)
				broken = true
			}
		}
		if len(p.data) > 0 {
			if !broken {
				f.fail(writeTo(file, p.data, sum1, sum256))
				a.Size += int64(len(p.data))
			}
			buffers <- p.data[:bufferSize]
		}
		if !p.last || broken {
			continue
		}
		err := f.install(file, temporary, name, nil)
		if file = nil; err != nil {
			f.fail(err)
			continue
		}
		sum1.Sum(a.SHA1[:0])
		sum256.Sum(a.SHA256[:0])
		f.writing.finished(a)
	}
	if file != nil {
		_ = f.install(file, temporary, "", errAbandoned) // removes the file
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

// createFor creates the file in which a file is received. In Snapshot, where the device sends new
// files, it has its name from the start, which saves renaming every file of a full backup. If the
// session ends before the file is complete it is removed, and if the process ends or the computer
// stops, it was never passed to Kept. Elsewhere, and in place of an existing file, the name is
// temporary. again means that the file exists in Snapshot, so that it was received before.
func (f *Folder) createFor(name string) (file *os.File, temporary string, again bool, err error) {
	if path.Base(path.Dir(path.Dir(name))) == snapshot && isStored(name) {
		if file, err = f.createFile(name); err == nil {
			return file, name, false, nil
		}
		again = errors.Is(err, fs.ErrExist)
	}
	file, temporary, err = f.create()
	return file, temporary, again, err
}

// create creates a temporary file.
func (f *Folder) create() (file *os.File, temporary string, err error) {
	temporary = arriving + "/" + strconv.FormatUint(f.number.Add(1), 36)
	file, err = f.createFile(temporary)
	return file, temporary, err
}

// install closes a file and renames it, unless it has its name, replacing any existing file. If the
// file is incomplete, it is removed instead.
func (f *Folder) install(file *os.File, temporary, name string, written error) error {
	err := written
	if err == nil {
		err = syncFile(file)
	}
	err = errors.Join(err, file.Close())
	if err == nil && temporary != name {
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
