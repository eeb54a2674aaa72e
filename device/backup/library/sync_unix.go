//go:build unix

package library

import (
	"errors"
	"os"
)

// syncFolder flushes the names in a folder to the disk.
func syncFolder(root *os.Root, name string) error {
	folder, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
