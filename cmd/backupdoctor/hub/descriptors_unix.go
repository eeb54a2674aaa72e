//go:build !windows

package hub

import (
	"math"
	"syscall"
)

// openFileLimit returns how many files this process may have open, 0 if there is no limit or it is
// unknown. Go raises the soft limit to the hard limit before main.
func openFileLimit() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || uint64(limit.Cur) > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
