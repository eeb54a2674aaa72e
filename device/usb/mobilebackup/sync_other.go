//go:build !linux

package mobilebackup

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// syncNames writes out the folders in which a name changed. Windows does so by itself, and
// knows no other way.
func (f *Folder) syncNames() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for name := range f.folders {
		folder, err := f.root.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was removed or moved since
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

// syncFile writes out the contents of a file.
func syncFile(file *os.File) error { return file.Sync() }
