package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
)

// A Fleet lists the devices read by the benches of a hub.
type Fleet struct {
	Header
	Devices []FleetDevice `json:"devices"` // in the requested order
}

// A FleetDevice is a device as of its newest reading.
type FleetDevice struct {
	KnownDevice
	ReceivedAt time.Time     `json:"receivedAt,omitzero"` // when the hub received that reading; absent outside a fleet
	FirstAt    time.Time     `json:"firstAt"`             // when it was first read
	Incomplete bool          `json:"incomplete"`          // the device was read only in part; reason says why
	Visits     int           `json:"visitCount"`          // number of readings
	Causes     []DeviceCause `json:"causes"`              // as last read; problems, then warnings, oldest first
}

// A DeviceCause is one cause on a device.
type DeviceCause struct {
	Check  string    `json:"check"`  // id of the check
	Status string    `json:"status"` // problem or warning
	Since  time.Time `json:"since"`  // when it was first found; it was not healthy since
	SeenAt time.Time `json:"seenAt"` // when it was last found
}

// A FleetStory is one device with all its visits to all benches.
type FleetStory struct {
	Header
	Device FleetDevice `json:"device"` // the device
	Visits []Visit     `json:"visits"` // newest first
}

// A FleetChanges lists the causes that are new, persist or were fixed.
type FleetChanges struct {
	Header
	Changes []FleetChange `json:"changes"` // most recent first within each kind of change
}

// A ChangeKind says what happened to a cause since a given time.
type ChangeKind string

// The kinds of changes of a cause.
const (
	ChangeNew   ChangeKind = "new"   // first found since, and not found healthy after that
	ChangeStill ChangeKind = "still" // first found before, and not found healthy after that
	ChangeFixed ChangeKind = "fixed" // found healthy since, and not found again
)

// A FleetChange is a change of one cause on one device.
type FleetChange struct {
	Change ChangeKind `json:"change"` // new, still or fixed
	ChangedCause
}

// A ChangedCause is one cause on one device.
type ChangedCause struct {
	Check      string    `json:"check"`               // id of the check
	Status     string    `json:"status"`              // problem or warning, as last found
	Since      time.Time `json:"since"`               // when it was first found; it was not healthy since
	SeenAt     time.Time `json:"seenAt"`              // when it was last found
	FixedAt    time.Time `json:"fixedAt,omitzero"`    // when the check was found healthy; absent if it was not
	UDID       string    `json:"udid"`                // identifier of the device
	Name       string    `json:"name,omitempty"`      // its name, as set by its owner; absent if unknown
	Serial     string    `json:"serial,omitempty"`    // its serial number; absent if unknown
	Site       string    `json:"site,omitempty"`      // of the device; absent if unknown
	Bench      string    `json:"bench"`               // bench that last read the device
	TakenAt    time.Time `json:"takenAt"`             // when that bench read it; if later than seenAt, it is unknown whether the cause persists
	Verdict    string    `json:"verdict"`             // of the device
	LastBackup time.Time `json:"lastBackup,omitzero"` // end of its last good iCloud backup; absent if none is known
}

// A FleetBenches lists the benches whose reports a hub has.
type FleetBenches struct {
	Header
	Benches []Bench `json:"benches"` // by name
}

// A Bench is what the database of a hub has from one bench.
type Bench struct {
	Name       string    `json:"bench"`           // its name
	Site       string    `json:"site,omitempty"`  // its site; absent if unknown
	Tool       string    `json:"toolVersion"`     // version of backupdoctor on the bench
	ReceivedAt time.Time `json:"receivedAt"`      // when the last message arrived
	ClockAhead int       `json:"clockOffSeconds"` // how far its clock was ahead when it sent that message, negative if behind; 0 if unknown
	TakenAt    time.Time `json:"takenAt"`         // when the device in it was read, by the hub's clock
	LagSeconds int       `json:"lagSeconds"`      // receivedAt minus takenAt
	Reports    int       `json:"reports"`         // reports stored
	Refused    int       `json:"refused"`         // reports not stored
	Devices    int       `json:"deviceCount"`     // devices last read by this bench
	LeftOut    int       `json:"leftOutFindings"` // findings left out of its reports, of checks that the hub does not know
}

// ClockLimit is how far the clock of a bench may be off before it is reported.
const ClockLimit = 5 * time.Minute

// ClockWords says how far the clock of a bench is off, or "" if that is no more than ClockLimit.
func (b Bench) ClockWords() string {
	off := time.Duration(b.ClockAhead) * time.Second
	switch {
	case off.Abs() <= ClockLimit:
		return ""
	case off > 0:
		return "its clock is " + words.Duration(off) + " ahead"
	default:
		return "its clock is " + words.Duration(-off) + " behind"
	}
}
