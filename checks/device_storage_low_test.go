package checks

import "github.com/backupdoctor/backupdoctor/device"

var deviceStorageLowJudgements = []judgement{
	{"room enough", well(), OK, "40 GB of 128 GB are free on the device.", ""},
	{"just enough", well(free(2_000_000_000)), OK, "2 GB of 128 GB are free on the device.", ""},
	{"tight", well(free(1_200_000_000)), Warning, "1.2 GB of 128 GB are free on the device, which may be too little for the temporary copies of a backup.", ""},
	{"still tight", well(free(500_000_000)), Warning, "500 MB of 128 GB are free on the device, which may be too little for the temporary copies of a backup.", ""},
	{"scarce", well(free(312_345_678)), Problem, "312 MB of 128 GB are free on the device, likely too little for the temporary copies of a backup.", ""},
	{"total unread", well(free(312_345_678), func(s *device.Snapshot) { s.Live.Disk.TotalBytes = device.Unknown[uint64](device.Absent) }),
		Problem, "312 MB are free on the device, likely too little for the temporary copies of a backup.", ""},
	{"missing", well(func(s *device.Snapshot) { s.Live.Disk = device.Disk{FreeBytes: device.Unknown[uint64](device.Absent)} }), Unknown,
		"The free space on the device could not be read: the device has no such value.", device.Absent},
}

func free(bytes uint64) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.Disk.FreeBytes = device.Known(bytes) }
}
