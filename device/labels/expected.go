package labels

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// Normalized headers of the columns with a device's expected backup. They are read, and not
// shown as inventory fields.
const (
	expectedHead      = "expected"
	expectedSinceHead = "expectedsince"
)

// An expectation is an inventory's expected backup for one device.
type expectation struct {
	of    device.Expectation // "" if not stated
	since time.Time          // zero for always
}

// columnsExpected returns the indexes of the two columns, or -1 for a missing one.
func columnsExpected(heads []string) (expected, since int) {
	at := func(want string) int {
		return slices.IndexFunc(heads, func(head string) bool { return plain(head) == want })
	}
	return at(expectedHead), at(expectedSinceHead)
}

// readExpected reads icloud, computer or none, optionally with a start date: "none since
// 2026-09-01". Days begin at local midnight.
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
		return expectation{}, fmt.Errorf("the date must be written like 2026-09-01, not %q", day)
	}
	e.since = at.UTC()
	return e, nil
}

// Expect returns the policy of a device with the inventory's expectation added.
func (inv Inventory) Expect(p device.Policy, udid, serial string) device.Policy {
	if at, known := inv.find(udid, serial); known && inv.rows[at].expected.of != "" {
		p.Expected, p.ExpectedSince = inv.rows[at].expected.of, inv.rows[at].expected.since
	}
	return p
}
