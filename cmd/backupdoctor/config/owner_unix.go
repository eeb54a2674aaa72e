//go:build !windows

package config

import (
	"io/fs"
	"os"
	"syscall"
)

// foreign reports whether a file belongs neither to this user nor to root.
func foreign(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && status.Uid != 0 && int(status.Uid) != os.Geteuid()
}

func writableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o022 != 0 }

// replaceableByOthers reports whether any user may replace files in a folder.
func replaceableByOthers(folder fs.FileInfo) bool {
	return folder.Mode().Perm()&0o002 != 0 && folder.Mode()&fs.ModeSticky == 0
}
