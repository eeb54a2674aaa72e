package backup

import (
	"io/fs"
	"os"
	"sync"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// blobs are the stored files of a backup, in 256 folders named after the first byte of their ID
// or, up to iOS 9, directly in the backup folder.
//
// Each folder is opened once and kept open, so a stat is one system call relative to it and no
// link can lead out of the backup.
type blobs struct {
	root    *os.Root
	flat    bool
	folders [256]blobFolder // the flat layout uses only the first
}

// blobFolder is a folder of files. Files are opened relative to a blobDirectory, which differs
// by system.
type blobFolder struct {
	once sync.Once
	dir  blobDirectory
	err  error
}

const hexDigits = "0123456789abcdef"

// prefixName returns the name of the folder for IDs that begin with prefix.
func prefixName(prefix byte) string {
	return string([]byte{hexDigits[prefix>>4], hexDigits[prefix&15]})
}

// name returns the name of the folder of the IDs that begin with a byte.
func (b *blobs) name(in byte) string {
	if b.flat {
		return "."
	}
	return prefixName(in)
}

// folder returns the folder of the IDs that begin with a byte. The error is errLink for a link, even
// one to another folder of the backup.
func (b *blobs) folder(in byte) (blobDirectory, error) {
	folder := &b.folders[in]
	if b.flat {
		folder = &b.folders[0]
	}
	folder.once.Do(func() {
		name := b.name(in)
		if info, err := b.root.Lstat(name); err == nil && info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) != 0 { // on Windows also a junction
			folder.err = errLink
			return
		}
		folder.dir, folder.err = openDirectory(b.root, name)
	})
	return folder.dir, folder.err
}

// lstat stats a file without opening it.
func (b *blobs) lstat(id manifest.FileID) (blobInfo, error) {
	dir, err := b.folder(id[0])
	if err != nil {
		return blobInfo{}, err
	}
	return dir.lstat(id.String())
}

// open opens and stats a file. If it is not a regular file, open returns a nil file and an info
// that says so.
func (b *blobs) open(id manifest.FileID) (*blobFile, blobInfo, error) {
	dir, err := b.folder(id[0])
	if err != nil {
		return nil, blobInfo{}, err
	}
	return dir.open(id.String())
}

// blobInfo is what can be learned about a file without reading it.
type blobInfo struct {
	size     uint64
	modified int64 // Unix nanoseconds
	regular  bool  // a file, not a folder, link or pipe
	link     bool
	dataless bool // contents are stored remotely; reading would download them
}

// close closes the folders but not the root.
func (b *blobs) close() {
	for i := range b.folders {
		b.folders[i].dir.close()
	}
}

// path returns the path of a file found in the folder named after in.
func (b *blobs) path(in byte, id manifest.FileID) string {
	if b.flat {
		return id.String()
	}
	return prefixName(in) + "/" + id.String()
}
