//go:build unix

package mobilebackup

import (
	"errors"
	"syscall"
)

// isFull reports whether a disk, or what a user may have of it, is full.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, errFull)
}
