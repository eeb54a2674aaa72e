//go:build unix

package library

import (
	"errors"
	"syscall"
)

func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// tooManyLinks is the error of a file that has as many names as it may have.
func tooManyLinks(err error) bool { return errors.Is(err, syscall.EMLINK) }
