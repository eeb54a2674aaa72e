//go:build !linux && !darwin

package library

import (
	"errors"
	"os"
)

// shareBlocks is not supported on this system.
func shareBlocks(*os.Root, string, *os.Root, string) error { return errors.ErrUnsupported }
