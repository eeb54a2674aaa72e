package config

import "io/fs"

// On Windows the folder of the user's settings is private by its access control list, which
// the mode of a file does not tell.
func foreign(fs.FileInfo) bool { return false }

func writableByOthers(fs.FileInfo) bool { return false }

func replaceableByOthers(fs.FileInfo) bool { return false }
