package backup

import (
	"io/fs"
	"os"
	"sync"

	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
)

// blobs are the stored files of a backup: in 256 folders named after the first byte of
// their id or, until iOS 9, in the backup's own folder.
//
// Each of the folders is opened once and kept open, so that looking at a file is one
// system call relative to it, and no link can lead out of the backup.
type blobs struct {
	root    *os.Root
	flat    bool
	folders [256]blobFolder
}

type blobFolder struct {
	once sync.Once
	root *os.Root
	err  error
}

const hexDigits = "0123456789abcdef"

// prefixName is the name of the folder for ids that begin with prefix.
func prefixName(prefix byte) string {
	return string([]byte{hexDigits[prefix>>4], hexDigits[prefix&15]})
}

// folder is where the file with an id lies.
func (b *blobs) folder(id manifest.FileID) (*os.Root, error) {
	if b.flat {
		return b.root, nil
	}
	folder := &b.folders[id[0]]
	folder.once.Do(func() { folder.root, folder.err = b.root.OpenRoot(prefixName(id[0])) })
	return folder.root, folder.err
}

// lstat looks at a file without opening it.
func (b *blobs) lstat(id manifest.FileID) (fs.FileInfo, error) {
	folder, err := b.folder(id)
	if err != nil {
		return nil, err
	}
	return folder.Lstat(id.String())
}

// open opens a file that lstat found to be a regular one.
func (b *blobs) open(id manifest.FileID) (*os.File, error) {
	folder, err := b.folder(id)
	if err != nil {
		return nil, err
	}
	return folder.Open(id.String())
}

// close closes the folders, not the root.
func (b *blobs) close() {
	for i := range b.folders {
		if root := b.folders[i].root; root != nil {
			root.Close()
		}
	}
}

// path is where a file lies that was met in the folder named after in.
func (b *blobs) path(in byte, id manifest.FileID) string {
	if b.flat {
		return id.String()
	}
	return prefixName(in) + "/" + id.String()
}
