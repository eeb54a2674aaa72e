package library

import (
	"errors"
	"os"
	"path/filepath"
)

// Limits returns what the library's disk cannot do, and the consequence, one sentence each.
func Limits(path string) []string {
	var limits []string
	if !links(path) {
		limits = append(limits, "This disk cannot link files: each copy takes its full space, and is copied in full before it is renewed.")
	}
	if shortFiles(path) {
		limits = append(limits, "This disk (FAT) cannot hold a file of 4 GiB or more: a device with a larger video cannot be backed up to it.")
	}
	return limits
}

// links reports whether the disk supports hard links.
func links(path string) bool {
	file, err := os.CreateTemp(path, ".link-")
	if err != nil {
		return true // other errors are reported by the operation that fails
	}
	name := file.Name()
	err = os.Link(name, name+"-2")
	_ = errors.Join(file.Close(), os.Remove(name), os.Remove(filepath.Clean(name+"-2")))
	return !refusesLinks(err)
}
