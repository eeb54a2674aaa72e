package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var backupTurnedOff = &Check{
	ID:    "backup-turned-off",
	Short: "iCloud Backup off",
	Title: "iCloud Backup is switched on",
	Doc: `With the switch off the device makes no iCloud backup, and Apple keeps the last one for 180 days.
It may be off on purpose, where backups go to a computer instead.

Judged from the switch as lockdown reports it.
*On* is certain. *Off* is weaker: the device also reports it where management forbids iCloud Backup, and older versions reported it where backups to a computer were chosen. What Settings shows is decisive.
A missing answer is never treated as *off*. Where the device gives none, the newest backup on this computer shows the switch as it was then: in lockdown's own record, or else in the database of accounts, which lists the iCloud services that the Apple Account uses.
Where the two contradict each other, both are shown and neither is believed.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleDeviceManagement, remedies.ApplePH12520, remedies.IphonelifeGreyButton},
	Remedies: []remedies.ID{remedies.TurnBackupOn},
	Explains: []string{"backup-stale", "never-backed-up", "backup-expired-180-days"},
	Judge:    judgeSwitch,
}

const switchSource = "lockdown com.apple.mobile.backup / CloudBackupEnabled"

func judgeSwitch(s device.Snapshot) []Finding {
	on, err := live(s).CloudBackup.Enabled.Get()
	if err != nil {
		return judgePastSwitch(s, err)
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

const (
	pastSwitchSource  = "HomeDomain com.apple.mobile.ldbackup.plist / CloudBackupEnabled"
	pastAccountSource = accountSource + " / com.apple.Dataclass.Backup"
)

// judgePastSwitch judges the records when the device itself does not answer.
func judgePastSwitch(s device.Snapshot, err error) []Finding {
	otherwise := unknown(s, "The iCloud Backup switch", unreadOnRecord(s, err, pastSwitch))
	on, r, known := recall(s, pastSwitch)
	if !known || !silent(err) {
		return otherwise
	}
	var evidence []Evidence
	recorded, recordedErr := r.CloudBackup.Enabled.Get()
	if recordedErr == nil {
		evidence = append(evidence, r.read("iCloud Backup switch", onOff(recorded), "on", pastSwitchSource))
	}
	used, usedErr := r.Account.BackupEnabled.Get()
	if usedErr == nil {
		evidence = append(evidence, r.read("iCloud Backup of the Apple Account", onOff(used), "on", pastAccountSource))
	}
	switch {
	case contradictory(r.History):
		said := fmt.Sprintf("The records contradict each other: the iCloud Backup switch was %s, and iCloud Backup was %s for the Apple Account", onOff(recorded), onOff(used))
		return preface(r.dated(ok(said + "."))[0].Summary, evidence, otherwise)
	case on:
		return r.answer(ok("iCloud Backup is on.", evidence...), otherwise)
	default:
		return r.answer(problem("iCloud Backup is off.", evidence...), otherwise)
	}
}

// switchEvidence returns the switch as pastSwitch found it in a record.
func (r record) switchEvidence(on bool) Evidence {
	if _, err := r.CloudBackup.Enabled.Get(); err != nil {
		return r.read("iCloud Backup of the Apple Account", onOff(on), "on", pastAccountSource)
	}
	return r.read("iCloud Backup switch", onOff(on), "on", pastSwitchSource)
}

// contradictory reports whether a record has the switch on and the account's off, or the reverse.
func contradictory(h device.History) bool {
	recorded, err := h.CloudBackup.Enabled.Get()
	used, errAccount := h.Account.BackupEnabled.Get()
	return err == nil && errAccount == nil && recorded != used
}

// pastSwitch returns the switch as recorded by lockdown or, failing that, by the account.
func pastSwitch(h device.History) device.Fact[bool] {
	_, err := h.CloudBackup.Enabled.Get()
	_, errAccount := h.Account.BackupEnabled.Get()
	if err != nil && (errAccount == nil || !unread(h.CloudBackup.Enabled) && unread(h.Account.BackupEnabled)) {
		return h.Account.BackupEnabled
	}
	return h.CloudBackup.Enabled
}
