//go:build !linux

package mobilebackup

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// syncNames syncs the folders in which names changed. Windows does this by itself and offers no
// other way.
func (f *Folder) syncNames(folders map[string]struct{}) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for name := range folders {
		folder, err := f.root.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has since been removed or moved
		}
		if err != nil {
			return err
		}
		err = folder.Sync()
		if err := errors.Join(err, folder.Close()); err != nil {
			return err
		}
	}
	return nil
}

// syncFile syncs the contents of a file.
func syncFile(file *os.File) error { return file.Sync() }
