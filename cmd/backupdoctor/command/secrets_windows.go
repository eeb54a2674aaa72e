package command

import "io/fs"

// readableByOthers returns false: on Windows the mode of a file does not show who may read it.
func readableByOthers(fs.FileInfo) bool { return false }
