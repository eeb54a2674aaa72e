package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(backupTooLarge, backupTooLargeJudgements)

var backupTooLargeJudgements = []judgement{
	{"fresh backup", well(recorded(aDay, nextOf(60_000_000_000), planOf(50<<30))), OK, "A backup completed 7 hours ago, so it fitted.", ""},
	{"larger than the plan", well(lastBackedUp(9*aDay), recorded(aDay, nextOf(60_000_000_000), planOf(50<<30))), Problem, "The next iCloud backup is 60 GB large, with the most in the camera roll (30 GB), com.example.chat (15 GB), and the whole storage plan has 50 GB, as of 2026-11-21, from a backup on this computer.", ""},
	{"larger than the plan was", well(lastBackedUp(40*aDay), recorded(20*aDay, nextOf(60_000_000_000), planOf(50<<30))), Warning, "The next iCloud backup is 60 GB large, with the most in the camera roll (30 GB), com.example.chat (15 GB), and the whole storage plan has 50 GB, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"larger than the plan before the last good one", well(lastBackedUp(9*aDay), recorded(10*aDay, nextOf(60_000_000_000), planOf(50<<30))), Ask, "The next iCloud backup is 60 GB large, with the most in the camera roll (30 GB), com.example.chat (15 GB), and the storage plan has 50 GB in all; how much of it is free is not on record, as of 2026-11-12, from a backup on this computer.", ""},
	{"smaller than the plan", well(lastBackedUp(9*aDay), recorded(aDay, nextOf(30_000_000_000), planOf(50<<30))), Ask, "The next iCloud backup is 30 GB large, with the most in the camera roll (15 GB), com.example.chat (7.5 GB), and the storage plan has 50 GB in all; how much of it is free is not on record, as of 2026-11-21, from a backup on this computer.", ""},
	{"of which plan is not known", well(lastBackedUp(9*aDay), recorded(aDay, nextOf(30_000_000_000))), Ask, "The next iCloud backup is 30 GB large, with the most in the camera roll (15 GB), com.example.chat (7.5 GB), as of 2026-11-21, from a backup on this computer.", ""},
	{"larger than what was free", well(lastBackedUp(9*aDay), recorded(aDay, nextOf(30_000_000_000), freeOf(1_200_000_000))), Problem, "The next iCloud backup is 30 GB large, with the most in the camera roll (15 GB), com.example.chat (7.5 GB), and 1.2 GB were free in iCloud, as of 2026-11-21, from a backup on this computer.", ""},
	{"smaller than what was free", well(lastBackedUp(9*aDay), recorded(aDay, nextOf(30_000_000_000), freeOf(31_000_000_000))), Ask, "The next iCloud backup is 30 GB large, with the most in the camera roll (15 GB), com.example.chat (7.5 GB), and 31 GB were free in iCloud, as of 2026-11-21, from a backup on this computer.", ""},
	{"a full backup was planned", well(lastBackedUp(9*aDay), planned(70_000_000_000)), Ask, "A full backup to a computer needs 70 GB, as the device counts; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"planned, and nothing else decides", well(lastBackedUp(9*aDay), planned(70_000_000_000), recorded(aDay, freeOf(1_200_000_000))), Ask, "A full backup to a computer needs 70 GB, as the device counts; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"a full backup was planned before", well(lastBackedUp(9*aDay), plannedBefore(2*aDay)), Ask, "A full backup to a computer needed 70 GB, as the device counted, as of 2026-11-20; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"planned long ago", well(lastBackedUp(90*aDay), plannedBefore(60*aDay)), Ask, "A full backup to a computer needed 70 GB, as the device counted, as of 2026-09-23, 60 days ago, which is old; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"planned in the future", well(lastBackedUp(9*aDay), plannedBefore(-2*aDay)), Ask, "A full backup to a computer needed 70 GB, as the device counted, by a record of 2026-11-24, which is in the future, so its date is doubtful; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"planned before and now", well(lastBackedUp(9*aDay), planned(80_000_000_000), plannedBefore(2*aDay)), Ask, "A full backup to a computer needs 80 GB, as the device counts; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"planned before a fresh backup", well(plannedBefore(2*aDay), recorded(aDay, planOf(50<<30))), OK, "A backup completed 7 hours ago, so it fitted.", ""},
	{"planned before, larger than the plan", well(lastBackedUp(9*aDay), plannedBefore(2*aDay), recorded(aDay, planOf(50<<30))), Ask, "A full backup to a computer needed 70 GB, as the device counted, as of 2026-11-20; clones of files count in full, and an iCloud backup may hold less.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}

// planned sets the size of a full backup to a computer.
func planned(bytes uint64) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.ComputerBackup.FullBytes = device.Known(bytes) }
}

// plannedBefore sets the size that a run gave some time ago.
func plannedBefore(age time.Duration) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Sized = &device.SizedBackup{Bytes: 70_000_000_000, At: s.TakenAt.Add(-age)}
	}
}

// nextOf sets the size of the next backup, half of it photos.
func nextOf(bytes uint64) func(*device.History) {
	return func(h *device.History) {
		h.Next.TotalBytes = device.Known(bytes)
		h.Next.Domains = device.Known([]device.DomainSize{
			{Domain: "CameraRollDomain", Bytes: bytes / 2},
			{Domain: "AppDomain-com.example.chat", Bytes: bytes / 4},
		})
	}
}

// freeOf sets the free iCloud storage in bytes.
func freeOf(bytes uint64) func(*device.History) {
	return func(h *device.History) { h.Account.FreeBytes = device.Known(bytes) }
}
