//go:build !windows

package database

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// unlinkOpen reports whether an open file can be unlinked.
const unlinkOpen = true

// NonBlocking is a flag for opening a file or folder: os.File then leaves out the four calls that
// find out whether it is pollable.
const NonBlocking = syscall.O_NONBLOCK

// isRunning reports whether a process exists, including one of another user.
func isRunning(process int) bool {
	err := syscall.Kill(process, 0)
	return err == nil || !errors.Is(err, syscall.ESRCH)
}

func isOwn(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) == os.Geteuid()
}
