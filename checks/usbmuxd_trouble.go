package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var usbmuxdTrouble = &Check{
	ID:    "usbmuxd-trouble",
	Short: "usbmuxd trouble",
	Title: "usbmuxd on this computer keeps pair records",
	Doc: `usbmuxd is the program through which a computer reaches its devices, and it keeps the pair records by which they trust the computer. Where it cannot hand one out or save one, a device cannot be examined though it trusts this computer. It is no fault of the device and does not stop iCloud Backup.

Judged from its answers. Result 1 means that it does not know the request: usbmuxd 1.0.8 and older do not hand out pair records. Other results are errors of the system, such as 13 for a folder that it may not read, and 22 for one that is not there. After pairing the record is read back: a usbmuxd that says it has saved it and still hands out a broken one, or none, has kept the old file in its folder, and pairing again does not help.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.UsbmuxdPairRecords},
	Remedies: []remedies.ID{remedies.RepairUsbmuxd},
	Judge:    judgeUsbmuxd,
}

func judgeUsbmuxd(s device.Snapshot) []Finding {
	_, err := live(s).Trusted.Get()
	gap := device.GapOf(err)
	if try := live(s).PairTry; err != nil && (try.Reason == device.MuxTrouble || try.Reason == device.RecordUnsaved) {
		gap = try
	}
	request, result, _ := strings.Cut(gap.Detail, ".")
	switch {
	case err == nil:
		return ok("usbmuxd handed out the pair record of the device.", read(s, "Pair record", "handed out", "handed out", "usbmux ReadPairRecord"))
	case gap.Reason == device.RecordUnsaved && (result == string(device.RecordBroken) || result == string(device.NeverPaired)):
		return notKept(s, device.Reason(result))
	case gap.Reason == device.RecordUnsaved:
		return usbmuxdFailed(s, "The device trusts this computer, but usbmuxd could not save the pair record", request, result)
	case gap.Reason != device.MuxTrouble:
		return unknown(s, "Whether usbmuxd keeps pair records", err)
	case result == "1":
		return usbmuxdFailed(s, "usbmuxd on this computer is too old to hand out pair records", request, result)
	default:
		return usbmuxdFailed(s, "usbmuxd on this computer did not hand out what a session with the device needs", request, result)
	}
}

// notKept returns a warning that usbmuxd says it saved a pair record but does not return it.
func notKept(s device.Snapshot, why device.Reason) []Finding {
	handedOut := "none"
	if why == device.RecordBroken {
		handedOut = "a broken one"
	}
	return warning(fmt.Sprintf("The device trusts this computer, but usbmuxd did not keep the pair record that it was given: it hands out %s.", handedOut),
		read(s, "Pair record after pairing", handedOut, "the one that was saved", "usbmux ReadPairRecord"))
}

// usbmuxdFailed returns a warning with usbmuxd's answer.
func usbmuxdFailed(s device.Snapshot, what, request, result string) []Finding {
	request = device.Token(request)
	answer := "no answer that could be used: " + device.Token(result)
	if strings.Trim(result, "0123456789") == "" {
		answer = "result " + result
	}
	return warning(fmt.Sprintf("%s (%s to %s).", what, answer, request), read(s, request, answer, "result 0", "usbmux "+request))
}
