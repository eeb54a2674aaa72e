package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

var icloudStorageFull = &Check{
	ID:    "icloud-storage-full",
	Short: "iCloud storage full",
	Title: "iCloud has room for the next backup",
	Doc: `A backup that does not fit into the free iCloud storage is not made.
The storage is shared by the backups of all devices of the account, iCloud Photos, iCloud Drive, Messages and Mail, and on a shared plan by the family.

The person sees the notice "iPhone Backup Failed", the title "Not Enough Storage" below Back Up Now, or a banner at the top of Settings, which exists since iOS 10.3.

Judged from the attempts recorded in a backup on this computer: MBErrorDomain/303, or CloudKit's quotaExceeded, is iCloud's own report that there was no space. The size of the storage plan is shown where it is known.
Otherwise only a person can answer: a device reports nothing about iCloud storage over USB, and only some sysdiagnose archives record how much is free. A recent backup shows only that there was enough space that day.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleManageICloudStorage, remedies.AppleCKError, remedies.FoundingArticle, remedies.MisoiduncanStorageFull, remedies.Applech2FailedNotice, remedies.HinewsBackupFailure},
	Remedies: []remedies.ID{remedies.CheckICloudStorage, remedies.CheckStorageAccount, remedies.BuyStorage, remedies.ChooseAppsToBackUp, remedies.DeleteOtherDevicesBackups, remedies.EmptyRecentlyDeleted, remedies.FreeICloudPhotosDrive},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Is iCloud storage full or nearly full? {P-STORAGE} shows how much is used, and the total.",
	Answers:  Answers{Yes: "iCloud storage is full."},
	Judge:    judgeQuota,
}

func judgeQuota(s device.Snapshot) []Finding {
	const met = "found too little room in iCloud"
	var evidence []Evidence
	if quota, r, known := storagePlan(s); known {
		evidence = append(evidence, planEvidence(r, quota))
	}
	if free, r, known := freeOnRecord(s); known {
		evidence = append(evidence, freeEvidence(r, free))
	}
	next, r, known := nextSize(s)
	var size string
	if known {
		var more []Evidence
		size, more = sized(r, next)
		evidence = append(evidence, more...)
	}
	if found := blamed(s, "icloud-storage-full", met, evidence...); found != nil {
		if known {
			found[0].Summary += " " + size + "."
		}
		return found
	}
	return judgeFailures(s, "icloud-storage-full", met, freshOr(s, ", so there was room for it.", ask("", evidence...)))
}

// freeOnRecord returns the free iCloud storage in bytes, which some sysdiagnose archives
// contain.
func freeOnRecord(s device.Snapshot) (bytes uint64, r record, known bool) {
	return recall(s, func(h device.History) device.Fact[uint64] { return h.Account.FreeBytes })
}

func freeEvidence(r record, bytes uint64) Evidence {
	return r.read("Free iCloud storage", words.Size(bytes), "", "sysdiagnose brctl / bytes of quota remaining")
}

// storagePlan returns the size of the whole iCloud storage plan, in bytes.
func storagePlan(s device.Snapshot) (bytes uint64, r record, known bool) {
	return recall(s, func(h device.History) device.Fact[uint64] { return h.Account.QuotaBytes })
}

func planEvidence(r record, bytes uint64) Evidence {
	return r.read("Storage plan, in all", words.PlanSize(bytes), "", accountSource+" / lastKnownQuota")
}
