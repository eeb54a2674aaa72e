package library

import (
	"os"
	"path/filepath"
)

// Foreign returns a folder that is itself a backup, where a library has only copies: the library's
// own, or that of a device. Another program would write into it too. It returns "" if there is none.
func (l Library) Foreign() string {
	folders := []string{l.Path}
	udids, _ := l.UDIDs() // a library that cannot be read cannot be written either
	for _, udid := range udids {
		folders = append(folders, filepath.Join(l.Path, udid))
	}
	for _, folder := range folders {
		for _, name := range []string{"Manifest.db", "Manifest.mbdb", "Info.plist", "Status.plist"} {
			if _, err := os.Lstat(filepath.Join(folder, name)); err == nil {
				return folder
			}
		}
	}
	return ""
}
