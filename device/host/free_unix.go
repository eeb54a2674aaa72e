//go:build unix

package host

import (
	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/device"
)

// FreeBytes returns the space available to this user on the disk that holds path.
func FreeBytes(path string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil {
		return 0, device.Unsupported
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), nil
}
