package database

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// copyPrefix is the prefix of temporary copy folders; the ID of the process that made the copy
// follows.
const copyPrefix = "backupdoctor-copy-"

// newCopyFolder makes a folder that only this user can access.
func newCopyFolder() (string, error) {
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", copyPrefix, os.Getpid()))
}

// unusedFor is how long a copy must be unchanged before it is swept: it may be in use by a
// process not visible from here, such as one in a container.
const unusedFor = 10 * time.Minute

// Sweep removes copies that this user's processes left behind when they were killed.
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

// lastChanged returns when a folder or a file in it last changed.
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
