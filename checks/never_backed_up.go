package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var neverBackedUp = &Check{
	ID:    "never-backed-up",
	Short: "never backed up",
	Title: "A completed iCloud backup is on record",
	Doc: `Until a first backup has completed there is nothing to restore from; one that was interrupted shows neither size nor date and cannot be used.
The first backup is the largest, and can take hours.

Judged from the date of the last good backup: the switch is known, and the device has no such date.
That is strong, but not certain: a device that has just been set up may not know the date of a backup made before.
A date that the device refuses to report is unknown, not missing.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleHT201418, remedies.ApplePH12520},
	Remedies: []remedies.ID{remedies.CheckLastBackupDate, remedies.ReadExactMessage, remedies.CheckICloudStorage, remedies.BuyStorage, remedies.ChooseAppsToBackUp, remedies.BackUpNow, remedies.BackUpOvernight, remedies.TryAnotherNetwork, remedies.Restart, remedies.ContactAppleSupport},
	Judge:    judgeNeverBackedUp,
}

func judgeNeverBackedUp(s device.Snapshot) []Finding {
	at, age, err := lastBackup(s)
	switch {
	case err == nil:
		return ok(fmt.Sprintf("A backup completed %s ago.", duration(age)), backupDate(s, at))
	case silent(err):
		return judgeNeverOnRecord(s, unknown(s, "The date of the last good iCloud backup", unreadOnRecord(s, err, pastLast)))
	}
	on, err := live(s).CloudBackup.Enabled.Get()
	if err != nil {
		return unknown(s, "The iCloud Backup switch, without which a missing date means nothing,", err)
	}
	return noBackup(on,
		read(s, "iCloud Backup switch", onOff(on), "on", switchSource),
		read(s, lastBackupKey, "none", freshAge(s), "lockdown com.apple.mobile.backup / LastCloudBackupDate"))
}

// judgeNeverOnRecord judges the newest record that has the switch: in such a record a missing
// date means that there was no backup, unless an attempt succeeded or the account says otherwise.
func judgeNeverOnRecord(s device.Snapshot, otherwise []Finding) []Finding {
	on, r, known := recall(s, pastSwitch)
	if !known {
		return otherwise
	}
	at, err := r.CloudBackup.Last.Get()
	switch {
	case err == nil:
		return r.answer(ok(fmt.Sprintf("A backup completed on %s.", day(at)), r.backupDate(s, at)), otherwise)
	case silent(err), contradictory(r.History), !lastGood(s).IsZero():
		return otherwise
	}
	date := r.backupDate(s, at)
	date.Value = "none"
	return r.answer(noBackup(on, r.switchEvidence(on), date), otherwise)
}

func noBackup(on bool, evidence ...Evidence) []Finding {
	return problem(fmt.Sprintf("The device has no record of a completed iCloud backup, with iCloud Backup %s.", onOff(on)), evidence...)
}
