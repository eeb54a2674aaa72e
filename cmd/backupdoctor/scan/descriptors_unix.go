//go:build !windows

package scan

import "golang.org/x/sys/unix"

// maxOpenVisits is how many visits the limit of open files allows. Go raises the soft limit
// to the hard one before main.
func maxOpenVisits() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return UsualJobs
	}
	return visitsWithin(uint64(limit.Cur))
}
