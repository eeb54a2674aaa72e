package database

import (
	"io"
	"io/fs"
	"time"
)

// oneFile is a file system with a single file, which is all SQLite needs for an immutable
// database.
type oneFile struct {
	source io.ReaderAt
	size   int64
}

const oneFileName = "database.sqlite"

// Open implements [fs.FS].
func (o oneFile) Open(name string) (fs.File, error) {
	if name != oneFileName {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return handle{io.NewSectionReader(o.source, 0, o.size)}, nil
}

// handle is the open file of a oneFile. It embeds SectionReader because SQLite seeks.
type handle struct{ *io.SectionReader }

func (h handle) Stat() (fs.FileInfo, error) { return info(h.Size()), nil }
func (h handle) Close() error               { return nil }

// info is the file's info: its size.
type info int64

func (i info) Name() string       { return oneFileName }
func (i info) Size() int64        { return int64(i) }
func (i info) Mode() fs.FileMode  { return 0o400 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
