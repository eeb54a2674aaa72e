package config

import "io/fs"

// foreign returns false: on Windows an access control list keeps the user's settings folder
// private, and file modes do not show it.
func foreign(fs.FileInfo) bool { return false }

func writableByOthers(fs.FileInfo) bool { return false }

func replaceableByOthers(fs.FileInfo) bool { return false }
