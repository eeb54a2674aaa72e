//go:build !windows

package scan

import (
	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
)

// maxOpenVisits is how many visits the limit of open files allows. Go raises the soft limit
// to the hard one before main.
func maxOpenVisits() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return workers.Usual
	}
	return visitsWithin(uint64(limit.Cur))
}
