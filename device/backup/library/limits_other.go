//go:build !linux

package library

// shortFiles is not known on other systems.
func shortFiles(string) bool { return false }
