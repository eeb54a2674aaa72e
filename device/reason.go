package device

import "errors"

// A Reason says why a fact is unknown. Its values are stored in recordings and reports,
// so they are never renamed.
type Reason string

const (
	NotAsked        Reason = "not-asked"        // nobody put the question
	Absent          Reason = "absent"           // the device has no such value (MissingValue, or the key is not in the reply)
	Refused         Reason = "refused"          // GetProhibited and its kin
	Locked          Reason = "locked"           // PasswordProtected: needs the passcode first
	NeverPaired     Reason = "never-paired"     // usbmuxd has no pair record for the device
	TrustPending    Reason = "trust-pending"    // the Trust dialog is on its screen
	TrustDenied     Reason = "trust-denied"     // somebody tapped Don't Trust
	TrustStale      Reason = "trust-stale"      // the device forgot this computer (InvalidHostID, or a TLS alert about our certificate)
	TrustForbidden  Reason = "trust-forbidden"  // management does not allow pairing
	RecordBroken    Reason = "record-broken"    // this computer's pair record cannot be used: empty, cut, without HostID
	RecordUnsaved   Reason = "record-unsaved"   // usbmuxd could not save a new pair record; the Gap's Detail has its result
	MuxTrouble      Reason = "mux-trouble"      // usbmuxd did not serve a request about this computer's own files; the Gap's Detail has it
	HandshakeFailed Reason = "handshake-failed" // TLS could not be agreed on
	OtherDevice     Reason = "other-device"     // a device with another UDID answered
	OtherClass      Reason = "other-class"      // a watch, an Apple TV, …: not judged
	Timeout         Reason = "timeout"          // no answer before the deadline
	Detached        Reason = "detached"         // the cable was pulled, or the connection reset
	NotAttached     Reason = "not-attached"     // asked for by its UDID, and not there
	Interrupted     Reason = "interrupted"      // the person at the computer stopped the run
	OutOfTime       Reason = "out-of-time"      // the time for the whole run was over
	Unreachable     Reason = "unreachable"      // the mux would not connect to the device
	NoService       Reason = "no-service"       // InvalidService: this device does not offer it
	Oversized       Reason = "oversized"        // a reply longer than anything a device sends
	Truncated       Reason = "truncated"        // a reply that ends too early
	Malformed       Reason = "malformed"        // a reply that is not what the protocol says
	Hostile         Reason = "hostile"          // a reply built to exhaust the reader; never decoded
	Undecodable     Reason = "undecodable"      // one value that cannot be decoded, in a reply that can
	WrongType       Reason = "wrong-type"       // a value of another type than the key has
	Implausible     Reason = "implausible"      // a value that cannot be true
	DeviceError     Reason = "device-error"     // an error name that is not in our list; the Gap's Detail has it
	Unsupported     Reason = "unsupported"      // this model or iOS version cannot tell
	Unlisted        Reason = "unlisted"         // the table of models and releases does not have this model
	NotPermitted    Reason = "not-permitted"    // this program may not read the folder on this computer
	NeedsPassword   Reason = "needs-password"   // it stands in an encrypted backup whose password was not given
	WrongPassword   Reason = "wrong-password"   // it stands in an encrypted backup that the password does not open
	Inconclusive    Reason = "inconclusive"     // what lies on this computer was read, and does not tell
	Offline         Reason = "offline"          // this computer could not reach a host in the internet; the Gap's Detail says how far it came
	Busy            Reason = "in-use"           // another command acts on the device
	BadEntry        Reason = "bad-entry"        // usbmuxd listed devices in a form that cannot be understood; the Gap's Detail counts them
	ListOnly        Reason = "list-only"        // usbmuxd broke off announcing devices and its list was taken; the Gap's Detail is the reason for which it broke off
	Internal        Reason = "internal"         // a fault of this program
)

// reasons holds each Reason with what it means, as the end of a sentence that begins
// with what could not be read.
var reasons = map[Reason]string{
	NotAsked:        "it was not asked for",
	Absent:          "the device has no such value",
	Refused:         "the device refused to tell",
	Locked:          "the device is locked with its passcode",
	NeverPaired:     "this computer has no pair record for the device",
	TrustPending:    "the Trust dialog is waiting on the device",
	TrustDenied:     "Don't Trust was chosen on the device",
	TrustStale:      "the device no longer knows this computer",
	TrustForbidden:  "management forbids pairing with this computer",
	RecordBroken:    "this computer's pair record for the device is broken",
	RecordUnsaved:   "the device trusts this computer, but usbmuxd could not save the pair record",
	MuxTrouble:      "this computer's usbmuxd did not serve the request",
	HandshakeFailed: "the encrypted connection to the device could not be set up",
	OtherDevice:     "another device answered in its place",
	OtherClass:      "it is not an iPhone, iPad or iPod touch",
	Timeout:         "the device did not answer in time",
	Detached:        "the device was disconnected",
	NotAttached:     "the device is not attached",
	Interrupted:     "the run was interrupted",
	OutOfTime:       "the time for the whole run was over",
	Unreachable:     "the device could not be reached over USB",
	NoService:       "the device does not offer this service",
	Oversized:       "the reply was too long",
	Truncated:       "the reply broke off",
	Malformed:       "the reply could not be understood",
	Hostile:         "the reply was built to exhaust its reader, and was not decoded",
	Undecodable:     "the value could not be decoded",
	WrongType:       "the value was of an unexpected type",
	Implausible:     "the value cannot be true",
	DeviceError:     "the device answered with an error",
	Unsupported:     "this model or iOS version cannot tell",
	Unlisted:        "the table of models does not list this model",
	NotPermitted:    "this program may not read it on this computer",
	NeedsPassword:   "the backup is encrypted and its password was not given",
	WrongPassword:   "the backup is encrypted and the password does not open it",
	Inconclusive:    "what was found on this computer does not tell",
	Offline:         "this computer could not reach it",
	Busy:            "another command is acting on the device",
	BadEntry:        "usbmuxd listed a device in a form that cannot be understood",
	ListOnly:        "usbmuxd broke off announcing devices, and its list was taken",
	Internal:        "this program failed",
}

// Error gives the reason as words, without a full stop.
func (r Reason) Error() string {
	if words, ok := reasons[r]; ok {
		return words
	}
	return "for a reason this version does not know"
}

// UnmarshalText reads a reason from a recording. One that this version does not know is
// kept, as long as it is written like a reason: lower-case letters and hyphens, at most 40.
func (r *Reason) UnmarshalText(text []byte) error {
	if len(text) == 0 || len(text) > 40 {
		return Malformed
	}
	for _, c := range text {
		if c != '-' && (c < 'a' || c > 'z') {
			return Malformed
		}
	}
	*r = Reason(text)
	return nil
}

// Transient reports whether what went wrong may go right at the next try, with the same
// device and nobody doing anything about it: a hub that was overloaded, a cable that was
// touched.
func (r Reason) Transient() bool {
	switch r {
	case Timeout, Detached, Unreachable, Truncated, HandshakeFailed:
		return true
	}
	return false
}

// A Gap is a Reason with the detail that goes with it.
type Gap struct {
	Reason Reason `json:"reason" privacy:"public"`           // why there is no value
	Detail string `json:"detail,omitempty" privacy:"public"` // a device's own error name; at most 64 letters, digits and dots
}

// Error gives the reason as words, and the detail in brackets.
func (g Gap) Error() string {
	if g.Detail == "" {
		return g.Reason.Error()
	}
	return g.Reason.Error() + " (" + Token(g.Detail) + ")"
}

// Unwrap lets errors.Is compare a Gap with its Reason.
func (g Gap) Unwrap() error { return g.Reason }

// GapOf finds the Gap in an error. An error that carries none is a fault of ours, and
// its text is dropped: it may hold what must not be kept.
func GapOf(err error) Gap {
	if gap, ok := errors.AsType[Gap](err); ok {
		return gap
	}
	if reason, ok := errors.AsType[Reason](err); ok {
		return Gap{Reason: reason}
	}
	return Gap{Reason: Internal}
}
