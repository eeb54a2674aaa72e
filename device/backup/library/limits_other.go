//go:build !linux

package library

// shortFiles is always false: FAT is only detected on Linux.
func shortFiles(string) bool { return false }
