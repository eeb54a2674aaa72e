//go:build !windows

package database

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// unlinkOpen is true where a file that is open can lose its name.
const unlinkOpen = true

// isRunning reports whether there is a process; one of another user counts.
func isRunning(process int) bool {
	err := syscall.Kill(process, 0)
	return err == nil || !errors.Is(err, syscall.ESRCH)
}

func isOwn(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) == os.Geteuid()
}
