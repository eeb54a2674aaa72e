package mobilebackup

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrPath is returned for a path that no real device sends: it leads out of the folder, or some
// system does not treat its name as a file name. It ends the session.
var ErrPath = errors.New("the device sent a file name that is not allowed")

// Limits on a path from the device.
const (
	maxPath     = 4096 // bytes
	maxName     = 255  // bytes of one name
	maxPathDeep = 16   // names
)

// arriving is the folder, inside the device's folder, for incomplete files. It is hidden from the
// device.
const arriving = ".arriving"

// snapshot is the folder in which the device puts new files until all have arrived.
const snapshot = "Snapshot"

// cleanPath maps a path from the device to one within its folder; "." is the folder itself.
// Absolute paths are treated as relative to it.
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

// isName reports whether a name is valid on every system. Windows reserves some names for
// devices, strips trailing dots and spaces, and treats a colon as the start of a stream name.
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
