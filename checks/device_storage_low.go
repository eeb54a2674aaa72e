package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

var deviceStorageLow = &Check{
	ID:    "device-storage-low",
	Short: "device storage low",
	Title: "The device has room for the temporary copies of a backup",
	Doc: `A backup works on a snapshot of the device's own storage and needs room there; this is not about iCloud storage.

Judged from the free space that apps see. Below 500 MB a backup is likely to fail, below 2 GB it may. These are thresholds of experience: Apple once asked for at least 50 MB, and backups to a computer were seen to fail below about half a gigabyte.
Where the device does not tell, the attempts that a backup on this computer has on record do: MBErrorDomain/105 is too little room on the device.
Space that the device could free by itself is told beside it, and not counted.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud, remedies.ImobiledeviceDiskSpace},
	Remedies: []remedies.ID{remedies.Restart, remedies.FreeDeviceStorage},
	Explains: []string{"never-backed-up", "backup-stale"},
	Judge:    judgeStorage,
}

const (
	storageScarce = 500_000_000   // bytes
	storageTight  = 2_000_000_000 // bytes
)

func judgeStorage(s device.Snapshot) []Finding {
	disk := live(s).Disk
	free, err := disk.FreeBytes.Get()
	if err != nil {
		return judgeFailures(s, "device-storage-low", "found too little room on the device", unknown(s, "The free space on the device", err))
	}
	evidence := []Evidence{read(s, "Free space", words.Size(free), "at least "+words.Size(storageTight), "lockdown com.apple.disk_usage / AmountDataAvailable")}
	if reclaimable, err := disk.ReclaimableBytes.Get(); err == nil {
		evidence = append(evidence, read(s, "Free, with what the device could clear", words.Size(reclaimable), "", "lockdown com.apple.disk_usage / AmountRestoreAvailable"))
	}
	summary := words.Size(free) + " are free on the device"
	if total, err := disk.TotalBytes.Get(); err == nil {
		summary = fmt.Sprintf("%s of %s are free on the device", words.Size(free), words.Size(total))
	}
	switch {
	case free < storageScarce:
		return problem(summary+", likely too little for the temporary copies of a backup.", evidence...)
	case free < storageTight:
		return warning(summary+", which may be too little for the temporary copies of a backup.", evidence...)
	default:
		return ok(summary+".", evidence...)
	}
}
