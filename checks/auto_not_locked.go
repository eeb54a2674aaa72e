package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var autoNotLocked = &Check{
	ID:    "auto-not-locked",
	Title: "The screen is locked when the device backs up",
	Doc: `The nightly backup waits for a locked screen. Auto-Lock set to Never, Guided Access, a kiosk mode or an app that keeps the screen on keep it from starting. Back Up Now does not wait.

A device has usually just been unlocked when it is scanned, so a scan cannot show whether it was locked last night: that, only a fresh backup or a person can tell. A configuration profile named after a kiosk or single app mode is a hint, by its name alone.`,
	Effect:   Blocks,
	Sources:  []Source{foundingArticle, applePH12520, appleWhatIsBackup},
	Remedies: []RemedyID{shortenAutoLock, backUpOvernight, backUpNow},
	Ask:      `Does the screen of the {device} turn off and lock by itself at night?`,
	Judge:    judgeLock,
}

func judgeLock(s device.Snapshot) []Finding {
	if age, evidence, fresh := freshBackup(s); fresh {
		return ok(fmt.Sprintf("A backup completed %s ago, so the screen did not stand in its way.", age), evidence)
	}
	locked, err := live(s).LockedNow.Get()
	if err != nil {
		return unknown(s, "Whether the device locks", err)
	}
	evidence := []Evidence{read(s, "Locked with a passcode now", yesNo(locked), "", "lockdown PasswordProtected")}
	if profiles, err := live(s).Management.Profiles.Get(); err == nil {
		if kiosks := profilesNamed(profiles, "kiosk", "single app", "guided access"); len(kiosks) > 0 {
			return warning("By its name alone, a configuration profile may keep the screen on.",
				append(evidence, read(s, "Configuration profile", profileName(kiosks[0]), "", "MCInstall GetProfileList / PayloadDisplayName"))...)
		}
	}
	return ask("Whether the device is locked now does not show that it is at night.", evidence...)
}
