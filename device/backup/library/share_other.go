//go:build !linux && !darwin

package library

import (
	"errors"
	"os"
)

// shareBlocks is for file systems that other systems have.
func shareBlocks(*os.Root, string, string) error { return errors.ErrUnsupported }
