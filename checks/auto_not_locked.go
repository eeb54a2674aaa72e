package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var autoNotLocked = &Check{
	ID:    "auto-not-locked",
	Short: "not locked",
	Title: "The screen is locked when the device backs up",
	Doc: `The nightly backup waits for a locked screen. Auto-Lock set to Never, Guided Access, a kiosk mode or an app that keeps the screen on keep it from starting. Back Up Now does not wait.

A device has usually just been unlocked when it is scanned, so a scan cannot show whether it was locked last night; only a recent backup, a record or a person can. A backup on this computer records the last periods in which the device was ready for a backup, and whether it was unlocked at their end. A configuration profile named after a kiosk or single app mode is a hint, but only by its name.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.ApplePH12520, remedies.AppleWhatIsBackup, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.ShortenAutoLock, remedies.BackUpOvernight, remedies.BackUpNow},
	Ask:      `Does the screen of the {device} turn off and lock by itself at night?`,
	Answers:  Answers{No: "The screen does not lock by itself at night."},
	Judge:    judgeLock,
}

func judgeLock(s device.Snapshot) []Finding {
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so the screen did not prevent it.", evidence)
	}
	otherwise := judgeLockNow(s)
	if otherwise[0].Status == Warning {
		return otherwise
	}
	return judgeWindows(s, func(w device.BackupWindow) device.Fact[bool] { return w.Locked }, "the lock", otherwise)
}

// judgeLockNow judges the state at the time of the scan, and profiles that affect the lock.
func judgeLockNow(s device.Snapshot) []Finding {
	locked, err := live(s).LockedNow.Get()
	if err != nil {
		return unknown(s, "Whether the device locks", unreadOnRecord(s, err, pastWindows))
	}
	evidence := []Evidence{read(s, "Locked with a passcode now", yesNo(locked), "", "lockdown PasswordProtected")}
	if profiles, err := live(s).Management.Profiles.Get(); err == nil {
		if kiosks := profilesNamed(profiles, "kiosk", "single app", "guided access"); len(kiosks) > 0 {
			return warning("Judging by its name alone, a configuration profile may keep the screen on.",
				append(evidence, read(s, "Configuration profile", device.Quoted(profileName(kiosks[0])), "", "MCInstall GetProfileList / PayloadDisplayName"))...)
		}
	}
	if overNetwork(s) {
		state := "unlocked"
		if locked {
			state = "locked"
		}
		return ask("The device is "+state+" now. It was read over Wi-Fi, which needs no unlocking; this does not show whether it is locked at night.", evidence...)
	}
	return ask("Whether the device is locked now does not show that it is at night.", evidence...)
}
