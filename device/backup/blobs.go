package backup

import (
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
	folders [256]blobFolder // of the flat layout, the first one
}

// blobFolder is a folder of files. blobDirectory is what files are opened relative to; it
// differs by system.
type blobFolder struct {
	once sync.Once
	dir  blobDirectory
	err  error
}

const hexDigits = "0123456789abcdef"

// prefixName is the name of the folder for ids that begin with prefix.
func prefixName(prefix byte) string {
	return string([]byte{hexDigits[prefix>>4], hexDigits[prefix&15]})
}

// folder is where the file with an id lies.
func (b *blobs) folder(id manifest.FileID) (blobDirectory, error) {
	folder, name := &b.folders[id[0]], ""
	if b.flat {
		folder, name = &b.folders[0], "."
	}
	folder.once.Do(func() {
		if name == "" {
			name = prefixName(id[0])
		}
		folder.dir, folder.err = openDirectory(b.root, name)
	})
	return folder.dir, folder.err
}

// lstat looks at a file without opening it.
func (b *blobs) lstat(id manifest.FileID) (blobInfo, error) {
	dir, err := b.folder(id)
	if err != nil {
		return blobInfo{}, err
	}
	return dir.lstat(id.String())
}

// open opens a file and looks at it. What is no regular file is not opened, and answered
// as nil with an info that says so.
func (b *blobs) open(id manifest.FileID) (*blobFile, blobInfo, error) {
	dir, err := b.folder(id)
	if err != nil {
		return nil, blobInfo{}, err
	}
	return dir.open(id.String())
}

// blobInfo is what a look at a file tells without reading it.
type blobInfo struct {
	size     uint64
	modified int64 // Unix nanoseconds
	regular  bool  // a file, not a folder, link or pipe
	dataless bool  // its contents are kept elsewhere, and reading would fetch them
}

// close closes the folders, not the root.
func (b *blobs) close() {
	for i := range b.folders {
		b.folders[i].dir.close()
	}
}

// path is where a file lies that was met in the folder named after in.
func (b *blobs) path(in byte, id manifest.FileID) string {
	if b.flat {
		return id.String()
	}
	return prefixName(in) + "/" + id.String()
}
