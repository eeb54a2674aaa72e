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
Without that it gives little more than its name, model and version, so nothing else here can be answered.
It does not stop iCloud Backup.

Judged from how the session with the device began.
The trust is kept on both sides: the computer's pair record may be missing, and a device that was erased, or whose location and privacy settings were reset, forgets the computer.
Management can forbid pairing altogether.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.ImobiledeviceLockdown},
	Remedies: []remedies.ID{remedies.TrustThisComputer, remedies.UnlockDevice, remedies.AskAdministrator},
	Judge:    judgeTrust,
}

func judgeTrust(s device.Snapshot) []Finding {
	trusted, err := live(s).Trusted.Get()
	switch {
	case err == nil && trusted:
		return ok("The device trusts this computer.", read(s, "Trust", "trusted", "trusted", trustSource(nil)))
	case err == nil:
		err = device.Implausible // a session that has not started has a reason
	}
	switch device.GapOf(err).Reason {
	case device.NeverPaired:
		return distrust(s, "This computer has no pair record for the device.", remedies.TrustThisComputer)
	case device.TrustPending:
		return distrust(s, "The Trust dialog is waiting on the device.", remedies.TrustThisComputer)
	case device.TrustDenied:
		return distrust(s, "Don't Trust was chosen on the device.", remedies.TrustThisComputer)
	case device.TrustStale:
		return distrust(s, "The device no longer knows this computer, which still has a pair record of it.", remedies.TrustThisComputer)
	case device.TrustForbidden:
		return distrust(s, "Management forbids this device to pair with this computer.", remedies.AskAdministrator)
	case device.Locked:
		return distrust(s, "The device is locked with its passcode.", remedies.UnlockDevice)
	default:
		return unknown(s, "Whether the device trusts this computer", err)
	}
}

// distrust is a warning with the remedies of one trust state.
func distrust(s device.Snapshot, summary string, ids ...remedies.ID) []Finding {
	_, err := live(s).Trusted.Get()
	state := string(device.GapOf(err).Reason)
	findings := warning(summary, read(s, "Trust", state, "trusted", trustSource(err)))
	findings[0].Remedies = ids
	return findings
}

// trustSource is the request whose answer tells of a trust state.
func trustSource(err error) string {
	switch device.GapOf(err).Reason {
	case device.NeverPaired:
		return "usbmux ReadPairRecord"
	case device.TrustPending, device.TrustDenied, device.TrustForbidden:
		return "lockdown Pair"
	default:
		return "lockdown StartSession"
	}
}
