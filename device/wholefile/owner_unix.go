//go:build !windows

package wholefile

import (
	"io/fs"
	"os"
	"syscall"
)

// takeOver gives file the owner, group and mode of like.
func takeOver(file *os.File, like fs.FileInfo) error {
	if want, ok := like.Sys().(*syscall.Stat_t); ok {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		if has, ok := info.Sys().(*syscall.Stat_t); !ok || has.Uid != want.Uid || has.Gid != want.Gid {
			if err := file.Chown(int(want.Uid), int(want.Gid)); err != nil {
				return ErrOwner
			}
		}
	}
	return file.Chmod(like.Mode().Perm())
}
