package mobilebackup

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrPath is a path that no device sends: one that leads out of the folder, or whose name
// means something else to a system than a file. The session with a device that sends one ends.
var ErrPath = errors.New("the device named a file in a way that no device does")

// Bounds on a path of the device.
const (
	maxPath     = 4096 // bytes
	maxName     = 255  // bytes of one name in it
	maxPathDeep = 16   // names
)

// arriving is the folder, within that of the device, for files that are not whole yet. The
// device does not see it.
const arriving = ".arriving"

// cleanPath maps a path of the device into its folder: "." is the folder itself. Paths that
// look absolute are meant relative to it.
func cleanPath(path string) (string, error) {
	if len(path) > maxPath || !utf8.ValidString(path) {
		return "", ErrPath
	}
	var names []string
	for name := range strings.SplitSeq(path, "/") {
		switch {
		case name == "" || name == ".":
			continue
		case !isName(name), len(names) == maxPathDeep, len(names) == 0 && strings.EqualFold(name, arriving):
			return "", ErrPath
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ".", nil
	}
	return strings.Join(names, "/"), nil
}

// isName reports whether a name is one on every system. Windows takes some names for devices,
// cuts dots and blanks off the end, and reads a colon as the stream of a file.
func isName(name string) bool {
	if len(name) > maxName || strings.Trim(name, ". ") == "" || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
		return false
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`\:*?"<>|`, r) }) {
		return false
	}
	base, _, _ := strings.Cut(name, ".")
	return !isDeviceName(strings.ToUpper(strings.TrimRight(base, " ")))
}

func isDeviceName(base string) bool {
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, prefix := range []string{"COM", "LPT"} {
		if digit, ok := strings.CutPrefix(base, prefix); ok && len([]rune(digit)) == 1 && strings.ContainsAny(digit, "0123456789¹²³") {
			return true
		}
	}
	return false
}
