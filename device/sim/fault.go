package sim

import "time"

// A Fault makes a device, or the whole tray, misbehave. What At, Seconds, Count,
// Error and Key mean is said at each Kind. After is for faults of one reply: so many replies at
// that place of a connection are well before it strikes.
//
// At names the place of the conversation where the fault strikes; an empty At is every
// place that the kind fits. Places are
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
//	com.apple.mobilebackup2               every message of the backup service, not the files
//	com.apple.mobilebackup2 DLMessage…    its messages of one name
//	com.apple.mobilebackup2 file          the paths of a file that it sends
//	com.apple.mobilebackup2 block         a block of a file
//	com.apple.mobilebackup2 end           what ends a batch of files
//	usbmux, Listen, ListDevices, …        mux replies: faults of a Tray only
//	Attached, Detached                    what the mux tells those who listen: the same
type Fault struct {
	Kind    Kind
	At      string
	Seconds float64
	Count   int
	After   int
	Error   string
	Key     string
}

// Kind names a fault, in sim.plist as in Go.
type Kind string

// Faults of trust. They hold for the whole device; At is not used.
const (
	Unpaired         Kind = "unpaired"          // never paired; whoever asks to pair is trusted at once
	TrustPending     Kind = "trust-pending"     // never paired; the first Count tries to pair meet an open Trust dialog
	Denied           Kind = "denied"            // never paired; Don't Trust was tapped; asks again after it was plugged in Count more times (never, if that is 0)
	PairingForbidden Kind = "pairing-forbidden" // never paired; management does not allow it
	Locked           Kind = "locked"            // locked with a passcode: no pairing and no services
	StaleHostID      Kind = "stale-host-id"     // the computer has a pair record that the device forgot
	StaleTLS         Kind = "stale-tls"         // as above, and the device refuses the computer's certificate with a TLS alert
	Reenumerates     Kind = "reenumerates"      // never paired; once Trust is tapped it leaves, and returns under another number after Seconds (0.3 if that is 0)
	PairedByMux      Kind = "paired-by-mux"     // never paired; the dialog that is answered is that of usbmuxd, which pairs by itself
	TLSIntolerant    Kind = "tls-intolerant"    // hangs up on clients that offer more than TLS 1.0
)

// Faults of one reply.
const (
	Refused     Kind = "refused"      // the reply is only an error with the name in Error; for AFC, permission denied
	Stall       Kind = "stall"        // the reply comes Seconds late; never, if that is 0
	Truncated   Kind = "truncated"    // half the reply, then the end of the connection
	HalfStall   Kind = "half-stall"   // half the reply, then silence
	Trickle     Kind = "trickle"      // one byte at a time, each after Seconds (0.03 if that is 0)
	Reset       Kind = "reset"        // Count bytes of the reply, then a broken connection
	Detach      Kind = "detach"       // instead of the reply the device is unplugged
	Oversized   Kind = "oversized"    // the header promises 2^31 bytes, in AFC 2^40
	Garbage     Kind = "garbage"      // a bare word, which lenient readers take for an old-style property list
	Empty       Kind = "empty"        // a reply of no bytes
	NoDict      Kind = "no-dict"      // a property list that is a string, not a dictionary
	BinaryPlist Kind = "binary-plist" // the same reply as a binary property list
	WrongTypes  Kind = "wrong-types"  // every value in the reply has another type
	MissingKeys Kind = "missing-keys" // the reply lacks everything but the echo of the request
	PlistBomb   Kind = "plist-bomb"   // a binary property list of under 400 bytes that unfolds without end
	DeepXML     Kind = "deep-xml"     // XML arrays nested 900,000 deep
	OddValue    Kind = "odd-value"    // the XML in Error replaces the value of Key, at any depth of the reply
	Twice       Kind = "twice"        // the reply is sent twice
	Undersized  Kind = "undersized"   // the header of the mux promises no bytes, less than its own length
	Numbered    Kind = "numbered"     // the mux answers with Count as the number of its Result
)

// Faults of the backup service.
const (
	HostilePath Kind = "hostile-path" // the path in Error takes the place of those on the host
	BackupError Kind = "backup-error" // in place of the message the backup ends, with code Count and the description in Error
	TapsCancel  Kind = "taps-cancel"  // the person cancels the sync: com.apple.itunes-client.syncCancelRequest is posted
)

// Faults of a Tray.
const (
	ListRefused Kind = "list-refused" // ListDevices answers Result 4294967295 above Count devices (29 if that is 0; any if it is below)
	Unlisted    Kind = "unlisted"     // ListDevices lacks the first Count entries (1 if that is 0)
	ListedTwice Kind = "listed-twice" // ListDevices has the first Count entries twice (1 if that is 0)
	OddEntry    Kind = "odd-entry"    // the first Count entries of ListDevices have no DeviceID (1 if that is 0)
	StrayReply  Kind = "stray-reply"  // before each answer come Results of success with the tags of other requests
	HangUp      Kind = "hang-up"      // who listens hears of Count devices that come or go, and then the connection ends
	Swapped     Kind = "swapped"      // the numbers of the first two devices lead to each other
	Ghosts      Kind = "ghosts"       // who listens hears everything twice, and of pairings and devices that never were
	WeakHub     Kind = "weak-hub"     // while Count devices on USB are spoken with (12 if that is 0), the connections to any other break; with Seconds they are silent first
	Forgetful   Kind = "forgetful"    // SavePairRecord answers Result 0 and keeps nothing: what was there before is handed out as before
)

// has reports whether any of the faults is of the kind.
func has(faults []Fault, kind Kind) bool {
	_, ok := find(faults, kind)
	return ok
}

// find is the first fault of the kind.
func find(faults []Fault, kind Kind) (Fault, bool) {
	for _, fault := range faults {
		if fault.Kind == kind {
			return fault, true
		}
	}
	return Fault{}, false
}

// delay is Seconds as a duration, or otherwise if that is 0.
func (f Fault) delay(otherwise time.Duration) time.Duration {
	if f.Seconds == 0 {
		return otherwise
	}
	return time.Duration(f.Seconds * float64(time.Second))
}

// ofTrust reports whether the kind is about the whole device, not about one reply.
func (k Kind) ofTrust() bool {
	switch k {
	case Unpaired, TrustPending, Denied, PairingForbidden, Locked, StaleHostID, StaleTLS,
		Reenumerates, PairedByMux, TLSIntolerant:
		return true
	}
	return false
}

// ofReply reports whether the kind is about one reply.
func (k Kind) ofReply() bool {
	switch k {
	case Refused, Stall, Truncated, HalfStall, Trickle, Reset, Detach, Oversized, Garbage, Empty, NoDict,
		BinaryPlist, WrongTypes, MissingKeys, PlistBomb, DeepXML, OddValue, Twice, Undersized, Numbered:
		return true
	}
	return false
}

// ofBackup reports whether the kind is one that only the backup service has.
func (k Kind) ofBackup() bool { return k == HostilePath || k == BackupError || k == TapsCancel }

// ofTray reports whether the kind is about the mux itself.
func (k Kind) ofTray() bool {
	switch k {
	case ListRefused, Unlisted, ListedTwice, OddEntry, StrayReply, HangUp, Swapped, Ghosts, WeakHub, Forgetful:
		return true
	}
	return false
}
