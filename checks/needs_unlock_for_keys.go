package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var needsUnlockForKeys = &Check{
	ID:    "needs-unlock-for-keys",
	Short: "encryption keys out of reach",
	Title: "The device has its encryption keys at hand",
	Doc: `A backup needs keys that the device can only reach once it has been unlocked with its passcode. After a restart, and after the passcode has changed, they may be missing until then.

The person sees a message about encryption keys, or backups that fail since a restart.

Judged from records in a backup on this computer: attempts that failed for lack of keys (MBErrorDomain/209), and a note by the device that it has to fetch keys once it is unlocked.
Otherwise only a person can answer: whether the device is locked at this moment is known over USB, whether a backup missed its keys last night is not.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.ImobiledeviceKeychain, remedies.RadarKeybag, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.UnlockWithPasscode, remedies.Restart, remedies.TurnBackupOffAndOn},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Has the {device} not been unlocked with its passcode since it last restarted, was the passcode changed recently, or does {P-BACKUP} mention encryption keys?",
	Answers:  Answers{Yes: "The device may lack its encryption keys: it waits for its passcode, or the passcode was changed recently."},
	Judge:    judgeKeys,
}

func judgeKeys(s device.Snapshot) []Finding {
	const met = "lacked encryption keys"
	if found := blamed(s, "needs-unlock-for-keys", met); found != nil {
		return found
	}
	missing, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Schedule.KeysMissing })
	if known && missing && !superseded(s, r) {
		return r.answer(warning("The device has noted that it needs to be unlocked to fetch missing keys.",
			r.read("Keys to fetch at the next unlock", "yes", "no", backupPlist+" / FetchMissingKeysAtNextUnlock or NotifyDaemonNextTimeKeyBagIsUnlocked")), nil)
	}
	return judgeFailures(s, "needs-unlock-for-keys", met, freshOr(s, ", so no keys were missing.", ask("")))
}
