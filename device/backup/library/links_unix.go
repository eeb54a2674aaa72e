//go:build unix

package library

import (
	"errors"
	"syscall"
)

// tooManyLinks reports whether a file has the maximum number of hard links.
func tooManyLinks(err error) bool { return errors.Is(err, syscall.EMLINK) }
