//go:build unix

package library

import (
	"errors"
	"syscall"
)

func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// tooManyLinks reports whether a file has the maximum number of hard links.
func tooManyLinks(err error) bool { return errors.Is(err, syscall.EMLINK) }
