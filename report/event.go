package report

import "time"

// The kinds of events of a run, in order. Between run_start and run_summary, events of
// different devices interleave; those of one device keep their order.
const (
	RunStart       = "run_start"       // the run started; Total is set if the number of devices is known
	DeviceAttached = "device_attached" // a device is attached and waiting for its turn
	DeviceState    = "device_state"    // the state of a device changed; see State
	DeviceDone     = "device_done"     // a device is finished; see Device
	DeviceDetached = "device_detached" // a device was unplugged; only sent while watching
	RunSummary     = "run_summary"     // the run is over; see Report, whose device list is empty
	ExitError      = "exit_error"      // the command failed; see Error and Exit
)

// The states of a device in a run.
const (
	Waiting   = "waiting"   // waiting for its turn, or to be plugged in again
	Reading   = "reading"   // being read
	Verifying = "verifying" // its backups on this computer are being verified
	AllRead   = "read"      // fully read; more data comes from other sources once all devices are read
	Retrying  = "retrying"  // failed for a possibly transient reason; being retried

	// While the device is being backed up:
	Asking   = "asking"   // asking its owner, or preparing
	Looking  = "looking"  // comparing its files with the last copy
	Sending  = "sending"  // sending files
	Moving   = "moving"   // moving files into place
	Checking = "checking" // checking that everything is there
	Proving  = "proving"  // verifying the copy
)

// An Event is one event of a run. The format ndjson has one on each line. Which fields are present
// depends on the type; times are UTC, in RFC 3339.
type Event struct {
	Header
	Type       string    `json:"event"`                // run_start, device_attached, device_state, device_done, device_detached, run_summary or exit_error
	At         time.Time `json:"at"`                   // when it happened
	Run        string    `json:"run"`                  // id of the run
	UDID       string    `json:"udid,omitempty"`       // identifier of the device, or a placeholder in a redacted run
	Name       string    `json:"name,omitempty"`       // its name, as set by its owner; absent until it is known
	Slot       string    `json:"slot,omitempty"`       // its place on the bench; absent if it has none
	Location   string    `json:"location,omitempty"`   // the USB port; absent if usbmuxd does not report it
	Connection string    `json:"connection,omitempty"` // USB or Network; absent if unknown
	State      string    `json:"state,omitempty"`      // waiting, reading, verifying, retrying or read; while it is being copied: asking, looking, sending, moving, checking or proving
	Copied     *Copied   `json:"copied,omitempty"`     // progress of its copy
	Total      *int      `json:"total,omitempty"`      // number of devices when the run starts
	Device     *Device   `json:"device,omitempty"`     // the device as it will be in the report
	Report     *Report   `json:"report,omitempty"`     // the report without its devices, which had an event device_done each
	Error      string    `json:"errorText,omitempty"`  // why the command ended
	Exit       *Exit     `json:"exit,omitempty"`       // its exit code
}

// Copied is the progress of a copy.
type Copied struct {
	Files    int     `json:"files"`              // files received
	Bytes    uint64  `json:"bytes"`              // bytes received
	Fraction float64 `json:"fraction,omitempty"` // of the whole, as the device reports it, from 0 to 1; absent if it does not
}
