//go:build unix

package library

import (
	"errors"
	"os"
)

// syncFolder makes sure that the names in a folder are on the disk.
func syncFolder(root *os.Root, name string) error {
	folder, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
