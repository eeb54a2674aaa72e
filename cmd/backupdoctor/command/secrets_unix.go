//go:build !windows

package command

import "io/fs"

func readableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o044 != 0 }
