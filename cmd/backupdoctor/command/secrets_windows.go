package command

import "io/fs"

// The mode of a file on Windows does not tell who may read it.
func readableByOthers(fs.FileInfo) bool { return false }
