//go:build !windows

package scan

import (
	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
)

// maxOpenVisits returns how many visits the limit on open files allows. Go raises the soft
// limit to the hard limit before main.
func maxOpenVisits() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return workers.Usual
	}
	return visitsWithin(uint64(limit.Cur))
}
