//go:build unix

package mobilebackup

import (
	"errors"
	"syscall"
)

// isFull reports whether the disk is full or the user's quota is exhausted.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, errFull)
}
