package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var notTrusted = &Check{
	ID:    "not-trusted",
	Short: "not trusted",
	Title: "The device trusts this computer",
	Doc: `An iPhone or iPad tells a computer about its backups only once it has been unlocked and its owner has tapped **Trust**.
Without that it reports little more than its name, model and version, so no other check can be answered.
It does not stop iCloud Backup.

Judged from how the session with the device began.
The trust is kept on both sides: the computer's pair record may be missing, and a device that was erased, or whose location and privacy settings were reset, forgets the computer.
Management can forbid pairing altogether, and so can Find My and other protections: the report gives the reason for a failed attempt in the device's own words.
After Don't Trust a device asks again only once it has been unplugged.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleTrustAlert, remedies.ImobiledeviceLockdown},
	Remedies: []remedies.ID{remedies.UnlockDevice, remedies.PlugInAgain, remedies.TrustThisComputer, remedies.RepairUsbmuxd, remedies.AskAdministrator},
	Judge:    judgeTrust,
}

func judgeTrust(s device.Snapshot) []Finding {
	trusted, err := live(s).Trusted.Get()
	switch {
	case err == nil && trusted:
		return ok("The device trusts this computer.", read(s, "Trust", "trusted", "trusted", trustSource(nil)))
	case err == nil:
		err = device.Implausible // a session that has not started should have a reason
	}
	try := live(s).PairTry
	switch device.GapOf(err).Reason {
	case device.NeverPaired:
		return distrust(s, "This computer has no pair record for the device"+failedTry(try)+".", waysToTrust(try)...)
	case device.RecordBroken:
		return distrust(s, "This computer's pair record for the device is broken"+failedTry(try)+".", waysToTrust(try)...)
	case device.RecordUnsaved:
		return ok("The device trusts this computer, which could not save that.", read(s, "Trust", "trusted", "trusted", trustSource(err)))
	case device.TrustPending:
		return distrust(s, "The Trust dialog is waiting on the device.", remedies.TrustThisComputer)
	case device.TrustDenied:
		return distrust(s, "Don't Trust was chosen on the device.", remedies.PlugInAgain, remedies.TrustThisComputer)
	case device.TrustStale:
		return distrust(s, "The device no longer knows this computer, which still has a pair record of it"+failedTry(try)+".", waysToTrust(try)...)
	case device.TrustForbidden:
		return distrust(s, "Management forbids this device to pair with this computer"+named(err)+".", remedies.AskAdministrator)
	case device.Locked:
		return distrust(s, "The device is locked with its passcode.", remedies.UnlockDevice)
	default:
		return unknown(s, "Whether the device trusts this computer", err)
	}
}

// failedTry says why a pairing attempt failed, as the end of a sentence.
func failedTry(try device.Gap) string {
	if try.Reason == "" {
		return ""
	}
	return ", and an attempt to pair failed: " + try.Error()
}

// waysToTrust returns the remedies after a failed pairing attempt, or without one.
func waysToTrust(try device.Gap) []remedies.ID {
	switch try.Reason {
	case device.TrustDenied:
		return []remedies.ID{remedies.PlugInAgain, remedies.TrustThisComputer}
	case device.TrustForbidden:
		return []remedies.ID{remedies.AskAdministrator}
	case device.Locked:
		return []remedies.ID{remedies.UnlockDevice, remedies.TrustThisComputer}
	case device.MuxTrouble, device.RecordUnsaved:
		return []remedies.ID{remedies.RepairUsbmuxd}
	case device.DeviceError, device.Refused:
		return []remedies.ID{} // trying again helps with none of these
	default:
		return []remedies.ID{remedies.TrustThisComputer}
	}
}

// named returns lockdownd's own name for an error, in parentheses.
func named(err error) string {
	if name := device.GapOf(err).Detail; name != "" {
		return " (" + name + ")"
	}
	return ""
}

// distrust returns a warning with the remedies for a trust state.
func distrust(s device.Snapshot, summary string, ids ...remedies.ID) []Finding {
	_, err := live(s).Trusted.Get()
	state := string(device.GapOf(err).Reason)
	findings := warning(summary, read(s, "Trust", state, "trusted", trustSource(err)))
	if try := live(s).PairTry; try.Reason != "" {
		value := string(try.Reason)
		if try.Detail != "" {
			value += " (" + try.Detail + ")"
		}
		findings[0].Evidence = append(findings[0].Evidence, read(s, "Try to pair", value, "paired", "lockdown Pair"))
	}
	findings[0].Remedies = ids
	return findings
}

// trustSource names the request whose answer shows a trust state.
func trustSource(err error) string {
	switch device.GapOf(err).Reason {
	case device.NeverPaired, device.RecordBroken, device.MuxTrouble:
		return "usbmux ReadPairRecord"
	case device.RecordUnsaved:
		return "usbmux SavePairRecord"
	case device.TrustPending, device.TrustDenied, device.TrustForbidden:
		return "lockdown Pair"
	default:
		return "lockdown StartSession"
	}
}
