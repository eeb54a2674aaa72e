package device

import "errors"

// A Reason says why a fact is unknown. Reasons are stored in recordings and reports, so
// never rename them.
type Reason string

const (
	NotAsked        Reason = "not-asked"        // the question was not asked
	Absent          Reason = "absent"           // the device has no such value (MissingValue, or the key is not in the reply)
	Refused         Reason = "refused"          // GetProhibited and similar errors
	Locked          Reason = "locked"           // PasswordProtected: must be unlocked first
	NeverPaired     Reason = "never-paired"     // usbmuxd has no pair record for the device
	TrustPending    Reason = "trust-pending"    // the Trust dialog is on the device's screen
	TrustDenied     Reason = "trust-denied"     // the user tapped Don't Trust
	TrustStale      Reason = "trust-stale"      // the device forgot this computer (InvalidHostID, or a TLS alert about our certificate)
	TrustForbidden  Reason = "trust-forbidden"  // a managed policy forbids pairing
	RecordBroken    Reason = "record-broken"    // this computer's pair record is unusable: empty, truncated, or without HostID
	RecordUnsaved   Reason = "record-unsaved"   // usbmuxd could not save a new pair record; the Gap's Detail has its result code
	MuxTrouble      Reason = "mux-trouble"      // usbmuxd failed a request about its files on this computer; the Gap's Detail has the request and its result
	HandshakeFailed Reason = "handshake-failed" // the TLS handshake failed
	OtherDevice     Reason = "other-device"     // a device with another UDID answered
	OtherClass      Reason = "other-class"      // a watch, an Apple TV, …: not supported
	Timeout         Reason = "timeout"          // no answer before the deadline
	Detached        Reason = "detached"         // the cable was pulled, or the connection reset
	NotAttached     Reason = "not-attached"     // requested by UDID, but not attached
	Interrupted     Reason = "interrupted"      // the user stopped the run
	OutOfTime       Reason = "out-of-time"      // the whole run timed out
	Unreachable     Reason = "unreachable"      // usbmuxd could not connect to the device
	NoService       Reason = "no-service"       // InvalidService: the device does not have this service
	Oversized       Reason = "oversized"        // a reply longer than any real one
	Truncated       Reason = "truncated"        // a reply that ends too early
	Malformed       Reason = "malformed"        // a reply that violates the protocol
	Hostile         Reason = "hostile"          // a reply designed to exhaust resources; not decoded
	Undecodable     Reason = "undecodable"      // an undecodable value in a decodable reply
	WrongType       Reason = "wrong-type"       // a value of the wrong type for its key
	Implausible     Reason = "implausible"      // a value that cannot be true
	DeviceError     Reason = "device-error"     // an unknown error name; the Gap's Detail has it
	Unsupported     Reason = "unsupported"      // not available on this model or iOS version
	Unlisted        Reason = "unlisted"         // the model is not in the table of models and releases
	NotPermitted    Reason = "not-permitted"    // no permission to read the folder on this computer
	ComputerLimit   Reason = "computer-limit"   // this computer ran out of open files or memory
	ReadFailed      Reason = "read-failed"      // the disk or network drive failed while this computer read it
	NeedsPassword   Reason = "needs-password"   // in an encrypted backup whose password was not given
	WrongPassword   Reason = "wrong-password"   // in an encrypted backup that the password does not open
	Inconclusive    Reason = "inconclusive"     // what was read does not settle it
	Offline         Reason = "offline"          // this computer could not reach an internet host; the Gap's Detail has the stage that failed
	Busy            Reason = "in-use"           // another command is using the device
	BadEntry        Reason = "bad-entry"        // usbmuxd listed devices in an unknown form; the Gap's Detail has their number
	ListOnly        Reason = "list-only"        // usbmuxd stopped announcing devices, and its list was used instead; the Gap's Detail is why it stopped
	Internal        Reason = "internal"         // a bug in this program
)

// reasons maps each Reason to the end of a sentence that starts with what could not be
// read.
var reasons = map[Reason]string{
	NotAsked:        "it was not asked for",
	Absent:          "the device has no such value",
	Refused:         "the device refused to report it",
	Locked:          "the device is locked with its passcode",
	NeverPaired:     "this computer has no pair record for the device",
	TrustPending:    "the Trust dialog is waiting on the device",
	TrustDenied:     "Don't Trust was chosen on the device",
	TrustStale:      "the device no longer knows this computer",
	TrustForbidden:  "management forbids pairing with this computer",
	RecordBroken:    "this computer's pair record for the device is broken",
	RecordUnsaved:   "the device trusts this computer, but usbmuxd could not save the pair record",
	MuxTrouble:      "usbmuxd on this computer did not carry out the request",
	HandshakeFailed: "the encrypted connection to the device could not be set up",
	OtherDevice:     "another device answered in its place",
	OtherClass:      "it is not an iPhone, iPad or iPod touch",
	Timeout:         "the device did not answer in time",
	Detached:        "the device was disconnected",
	NotAttached:     "the device is not attached",
	Interrupted:     "the run was interrupted",
	OutOfTime:       "the run timed out",
	Unreachable:     "the device could not be reached over USB",
	NoService:       "the device does not offer this service",
	Oversized:       "the reply was too long",
	Truncated:       "the reply was truncated",
	Malformed:       "the reply could not be understood",
	Hostile:         "the reply was designed to exhaust resources, and was not decoded",
	Undecodable:     "the value could not be decoded",
	WrongType:       "the value had an unexpected type",
	Implausible:     "the value cannot be true",
	DeviceError:     "the device answered with an error",
	Unsupported:     "this model or iOS version does not report it",
	Unlisted:        "the table of models does not list this model",
	NotPermitted:    "this program may not read it on this computer",
	ComputerLimit:   "this computer ran out of open files or memory",
	ReadFailed:      "this computer could not read it from its disk",
	NeedsPassword:   "the backup is encrypted and its password was not given",
	WrongPassword:   "the backup is encrypted and the password does not open it",
	Inconclusive:    "what is known does not settle it",
	Offline:         "this computer could not reach it",
	Busy:            "another command is acting on the device",
	BadEntry:        "usbmuxd listed a device in a form that cannot be understood",
	ListOnly:        "usbmuxd stopped announcing devices, and its list was used",
	Internal:        "this program failed",
}

// Error returns the reason in words, without a full stop.
func (r Reason) Error() string {
	if words, ok := reasons[r]; ok {
		return words
	}
	return "for a reason this version does not know"
}

// UnmarshalText reads a reason from a recording. A reason unknown to this version is kept
// if it is well-formed: at most 40 lower-case letters and hyphens.
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

// Transient reports whether a retry with the same device may succeed without any
// intervention, for example after a hub was overloaded or a cable was touched.
func (r Reason) Transient() bool {
	switch r {
	case Timeout, Detached, Unreachable, Truncated, HandshakeFailed, ComputerLimit:
		return true
	}
	return false
}

// A Gap is a Reason with an optional detail.
type Gap struct {
	Reason Reason `json:"reason" privacy:"public"`           // why there is no value
	Detail string `json:"detail,omitempty" privacy:"public"` // such as an error name from the device; at most 64 letters, digits and dots
}

// Error returns the reason in words, and the detail in parentheses.
func (g Gap) Error() string {
	if g.Detail == "" {
		return g.Reason.Error()
	}
	return g.Reason.Error() + " (" + Token(g.Detail) + ")"
}

// Unwrap lets errors.Is compare a Gap with its Reason.
func (g Gap) Unwrap() error { return g.Reason }

// GapOf returns the Gap in an error. An error without one is Internal, and its text is
// dropped because it may contain private data.
func GapOf(err error) Gap {
	if gap, ok := errors.AsType[Gap](err); ok {
		return gap
	}
	if reason, ok := errors.AsType[Reason](err); ok {
		return Gap{Reason: reason}
	}
	return Gap{Reason: Internal}
}
