package database

import (
	"io/fs"
	"os"
)

// unlinkOpen is false: Windows cannot unlink an open file.
const unlinkOpen = false

// NonBlocking is a flag for opening a file or folder on other systems.
const NonBlocking = 0

// isRunning reports whether a process exists: Windows can open it only then.
func isRunning(process int) bool {
	p, err := os.FindProcess(process)
	if err != nil {
		return false
	}
	p.Release()
	return true
}

// isOwn is always true: the folder for temporary files belongs to the user.
func isOwn(fs.FileInfo) bool { return true }
