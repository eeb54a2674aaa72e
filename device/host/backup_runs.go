package host

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A process is a program that runs, by the name that the system has for it, which may be
// cut, and its arguments where it may be read.
type process struct {
	name      string
	arguments string
}

// backs reports whether a process makes a backup of a device: Apple's own helper, which
// runs only meanwhile, or a tool that is called for it.
func (p process) backs() bool {
	name := strings.TrimSuffix(strings.ToLower(p.name), ".exe")
	switch {
	case strings.HasPrefix(name, "applemobilebacku"): // 15 or 16 letters are left of it on some systems
		return true
	case strings.HasPrefix(name, "idevicebackup"):
		return true
	case strings.HasPrefix(name, "python"), strings.HasPrefix(name, "pymobiledevice"):
		return strings.Contains(p.arguments, "pymobiledevice3") && strings.Contains(p.arguments, "backup2")
	default:
		return false
	}
}

// writtenWithin is how long ago a file of a backup under way was written at most. Between
// two files may lie as long as a large one takes.
const writtenWithin = 2 * time.Minute

// BackupRuns reports whether a backup of a device seems to be made on this computer. It
// looks at the processes that this user may see, and for backups in the folders that were
// written to in the last two minutes. Where it sees neither, one may run all the same: by a
// program that it does not know, into a folder that was not named.
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

// writtenSince looks at the backups in a folder, which are folders of 256 folders, and at
// what the backup under way puts beside them.
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
