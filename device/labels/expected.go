package labels

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// The heads of the columns that say what is expected of a device, in their plain form. They are
// read, and not passed through.
const (
	expectedHead      = "expected"
	expectedSinceHead = "expectedsince"
)

// An expectation is what an inventory says of one device.
type expectation struct {
	of    device.Expectation // "" where it says nothing
	since time.Time          // zero for always
}

// columnsExpected are the places of the two columns; -1 for one that is not there.
func columnsExpected(heads []string) (expected, since int) {
	at := func(want string) int {
		return slices.IndexFunc(heads, func(head string) bool { return plain(head) == want })
	}
	return at(expectedHead), at(expectedSinceHead)
}

// readExpected reads icloud, computer or none, with or without the day on which it began:
// "none since 2026-09-01". Days begin at midnight of this computer.
func readExpected(expected, since string) (expectation, error) {
	word, day, _ := strings.Cut(strings.ToLower(strings.TrimSpace(expected)), " since ")
	e := expectation{of: device.Expectation(strings.TrimSpace(word))}
	if e.of != "" && !slices.Contains(device.Expectations(), e.of) {
		return expectation{}, fmt.Errorf("expected must be icloud, computer or none, not %q", expected)
	}
	if since = strings.TrimSpace(since); since != "" {
		day = since
	}
	if day = strings.TrimSpace(day); day == "" {
		return e, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, day, time.Local)
	if err != nil {
		return expectation{}, fmt.Errorf("the day since when must be written like 2026-09-01, not %q", day)
	}
	e.since = at.UTC()
	return e, nil
}

// Expect adds to the policy of a device what the inventory expects of it.
func (inv Inventory) Expect(p device.Policy, udid, serial string) device.Policy {
	if at, known := inv.find(udid, serial); known && inv.rows[at].expected.of != "" {
		p.Expected, p.ExpectedSince = inv.rows[at].expected.of, inv.rows[at].expected.since
	}
	return p
}
