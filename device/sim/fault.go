package sim

import "time"

// A Fault makes a device, or the whole tray, misbehave. The meaning of Seconds, Count, Error and
// Key depends on the Kind. For faults of one reply, After is the number of replies at that place
// of a connection that are sent unchanged first.
//
// At names the place in the protocol where the fault applies; an empty At means every place
// suitable for the kind. Places are
//
//	connect                               usbmux Connect to the device
//	tls                                   any TLS handshake
//	lockdown                              every lockdown reply
//	GetValue, StartSession, …             lockdown replies to one request
//	root, com.apple.mobile.backup, …      GetValue replies for one domain
//	com.apple.mobile.backup/WillEncrypt   GetValue replies for one key
//	StartService com.apple.afc            the lockdown reply to that request
//	com.apple.afc                         every reply of that service
//	com.apple.mobile.MCInstall Flush      that service's replies to one request
//	com.apple.mobilebackup2               every message of the backup service, but not the files
//	com.apple.mobilebackup2 DLMessage…    its messages with one name
//	com.apple.mobilebackup2 file          the paths of a file
//	com.apple.mobilebackup2 block         a block of a file
//	com.apple.mobilebackup2 end           the end of a batch of files
//	usbmux, Listen, ListDevices, …        mux replies: Tray faults only
//	Attached, Detached                    announcements to listeners: Tray faults only
type Fault struct {
	Kind    Kind
	At      string
	Seconds float64
	Count   int
	After   int
	Error   string
	Key     string
}

// Kind is the kind of a fault, spelled the same in sim.plist and in Go.
type Kind string

// Trust faults. They apply to the whole device; At is not used.
const (
	Unpaired         Kind = "unpaired"          // never paired; a pairing request is accepted immediately
	TrustPending     Kind = "trust-pending"     // never paired; the first Count pairing attempts find the Trust dialog open
	Denied           Kind = "denied"            // never paired; Don't Trust was tapped; asks again after being plugged in Count more times (never if 0)
	PairingForbidden Kind = "pairing-forbidden" // never paired; forbidden by management
	Locked           Kind = "locked"            // locked with a passcode: no pairing and no services
	StaleHostID      Kind = "stale-host-id"     // the computer has a pair record that the device has forgotten
	StaleTLS         Kind = "stale-tls"         // like StaleHostID, and the device rejects the computer's certificate with a TLS alert
	Reenumerates     Kind = "reenumerates"      // never paired; leaves when Trust is tapped and returns under another number after Seconds (0.3 if 0)
	PairedByMux      Kind = "paired-by-mux"     // never paired; usbmuxd pairs by itself once its dialog is answered
	TLSIntolerant    Kind = "tls-intolerant"    // disconnects clients that offer more than TLS 1.0
)

// Faults of one reply.
const (
	Refused     Kind = "refused"      // the reply is only an error with the name in Error; for AFC, permission denied
	Stall       Kind = "stall"        // the reply is Seconds late; never sent if 0
	Truncated   Kind = "truncated"    // half the reply, then the connection is closed
	HalfStall   Kind = "half-stall"   // half the reply, then silence
	Trickle     Kind = "trickle"      // one byte every Seconds (0.03 if 0)
	Reset       Kind = "reset"        // Count bytes of the reply, then a connection reset
	Detach      Kind = "detach"       // the device is unplugged instead of replying
	Oversized   Kind = "oversized"    // the header claims 2^31 bytes, in AFC 2^40
	Garbage     Kind = "garbage"      // a bare word, which lenient parsers accept as an old-style property list
	Empty       Kind = "empty"        // an empty reply
	NoDict      Kind = "no-dict"      // a property list that is a string, not a dictionary
	BinaryPlist Kind = "binary-plist" // the same reply as a binary property list
	WrongTypes  Kind = "wrong-types"  // every value in the reply has a different type
	MissingKeys Kind = "missing-keys" // the reply contains only the keys echoed from the request
	PlistBomb   Kind = "plist-bomb"   // a binary property list of under 400 bytes that expands without limit
	DeepXML     Kind = "deep-xml"     // XML arrays nested 900,000 deep
	OddValue    Kind = "odd-value"    // the XML in Error replaces the value of Key, at any depth of the reply
	Twice       Kind = "twice"        // the reply is sent twice
	Undersized  Kind = "undersized"   // the mux header claims fewer bytes than its own length
	Numbered    Kind = "numbered"     // the mux responds with Count as its Result number
)

// Backup service faults.
const (
	HostilePath Kind = "hostile-path" // the path in Error replaces the host paths
	BackupError Kind = "backup-error" // the backup ends instead of the message, with code Count and the description in Error
	TapsCancel  Kind = "taps-cancel"  // the user cancels the sync: com.apple.itunes-client.syncCancelRequest is posted
)

// Restart faults. At is not used.
const (
	Stays     Kind = "stays"      // accepts the request to restart, but does not restart
	StaysAway Kind = "stays-away" // does not return after a restart
	SameBoot  Kind = "same-boot"  // leaves and returns as if restarted, but has only dropped its connection
)

// Tray faults.
const (
	ListRefused Kind = "list-refused" // ListDevices returns Result 4294967295 above Count devices (29 if 0; any number if negative)
	Unlisted    Kind = "unlisted"     // ListDevices omits the first Count entries (1 if 0)
	ListedTwice Kind = "listed-twice" // ListDevices returns the first Count entries twice (1 if 0)
	OddEntry    Kind = "odd-entry"    // the first Count entries of ListDevices lack a DeviceID (1 if 0)
	StrayReply  Kind = "stray-reply"  // each response is preceded by successful Results with the tags of other requests
	HangUp      Kind = "hang-up"      // listeners receive Count attach or detach events, then the connection is closed
	Swapped     Kind = "swapped"      // the numbers of the first two devices connect to each other
	Ghosts      Kind = "ghosts"       // listeners receive every event twice, and events for pairings and devices that do not exist
	WeakHub     Kind = "weak-hub"     // while Count USB devices have connections (12 if 0), connections to any other fail; with Seconds, after that delay
	Forgetful   Kind = "forgetful"    // SavePairRecord returns Result 0 but stores nothing; any earlier record is still returned
)

// has reports whether any fault is of the given kind.
func has(faults []Fault, kind Kind) bool {
	_, ok := find(faults, kind)
	return ok
}

// find returns the first fault of the given kind.
func find(faults []Fault, kind Kind) (Fault, bool) {
	for _, fault := range faults {
		if fault.Kind == kind {
			return fault, true
		}
	}
	return Fault{}, false
}

// delay returns Seconds as a duration, or otherwise if that is 0.
func (f Fault) delay(otherwise time.Duration) time.Duration {
	if f.Seconds == 0 {
		return otherwise
	}
	return time.Duration(f.Seconds * float64(time.Second))
}

// ofTrust reports whether the kind applies to the whole device rather than to one reply.
func (k Kind) ofTrust() bool {
	switch k {
	case Unpaired, TrustPending, Denied, PairingForbidden, Locked, StaleHostID, StaleTLS,
		Reenumerates, PairedByMux, TLSIntolerant:
		return true
	}
	return false
}

// ofReply reports whether the kind applies to one reply.
func (k Kind) ofReply() bool {
	switch k {
	case Refused, Stall, Truncated, HalfStall, Trickle, Reset, Detach, Oversized, Garbage, Empty, NoDict,
		BinaryPlist, WrongTypes, MissingKeys, PlistBomb, DeepXML, OddValue, Twice, Undersized, Numbered:
		return true
	}
	return false
}

// ofBackup reports whether the kind is specific to the backup service.
func (k Kind) ofBackup() bool { return k == HostilePath || k == BackupError || k == TapsCancel }

// ofRestart reports whether the kind applies to restarts.
func (k Kind) ofRestart() bool { return k == Stays || k == StaysAway || k == SameBoot }

// ofTray reports whether the kind applies to the mux itself.
func (k Kind) ofTray() bool {
	switch k {
	case ListRefused, Unlisted, ListedTwice, OddEntry, StrayReply, HangUp, Swapped, Ghosts, WeakHub, Forgetful:
		return true
	}
	return false
}
