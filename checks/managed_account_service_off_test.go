package checks

import "github.com/backupdoctor/backupdoctor/device"

var managedAccountServiceOffJudgements = []judgement{
	{"fresh backup", well(supervised), OK, "A backup completed 7 hours ago, so the service was on for this account.", ""},
	{"managed", well(lastBackedUp(5*aDay), supervised), Ask, "The device is supervised, so its account may be a managed one.", ""},
	{"not managed", well(lastBackedUp(5 * aDay)), Ask, "", ""},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) {
		s.Live.Management = device.Management{
			Profiles:   device.Unknown[[]device.Profile](device.NoService),
			Supervised: device.Unknown[bool](device.NoService),
		}
	}), Unknown, "Whether an organisation manages the device could not be read: the device does not offer this service.", device.NoService},
}
