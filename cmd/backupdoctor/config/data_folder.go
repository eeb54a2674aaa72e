package config

import (
	"errors"
	"path/filepath"
)

// DataFolder returns the folder for user data on an operating system. It is not the settings
// folder, which may be synchronized between computers.
func DataFolder(goos string, getenv func(string) string) (string, error) {
	var folder string
	switch goos {
	case "windows":
		folder = getenv("LocalAppData")
	case "darwin":
		folder = below(getenv("HOME"), "Library/Application Support")
	default:
		if folder = getenv("XDG_DATA_HOME"); !filepath.IsAbs(folder) { // the specification ignores relative paths
			folder = below(getenv("HOME"), ".local/share")
		}
	}
	if folder == "" {
		return "", errors.New("this user's data folder is unknown")
	}
	return folder, nil
}

// below joins a path to a folder, or returns "" if the folder is "".
func below(folder, path string) string {
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, filepath.FromSlash(path))
}
