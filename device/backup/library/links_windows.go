package library

import (
	"errors"

	"golang.org/x/sys/windows"
)

// tooManyLinks reports whether a file has the maximum number of hard links.
func tooManyLinks(err error) bool { return errors.Is(err, windows.ERROR_TOO_MANY_LINKS) }
