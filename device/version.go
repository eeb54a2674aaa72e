package device

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a numeric iOS or iPadOS version, so that 18.10 sorts after 18.9. The zero
// Version is not a version.
type Version struct{ Major, Minor, Patch int }

// ParseVersion parses "26", "18.7" or "10.3.4". Anything else is Malformed.
func ParseVersion(text string) (Version, error) {
	parts := strings.Split(text, ".")
	if len(parts) > 3 {
		return Version{}, Malformed
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return Version{}, Malformed
		}
		numbers[i] = int(n)
	}
	return Version{numbers[0], numbers[1], numbers[2]}, nil
}

// Compare returns a negative number if v is older than w, zero if they are equal, and a
// positive number otherwise.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch))
}

// String formats the version as Apple does: 26, 18.7, 10.3.4.
func (v Version) String() string {
	switch {
	case v.Patch != 0:
		return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	case v.Minor != 0:
		return fmt.Sprintf("%d.%d", v.Major, v.Minor)
	default:
		return strconv.Itoa(v.Major)
	}
}

// MarshalText formats the version like String.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText parses the version like ParseVersion.
func (v *Version) UnmarshalText(text []byte) error {
	version, err := ParseVersion(string(text))
	if err != nil {
		return err
	}
	*v = version
	return nil
}

// Version returns the installed iOS or iPadOS version. It ignores anything after a space,
// as in "16.4.1 (a)" after a Rapid Security Response, or "27.0 beta 2".
func (id Identity) Version() (Version, error) {
	text, err := id.ProductVersion.Get()
	if err != nil {
		return Version{}, err
	}
	digits, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return ParseVersion(digits)
}

// ModelNumber splits a ProductType: "iPhone14,6" is iPhone, 14, 6. ok is false for any
// other format.
func ModelNumber(productType string) (family string, major, minor int, ok bool) {
	split := strings.IndexAny(productType, "0123456789")
	if split <= 0 {
		return "", 0, 0, false
	}
	family = productType[:split]
	left, right, _ := strings.Cut(productType[split:], ",")
	major, _ = strconv.Atoi(left)
	minor, _ = strconv.Atoi(right)
	if productType != fmt.Sprintf("%s%d,%d", family, major, minor) || minor < 0 {
		return "", 0, 0, false
	}
	return family, major, minor, true
}
