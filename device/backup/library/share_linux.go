package library

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// shareBlocks clones a file on file systems that support it: Btrfs, XFS, bcachefs.
func shareBlocks(root *os.Root, from, to string) error {
	source, err := root.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(unix.IoctlFileClone(int(target.Fd()), int(source.Fd())), target.Close())
}
