package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(deviceStorageLow, deviceStorageLowJudgements)

var deviceStorageLowJudgements = []judgement{
	{"room enough", well(), OK, "40 GB of 128 GB are free on the device.", ""},
	{"just enough", well(freeRoom(2_000_000_000, 2_000_000_000)), OK, "2 GB of 128 GB are free on the device.", ""},
	{"tight", well(lastBackedUp(5*aDay), freeRoom(1_200_000_000, 1_300_000_000)), Warning, "1.3 GB of 128 GB are free on the device, with what it clears by itself, which may be too little for the temporary copies of a backup.", ""},
	{"still tight", well(lastBackedUp(5*aDay), freeRoom(500_000_000, 0)), Warning, "500 MB of 128 GB are free on the device, which may be too little for the temporary copies of a backup.", ""},
	{"scarce", well(lastBackedUp(5*aDay), freeRoom(312_345_678, 0)), Problem, "312 MB of 128 GB are free on the device, likely too little for the temporary copies of a backup.", ""},
	{"total unread", well(lastBackedUp(5*aDay), freeRoom(312_345_678, 312_345_678), func(s *device.Snapshot) { s.Live.Disk.TotalBytes = device.Unknown[uint64](device.Absent) }),
		Problem, "312 MB are free on the device, likely too little for the temporary copies of a backup.", ""},
	{"gigabytes to clear", well(lastBackedUp(5*aDay), freeRoom(321_785_856, 7_011_246_080)), OK, "7 GB of 128 GB are free on the device, with what it clears by itself.", ""},
	{"nothing free, gigabytes to clear", well(lastBackedUp(5*aDay), freeRoom(0, 60_000_000_000)), OK, "60 GB of 128 GB are free on the device, with what it clears by itself.", ""},
	{"scarce beside a fresh backup", well(freeRoom(312_345_678, 312_345_678)), Warning, "312 MB of 128 GB are free on the device; a backup completed 7 hours ago all the same.", ""},
	{"tight beside a fresh backup", well(freeRoom(900_000_000, 1_200_000_000)), Warning, "1.2 GB of 128 GB are free on the device, with what it clears by itself; a backup completed 7 hours ago all the same.", ""},
	{"what it could clear not told", well(lastBackedUp(5*aDay), func(s *device.Snapshot) {
		s.Live.Disk = device.Disk{FreeBytes: device.Known[uint64](312_345_678), TotalBytes: s.Live.Disk.TotalBytes, ReclaimableBytes: device.Unknown[uint64](device.Absent)}
	}), Problem, "312 MB of 128 GB are free on the device, likely too little for the temporary copies of a backup.", ""},
	{"missing", well(func(s *device.Snapshot) { s.Live.Disk = device.Disk{FreeBytes: device.Unknown[uint64](device.Absent)} }), Unknown,
		"The free space on the device could not be read: the device has no such value.", device.Absent},
	{"105 of a device that is not here", well(detached, recorded(aDay, failed(2*aDay, 105))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found too little room on the device (MBErrorDomain/105), as of 2026-11-21, from a backup on this computer.", ""},
	{"tight in a sysdiagnose", well(detached, recorded(aDay, inArchive, roomWas(1_200_000_000))), Warning, "1.2 GB of 128 GB were free on the device, without what it clears by itself, which may be too little for the temporary copies of a backup, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"scarce in a sysdiagnose", well(detached, recorded(aDay, inArchive, roomWas(12_000_000))), Warning, "12 MB of 128 GB were free on the device, without what it clears by itself, which may be too little for the temporary copies of a backup, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"room in a sysdiagnose", well(detached, recorded(aDay, inArchive, roomWas(40_000_000_000))), OK, "40 GB of 128 GB were free on the device, as of 2026-11-21, from a sysdiagnose archive.", ""},
	{"room in an old sysdiagnose", well(detached, recorded(40*aDay, inArchive, roomWas(40_000_000_000))), Unknown, "40 GB of 128 GB were free on the device, as of 2026-10-13, 40 days ago, from a sysdiagnose archive. The free space on the device could not be read: it was not asked for.", device.NotAsked},
	{"tight in a sysdiagnose, and a backup since", well(detached, recorded(5*aDay, inArchive, roomWas(12_000_000)), recorded(aDay, lastGoodWas(2*aDay))), OK, "12 MB of 128 GB were free on the device, and a backup completed since, as of 2026-11-17, from a sysdiagnose archive.", ""},
	{"the device speaks before a sysdiagnose", well(lastBackedUp(9*aDay), recorded(aDay, inArchive, roomWas(12_000_000))), OK, "40 GB of 128 GB are free on the device.", ""},
	{"fresh beats old", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 105))), OK, "40 GB of 128 GB are free on the device.", ""},
}

// freeRoom sets the free space, without and with what the device can purge.
func freeRoom(free, withPurgeable uint64) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Live.Disk.FreeBytes = device.Known(free)
		s.Live.Disk.ReclaimableBytes = device.Known(withPurgeable)
	}
}

// free sets the free space, with nothing to purge.
func free(bytes uint64) func(*device.Snapshot) { return freeRoom(bytes, bytes) }

// inArchive makes a record come from a sysdiagnose archive.
func inArchive(h *device.History) { h.Source, h.Origin = archiveSource, "/cases/sysdiagnose.tar.gz" }

// roomWas sets the free space recorded in a sysdiagnose.
func roomWas(free uint64) func(*device.History) {
	return func(h *device.History) {
		h.Disk = device.PastDisk{TotalBytes: device.Known[uint64](128_000_000_000), FreeBytes: device.Known(free)}
	}
}
