package report

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// A RestartList lists the devices to be restarted, and the result for each.
type RestartList struct {
	Header
	Devices []RestartedDevice `json:"devices"` // in the order in which they were chosen
	Exit    Exit              `json:"exit"`    // the exit code of the run, the same in every format
}

// A RestartedDevice is a device to be restarted.
type RestartedDevice struct {
	UDID           string  `json:"udid"`                     // its identifier
	Serial         string  `json:"serial,omitempty"`         // its serial number; absent if unknown
	Name           string  `json:"name"`                     // its name, as set by its owner; "" if unknown
	ProductType    string  `json:"productType,omitempty"`    // iPhone14,4; absent if unknown
	ModelName      string  `json:"modelName,omitempty"`      // iPhone 13 mini; absent if unknown
	ProductVersion string  `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	Restarted      string  `json:"restarted"`                // true if the restart was seen; false if it was not requested; otherwise unknown
	NewBoot        string  `json:"newBoot"`                  // true, false or unknown: its BootSessionID has changed
	Left           bool    `json:"left"`                     // it disconnected after the request
	CameBack       bool    `json:"cameBack"`                 // it was attached again afterwards
	MustUnlock     string  `json:"mustUnlock"`               // true, false or unknown: it is locked after the restart
	Seconds        float64 `json:"seconds"`                  // from the request until it answered again, or until the wait ended
	Summary        string  `json:"summary"`                  // what was found
	Reason         string  `json:"reason,omitempty"`         // why it was not asked, or refused: busy, locked, …
	Detail         string  `json:"detail,omitempty"`         // the device's own name for the error
}

// NewRestartList returns the document of a run. Its exit code is 0 if every device was seen to
// restart, 3 if one was not, and 130 if the run was interrupted.
func NewRestartList(devices []RestartedDevice, interrupted bool) RestartList {
	code := ExitNoProblem
	switch {
	case interrupted:
		code = ExitInterrupted
	case slices.ContainsFunc(devices, func(d RestartedDevice) bool { return d.Restarted != string(checks.ShownTrue) }):
		code = ExitNotExamined
	}
	table := Exits()
	return RestartList{
		Header: NewHeader(KindRestarts), Devices: listed(devices),
		Exit: table[slices.IndexFunc(table, func(e Exit) bool { return e.Code == code })],
	}
}

// NewRestartedDevice returns a row of which only the identity is known.
func NewRestartedDevice(id device.Identity) RestartedDevice {
	unknown := string(checks.NotShown)
	return RestartedDevice{
		UDID: id.UDID, Serial: textOf(id.Serial), Name: textOf(id.Name),
		ProductType: textOf(id.ProductType), ModelName: textOf(id.ModelName), ProductVersion: textOf(id.ProductVersion),
		Restarted: unknown, NewBoot: unknown, MustUnlock: unknown,
	}
}
