package main

import (
	"errors"
	"path/filepath"
)

// dataFolder is where the programs of a user keep their data on an operating system. It is
// not where they keep settings, which are copied from computer to computer.
func dataFolder(goos string, getenv func(string) string) (string, error) {
	var folder string
	switch goos {
	case "windows":
		folder = getenv("LocalAppData")
	case "darwin":
		folder = below(getenv("HOME"), "Library/Application Support")
	default:
		if folder = getenv("XDG_DATA_HOME"); !filepath.IsAbs(folder) { // a relative one does not count
			folder = below(getenv("HOME"), ".local/share")
		}
	}
	if folder == "" {
		return "", errors.New("the folder for data of this user is not known")
	}
	return folder, nil
}

// below is a folder in another, or nothing in nothing.
func below(folder, path string) string {
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, filepath.FromSlash(path))
}
