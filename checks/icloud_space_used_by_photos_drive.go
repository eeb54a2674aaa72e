package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var icloudSpaceUsedByPhotosDrive = &Check{
	ID:    "icloud-space-used-by-photos-drive",
	Short: "iCloud filled by photos or files",
	Title: "Photos and iCloud Drive leave room for backups",
	Doc: `Photos and files in iCloud come out of the same storage as backups, and often fill it.

Switching iCloud Photos off on the device frees nothing: the library stays in iCloud, and the photos on the device become part of its backup, which grows.
Where the device keeps only small previews, the originals have to be downloaded before anything is deleted.
What was deleted takes up room until Recently Deleted has been emptied, or for 30 days.

The person sees the messages of full iCloud storage, and on the storage page a bar taken up by Photos or iCloud Drive.

Only a person can answer: none of this can be read over USB. A backup on this computer shows whether iCloud Photos was on; this is shown with the question.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleManageICloudStorage, remedies.AppleWhatIsBackup, remedies.FoundingArticle, remedies.MacobserverStorage},
	Remedies: []remedies.ID{remedies.CheckICloudStorage, remedies.BuyStorage, remedies.EmptyRecentlyDeleted, remedies.FreeICloudPhotosDrive},
	Ask:      "Do Photos or iCloud Drive take up most of the iCloud storage? The bar on {P-STORAGE} shows it.",
	Answers:  Answers{Yes: "Photos or iCloud Drive take up most of the iCloud storage."},
	Judge:    judgePhotos,
}

func judgePhotos(s device.Snapshot) []Finding {
	on, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.CloudPhotos })
	if !known {
		return freshOr(s, ", so they left room for it.", ask(""))
	}
	evidence := r.read("iCloud Photos", onOff(on), "", "HomeDomain com.apple.mobileslideshow.plist / cloudPhotosEnable")
	summary := "iCloud Photos is off, so the photos on the device are part of its backup"
	if on {
		summary = "iCloud Photos is on, so photos take up iCloud storage by themselves and are not in the backup"
	}
	return freshOr(s, ", so they left room for it.", r.answer(ask(summary+".", evidence), nil))
}
