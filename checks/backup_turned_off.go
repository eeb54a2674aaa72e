package checks

import "github.com/backupdoctor/backupdoctor/device"

var backupTurnedOff = &Check{
	ID:    "backup-turned-off",
	Title: "iCloud Backup is switched on",
	Doc: `With the switch off the device makes no iCloud backup, and Apple keeps the last one for 180 days.
It may be off on purpose, where backups go to a computer instead.

Judged from the switch as lockdown tells it.
*On* is certain. *Off* is weaker: the device also says it where management forbids iCloud Backup, and older versions said it where backups to a computer were chosen; Settings has the last word.
No answer is never taken for *off*.`,
	Effect:   Blocks,
	Sources:  []Source{appleDeviceManagement, applePH12520, iphonelifeGreyButton},
	Remedies: []RemedyID{turnBackupOn},
	Explains: []string{"backup-stale", "never-backed-up", "backup-expired-180-days"},
	Judge:    judgeSwitch,
}

const switchSource = "lockdown com.apple.mobile.backup / CloudBackupEnabled"

func judgeSwitch(s device.Snapshot) []Finding {
	on, err := live(s).CloudBackup.Enabled.Get()
	if err != nil {
		return unknown(s, "The iCloud Backup switch", err)
	}
	evidence := []Evidence{read(s, "iCloud Backup switch", onOff(on), "on", switchSource)}
	if on {
		return ok("iCloud Backup is on.", evidence...)
	}
	if at, err := live(s).ComputerBackup.Last.Get(); err == nil {
		evidence = append(evidence, read(s, "Last backup to a computer", moment(at), "", "lockdown com.apple.mobile.backup / LastiTunesBackupDate"))
	}
	return problem("The device says that iCloud Backup is off.", evidence...)
}
