package host

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A process is a running program: its name, which the system may truncate, and its
// arguments where they can be read.
type process struct {
	name      string
	arguments string
}

// backs reports whether a process is backing up a device: Apple's own helper, which runs
// only during a backup, or a backup tool.
func (p process) backs() bool {
	name := strings.TrimSuffix(strings.ToLower(p.name), ".exe")
	switch {
	case strings.HasPrefix(name, "applemobilebacku"): // some systems truncate it to 15 or 16 characters
		return true
	case strings.HasPrefix(name, "idevicebackup"):
		return true
	case strings.HasPrefix(name, "python"), strings.HasPrefix(name, "pymobiledevice"):
		return strings.Contains(p.arguments, "pymobiledevice3") && strings.Contains(p.arguments, "backup2")
	default:
		return false
	}
}

// writtenWithin is the maximum age of the newest file in a backup that is running. A large
// file can take that long to arrive.
const writtenWithin = 2 * time.Minute

// BackupRuns reports whether a device seems to be backing up to this computer. It checks
// the processes this user can see, and whether a backup in folders was written to in the
// last two minutes. It misses backups made by an unknown program into another folder.
func BackupRuns(folders []string, now time.Time) bool {
	for _, p := range processes() {
		if p.backs() {
			return true
		}
	}
	for _, folder := range folders {
		if writtenSince(folder, now.Add(-writtenWithin)) {
			return true
		}
	}
	return false
}

// writtenSince checks the backups in a folder, each of which has 256 subfolders, and the
// Snapshot folder that a running backup adds.
func writtenSince(folder string, since time.Time) bool {
	backups, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, backup := range backups {
		if !backup.IsDir() {
			continue
		}
		path := filepath.Join(folder, backup.Name())
		if youngIn(path, since) || youngIn(filepath.Join(path, "Snapshot"), since) {
			return true
		}
	}
	return false
}

func youngIn(folder string, since time.Time) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && young(info, since) {
			return true
		}
	}
	return false
}

func young(info fs.FileInfo, since time.Time) bool { return info.ModTime().After(since) }
