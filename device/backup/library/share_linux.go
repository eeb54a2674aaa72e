package library

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// shareBlocks clones a file on file systems that support it: Btrfs, XFS, bcachefs.
func shareBlocks(source *os.Root, from string, target *os.Root, to string) error {
	original, err := source.Open(from)
	if err != nil {
		return err
	}
	defer original.Close()
	clone, err := target.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(unix.IoctlFileClone(int(clone.Fd()), int(original.Fd())), clone.Close())
}
