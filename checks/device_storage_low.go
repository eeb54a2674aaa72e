package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

var deviceStorageLow = &Check{
	ID:    "device-storage-low",
	Short: "device storage low",
	Title: "The device has room for the temporary copies of a backup",
	Doc: `A backup works on a snapshot of the device's own storage and needs room there; this is not about iCloud storage.

Judged from the free space, including what the device clears by itself when space is needed; Settings also shows that larger number. Below 500 MB a backup is likely to fail, below 2 GB it may. These thresholds come from experience: Apple once asked for at least 50 MB, and backups to a computer have been seen to fail below about half a gigabyte.
Where the device does not report it, a sysdiagnose does, as of its date. It does not count what the device clears by itself, so little space in it is at most a hint. Otherwise the recorded attempts do: MBErrorDomain/105 means too little space on the device.
Where a backup has just completed, little room did not stop it, and is no more than a warning.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.BestapplesolutionICloud, remedies.ImobiledeviceDiskSpace},
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
		return judgeFailures(s, "device-storage-low", "found too little room on the device", judgePastStorage(s, unknown(s, "The free space on the device", err)))
	}
	usable := free
	evidence := []Evidence{read(s, "Free space", words.Size(free), "at least "+words.Size(storageTight), "lockdown com.apple.disk_usage / AmountDataAvailable")}
	if reclaimable, err := disk.ReclaimableBytes.Get(); err == nil {
		evidence = append(evidence, read(s, "Free, with what the device clears by itself", words.Size(reclaimable), "", "lockdown com.apple.disk_usage / AmountRestoreAvailable"))
		if free < storageTight {
			usable = max(free, reclaimable)
		}
	}
	summary := words.Size(usable) + " are free on the device"
	if total, err := disk.TotalBytes.Get(); err == nil {
		summary = fmt.Sprintf("%s of %s are free on the device", words.Size(usable), words.Size(total))
	}
	if usable > free {
		summary += ", with what it clears by itself"
	}
	if usable >= storageTight {
		return ok(summary+".", evidence...)
	}
	if said, date, fresh := freshBackup(s); fresh {
		return warning(fmt.Sprintf("%s; %s all the same.", summary, lowerFirst(said)), append(evidence, date)...)
	}
	if usable < storageScarce {
		return problem(summary+", likely too little for the temporary copies of a backup.", evidence...)
	}
	return warning(summary+", which may be too little for the temporary copies of a backup.", evidence...)
}

// judgePastStorage judges the free space recorded in a sysdiagnose if the device does not
// report it.
func judgePastStorage(s device.Snapshot, otherwise []Finding) []Finding {
	free, r, known := recall(s, func(h device.History) device.Fact[uint64] { return h.Disk.FreeBytes })
	if !known {
		return otherwise
	}
	evidence := r.read("Free space, without what the device clears by itself", words.Size(free), "at least "+words.Size(storageTight), "sysdiagnose disks.txt / Avail of /private/var")
	summary := words.Size(free) + " were free on the device"
	if total, err := r.Disk.TotalBytes.Get(); err == nil {
		summary = fmt.Sprintf("%s of %s were free on the device", words.Size(free), words.Size(total))
	}
	switch {
	case free >= storageTight:
		return r.answer(ok(summary+".", evidence), otherwise)
	case superseded(s, r):
		return r.answer(ok(summary+", and a backup completed since.", evidence), otherwise)
	default:
		return r.answer(warning(summary+", without what it clears by itself, which may be too little for the temporary copies of a backup.", evidence), nil)
	}
}

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }
