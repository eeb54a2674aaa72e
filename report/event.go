package report

import "time"

// The kinds of events of a run, in the order in which they come. Between run_start and
// run_summary those of several devices are mixed; those of one device keep their order.
const (
	RunStart       = "run_start"       // a run has begun; with Total if it is known how many there are
	DeviceAttached = "device_attached" // a device is there, and waits for its turn
	DeviceState    = "device_state"    // a device has come further; with State
	DeviceDone     = "device_done"     // a device is finished; with Device
	DeviceDetached = "device_detached" // a device was unplugged; while devices are watched only
	RunSummary     = "run_summary"     // the run is over; with Report, whose list of devices is empty
	ExitError      = "exit_error"      // the command ends with an error; with Error and Exit
)

// The states of a device in a run.
const (
	Waiting   = "waiting"   // for its turn, or to be plugged in again
	Reading   = "reading"   // it is asked
	Verifying = "verifying" // its backups on this computer are looked at
	AllRead   = "read"      // all was read, and more is heard of it elsewhere once the others are
	Retrying  = "retrying"  // it failed for a reason that may pass, and is asked once more

	// While a copy of the device is made:
	Asking   = "asking"   // it asks its owner, or prepares
	Looking  = "looking"  // it compares its files with the last copy
	Sending  = "sending"  // files arrive
	Moving   = "moving"   // files are moved to their places
	Checking = "checking" // it looks whether everything is there
	Proving  = "proving"  // the copy is verified
)

// An Event is one thing that happened in a run, as it happened. Written one a line they are
// the format ndjson. Which fields are there hangs on Type; times are UTC, in RFC 3339.
type Event struct {
	Header
	Type       string    `json:"event"`                // run_start, device_attached, device_state, device_done, device_detached, run_summary or exit_error
	At         time.Time `json:"at"`                   // when it happened
	Run        string    `json:"run"`                  // id of the run
	UDID       string    `json:"udid,omitempty"`       // the device it is about, or a placeholder in a redacted run
	Name       string    `json:"name,omitempty"`       // what its owner calls it, once that is known
	Slot       string    `json:"slot,omitempty"`       // its place on the bench; absent if it has none
	Location   string    `json:"location,omitempty"`   // the USB port; absent if usbmuxd does not tell
	Connection string    `json:"connection,omitempty"` // USB or Network; absent if it is not known
	State      string    `json:"state,omitempty"`      // waiting, reading, verifying, retrying or read; while a copy is made asking, looking, sending, moving, checking or proving
	Copied     *Copied   `json:"copied,omitempty"`     // how far the copy of it has come
	Total      *int      `json:"total,omitempty"`      // how many devices the run begins with
	Device     *Device   `json:"device,omitempty"`     // all that was found on it, as it will stand in the report
	Report     *Report   `json:"report,omitempty"`     // the report without its devices, each of which had its device_done
	Error      string    `json:"error,omitempty"`      // why the command ends, in words
	Exit       *Exit     `json:"exit,omitempty"`       // the exit code that it ends with
}

// Copied is how far a copy that is being made has come.
type Copied struct {
	Files    int     `json:"files"`    // that arrived
	Bytes    uint64  `json:"bytes"`    // that arrived
	Fraction float64 `json:"fraction"` // of the whole, as the device says, 0 to 1; 0 if it does not say
}
