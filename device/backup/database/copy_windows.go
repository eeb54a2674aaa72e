package database

import (
	"io/fs"
	"os"
)

// unlinkOpen is false: on Windows a file that is open keeps its name.
const unlinkOpen = false

// isRunning reports whether there is a process. Only for one that is, Windows opens it.
func isRunning(process int) bool {
	p, err := os.FindProcess(process)
	if err != nil {
		return false
	}
	p.Release()
	return true
}

// isOwn is true: the folder for temporary files is the user's own.
func isOwn(fs.FileInfo) bool { return true }
