package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(icloudSpaceUsedByPhotosDrive, icloudSpaceUsedByPhotosDriveJudgements)

var icloudSpaceUsedByPhotosDriveJudgements = []judgement{
	{"fresh backup", well(recorded(aDay, func(h *device.History) { h.CloudPhotos = device.Known(true) })), OK, "A backup completed 7 hours ago, so they left room for it.", ""},
	{"photos in iCloud", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.CloudPhotos = device.Known(true) })), Ask, "iCloud Photos is on, so photos take up iCloud storage by themselves and are not in the backup, as of 2026-11-21, from a backup on this computer.", ""},
	{"photos in the backup", well(detached, recorded(aDay, func(h *device.History) { h.CloudPhotos = device.Known(false) })), Ask, "iCloud Photos is off, so the photos on the device are part of its backup, as of 2026-11-21, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
