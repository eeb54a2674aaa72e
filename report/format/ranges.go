package format

import (
	"fmt"
	"strconv"
	"strings"
)

// ranges abbreviates sorted names: three or more that differ only in a consecutive number
// become one range. A01 A02 A03 A05 becomes A01–A03 A05.
func ranges(names []string, dash string) []string {
	var short []string
	for start := 0; start < len(names); {
		end := start + 1
		for end < len(names) && names[end] == successor(names[end-1]) {
			end++
		}
		if end-start >= 3 {
			short = append(short, names[start]+dash+names[end-1])
		} else {
			short = append(short, names[start:end]...)
		}
		start = end
	}
	return short
}

// successor returns a name with its trailing number incremented at the same width, or "" if
// that is not possible.
func successor(name string) string {
	stem := strings.TrimRight(name, "0123456789")
	digits := name[len(stem):]
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s%0*d", stem, len(digits), n+1)
}
