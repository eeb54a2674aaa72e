package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

var backupTooLarge = &Check{
	ID:    "backup-too-large",
	Short: "backup too large for iCloud",
	Title: "The next backup fits into the free iCloud storage",
	Doc: `iCloud may have free space, but less than the next backup needs.
While iCloud Photos is off, all photos and videos of the device are part of the backup, and often most of it.

The person sees the same messages as with full iCloud storage; Settings shows the size of the next backup.

Judged from records in a backup on this computer: the size that the device estimated for its next iCloud backup, with the apps that take up most of it, and the size of the storage plan. A backup larger than the whole plan cannot fit; one that is smaller may still be larger than what is free, which only some sysdiagnose archives show.
The size that a device gives to backup --plan is shown too, but decides nothing: it is that of a full backup to a computer, in which clones of files count in full, and an iCloud backup may hold less. A later scan shows it with its date, from the history of this computer.
Otherwise only a person can answer: neither size can be read over USB, and a device has more storage in use than its backup holds.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleWhatIsBackup, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.CheckICloudStorage, remedies.CheckStorageAccount, remedies.BuyStorage, remedies.ChooseAppsToBackUp, remedies.FreeDeviceStorage},
	Explains: []string{"icloud-storage-full", "never-backed-up", "backup-stale"},
	Ask:      "Is the next backup larger than the free iCloud storage? {P-BACKUPS} shows the size, {P-STORAGE} the room.",
	Answers:  Answers{Yes: "The next backup is larger than the free iCloud storage."},
	Judge:    judgeNextSize,
}

func judgeNextSize(s device.Snapshot) []Finding {
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so it fitted.", evidence)
	}
	planned, full := plannedSize(s)
	next, r, known := nextSize(s)
	if !known {
		return ask(planned, full...)
	}
	summary, evidence := sized(r, next)
	evidence = append(evidence, full...)
	if free, rFree, known := freeOnRecord(s); known && !superseded(s, rFree) {
		evidence = append(evidence, freeEvidence(rFree, free))
		summary = fmt.Sprintf("%s, and %s were free in iCloud", summary, words.Size(free))
		if next > free {
			return rFree.answer(problem(summary+".", evidence...), nil)
		}
		return rFree.answer(ask(summary+".", evidence...), nil)
	}
	plan, rPlan, known := storagePlan(s)
	if !known {
		return r.answer(ask(summary+".", evidence...), nil)
	}
	evidence = append(evidence, planEvidence(rPlan, plan))
	if next > plan && !superseded(s, r) {
		return r.answer(problem(fmt.Sprintf("%s, and the whole storage plan has %s.", summary, words.PlanSize(plan)), evidence...), nil)
	}
	return r.answer(ask(fmt.Sprintf("%s, and the storage plan has %s in all; how much of it is free is not on record.", summary, words.PlanSize(plan)), evidence...), nil)
}

// plannedSize describes the size of a full backup to a computer, which only backup --plan asks
// for. How much less an iCloud backup holds is on no record.
func plannedSize(s device.Snapshot) (summary string, evidence []Evidence) {
	full, err := live(s).ComputerBackup.FullBytes.Get()
	if err != nil {
		return sizedBefore(s)
	}
	summary = fmt.Sprintf("A full backup to a computer needs %s, as the device counts; clones of files count in full, and an iCloud backup may hold less.", words.Size(full))
	return summary, []Evidence{read(s, "Size of a full backup to a computer", words.Size(full), "", "mobilebackup2 / DLMessagePurgeDiskSpace")}
}

// sizedBefore describes that size as an earlier run had it, with its age.
func sizedBefore(s device.Snapshot) (summary string, evidence []Evidence) {
	if s.Sized == nil {
		return "", nil
	}
	var when string
	switch age := s.TakenAt.Sub(s.Sized.At); {
	case age < 0:
		when = fmt.Sprintf("by a record of %s, which is in the future, so its date is doubtful", day(s.Sized.At))
	case age > recordAges:
		when = fmt.Sprintf("as of %s, %s ago, which is old", day(s.Sized.At), duration(age))
	default:
		when = "as of " + day(s.Sized.At)
	}
	size := words.Size(s.Sized.Bytes)
	summary = fmt.Sprintf("A full backup to a computer needed %s, as the device counted, %s; clones of files count in full, and an iCloud backup may hold less.", size, when)
	return summary, []Evidence{{
		Key: "Size of a full backup to a computer", Value: size, Source: "history of this computer: mobilebackup2 / DLMessagePurgeDiskSpace", AsOf: s.Sized.At,
	}}
}

// nextSize returns the device's estimate of the size of its next iCloud backup.
func nextSize(s device.Snapshot) (bytes uint64, r record, known bool) {
	return recall(s, func(h device.History) device.Fact[uint64] { return h.Next.TotalBytes })
}

// sized describes that size and the largest parts of the backup.
func sized(r record, next uint64) (summary string, evidence []Evidence) {
	summary = fmt.Sprintf("The next iCloud backup is %s large", words.Size(next))
	largest := largestParts(r)
	for i, part := range largest[:min(len(largest), 3)] {
		before := ", "
		if i == 0 {
			before = ", with the most in "
		}
		summary += fmt.Sprintf("%s%s (%s)", before, part.Key, part.Value)
	}
	evidence = []Evidence{r.read("Size of the next iCloud backup", words.Size(next), "", sizingSource+" / _TotalSize")}
	return summary, append(evidence, largest...)
}

const sizingSource = backupPlist + " / PreflightSizing"

// largestParts returns a line for each of the largest apps and other parts of the next backup,
// largest first.
func largestParts(r record) []Evidence {
	domains, _ := r.Next.Domains.Get() // none if unknown
	var evidence []Evidence
	for _, d := range domains[:min(len(domains), 5)] {
		evidence = append(evidence, r.read(partName(d.Domain), words.Size(d.Bytes), "", sizingSource+" / "+device.Token(d.Domain)))
	}
	return evidence
}

// partName names a part of a backup: an app by its bundle ID, the camera roll in words.
func partName(domain string) string {
	if domain == "CameraRollDomain" {
		return "the camera roll"
	}
	for _, kind := range []string{"AppDomain-", "AppDomainGroup-", "AppDomainPlugin-"} {
		if app, is := strings.CutPrefix(domain, kind); is {
			return device.Token(app)
		}
	}
	return device.Token(domain)
}
