package database

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// copyPrefix begins the names of the folders of copies, with the process that made each.
const copyPrefix = "backupdoctor-copy-"

// newCopyFolder makes a folder that only this user may enter.
func newCopyFolder() (string, error) {
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", copyPrefix, os.Getpid()))
}

// unusedFor is how long a copy must not have been changed before it is swept: a process that
// cannot be seen from here, in a container, may be writing it.
const unusedFor = 10 * time.Minute

// Sweep removes the copies that processes of this user left behind, which were killed before
// they could.
func Sweep(now time.Time) {
	folder := os.TempDir()
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		text, isCopy := strings.CutPrefix(entry.Name(), copyPrefix)
		number, _, _ := strings.Cut(text, "-")
		process, err := strconv.Atoi(number)
		if !isCopy || err != nil || process <= 0 || isRunning(process) {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		if info, err := os.Lstat(path); err == nil && info.IsDir() && isOwn(info) && now.Sub(lastChanged(path, info)) > unusedFor {
			os.RemoveAll(path)
		}
	}
}

// lastChanged is when a folder or a file in it was changed last.
func lastChanged(path string, folder os.FileInfo) time.Time {
	last := folder.ModTime()
	entries, err := os.ReadDir(path)
	if err != nil {
		return last
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
