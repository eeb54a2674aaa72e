package codes

import (
	"fmt"
	"slices"
	"strings"
)

// Strength is how strongly a code or message points to a cause.
type Strength string

const (
	States   Strength = "states"    // the code or message itself names the cause
	PointsTo Strength = "points to" // the likeliest cause, which the code or message does not name
	MayBe    Strength = "may be"    // one of several possible causes
)

// stating lists the codes that name their first cause. All others only point to one.
var stating = map[ErrorDomain][]int{
	MBErrorDomain: {13, 22, 100, 104, 105, 106, 209, 210, 303, 305},
	CKErrorDomain: {9, 25},
}

// Strength returns how strongly m points to the cause with this ID; "" if not at all.
func (m Meaning) Strength(check string) Strength {
	switch place := slices.Index(m.Checks, check); {
	case place < 0:
		return ""
	case place > 0 || m.Vague || m.Checks[0] == "transient-glitch":
		return MayBe
	case m.Domain == "" || slices.Contains(stating[m.Domain], m.Number):
		return States
	default:
		return PointsTo
	}
}

// Observed returns what happened, without any cause: the first sentence of the meaning, without
// a full stop. If only the meaning in computer backups is known, it says so.
func (m Meaning) Observed() string {
	text, known := m.InICloud, "reported"
	if text == "" {
		text, known = m.InComputerBackup, "known from backups to a computer only"
	}
	text, _, _ = strings.Cut(text, ". ")
	text = strings.TrimSuffix(text, ".")
	if m.InICloud == "" {
		return fmt.Sprintf("a code that is %s: %s", known, text)
	}
	return text
}
