package device

import (
	"slices"
	"time"
)

// Policy is what is expected of a device's backups. It is stored in the snapshot so that
// judging a recording again gives the same result.
type Policy struct {
	MaxAgeSeconds uint64      `json:"maxAgeSeconds,omitempty"`             // maximum age of the last good backup; 0 for the default of two days
	Expected      Expectation `json:"expected,omitempty" privacy:"public"` // where it is backed up; "" for the default, iCloud
	ExpectedSince time.Time   `json:"expectedSince,omitzero"`              // start of this expectation; zero for always
}

// An Expectation is where a device should be backed up.
type Expectation string

const (
	ExpectICloud   Expectation = "icloud"
	ExpectComputer Expectation = "computer" // to a computer, and not to iCloud
	ExpectNone     Expectation = "none"     // needs no backup
)

// Expectations returns all expectations.
func Expectations() []Expectation {
	return []Expectation{ExpectICloud, ExpectComputer, ExpectNone}
}

// Expects returns where the device should be backed up at a given time. It is iCloud before
// the policy starts, and if its expectation is empty or unknown to this version.
func (p Policy) Expects(at time.Time) Expectation {
	if !slices.Contains(Expectations(), p.Expected) || p.ExpectedSince.After(at) {
		return ExpectICloud
	}
	return p.Expected
}
