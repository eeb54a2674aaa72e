package device

import "strings"

// SameUDID reports whether two UDIDs identify the same device, ignoring hyphens and case.
// An empty UDID is unknown and equals none.
func SameUDID(a, b string) bool {
	key := UDIDKey(a)
	return key != "" && key == UDIDKey(b)
}

// UDIDKey returns a UDID in its canonical form for comparison and storage: lower case
// without hyphens. It is not for display.
func UDIDKey(udid string) string { return strings.ToLower(strings.ReplaceAll(udid, "-", "")) }
