//go:build !windows

package output

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

const (
	noFollow    = syscall.O_NOFOLLOW
	nonBlocking = syscall.O_NONBLOCK
)

// nobodyReads reports whether opening a FIFO failed because it has no reader.
func nobodyReads(err error) bool { return errors.Is(err, syscall.ENXIO) }

// ownedByOthers reports whether a file belongs neither to this user nor to root.
func ownedByOthers(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) != os.Geteuid() && status.Uid != 0
}

// keepsOwner reports whether this user can give another file the owner and group of this one.
func keepsOwner(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() == 0 {
		return true
	}
	groups, _ := os.Getgroups() // none if unknown
	return int(status.Uid) == os.Geteuid() && slices.Contains(append(groups, os.Getegid()), int(status.Gid))
}
