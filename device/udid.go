package device

import "strings"

// SameUDID reports whether two UDIDs name one device. People and programs write them with and
// without the hyphen, in either case. An empty UDID is unknown, and the same as none.
func SameUDID(a, b string) bool {
	key := UDIDKey(a)
	return key != "" && key == UDIDKey(b)
}

// UDIDKey is a UDID in the one spelling by which UDIDs are compared and stored: lower case,
// without the hyphen. It is not for display.
func UDIDKey(udid string) string { return strings.ToLower(strings.ReplaceAll(udid, "-", "")) }
