package remedies

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Loss is what a remedy takes away for good.
type Loss int

const (
	LosesNothing Loss = iota
	LosesCopy         // what a backup in iCloud holds: the original stays on the device, and the next backup can take it in again
	LosesData         // what only another copy brings back
)

// Guard is what Stolen Device Protection asks for before it lets a remedy be carried out.
// Whether it is on cannot be read.
type Guard int

const (
	Unguarded   Guard = iota
	GuardedOnce       // Face ID or Touch ID: erasing
	GuardedHour       // Face ID or Touch ID, an hour, and it once more: signing out, Find My, Reset All Settings
)

// What has to be so before something is deleted or erased.
const (
	beforeLoss = "Before this, have a computer backup of today whose password you know, and which backupdoctor verify, given that password, calls whole."
	notInCopy  = "Know what a computer backup does not hold: what is in iCloud (see that Photos has finished uploading, or copy the originals), Face ID and Touch ID, cards in Wallet, the eSIM (keep it when asked), and the second factors of apps. That of a supervised device can be restored to supervised devices only."
	keepPhotos = "Before this, download the originals of iCloud Photos, or copy them to a computer, and open some of the copies: where the device keeps only small previews, a computer backup does not hold the originals."
	guardOnce  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, erasing takes the Face ID or Touch ID of the owner, who has to be there. Turning Find My off or signing out first takes it twice, with an hour between."
	guardHour  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, this takes the Face ID or Touch ID of the owner, an hour of waiting, and the same again, so the owner has to be there."
)

// iOS173 brought Stolen Device Protection, to iPhones alone.
var iOS173 = device.Version{Major: 17, Minor: 3}

// before is what has to be so before a remedy is begun on a device, one sentence each.
func (r *Remedy) before(id device.Identity) []string {
	var lines []string
	if r.Loses > LosesNothing {
		lines = append(lines, beforeLoss, notInCopy)
	}
	if slices.Contains(r.Needs, KeepPhotoOriginals) {
		lines = append(lines, keepPhotos)
	}
	if r.Guard != Unguarded && mayGuard(id) {
		lines = append(lines, map[Guard]string{GuardedOnce: guardOnce, GuardedHour: guardHour}[r.Guard])
	}
	return lines
}

// mayGuard is true of a device that has Stolen Device Protection, and of one that was not
// read.
func mayGuard(id device.Identity) bool {
	w := wordsFor(id)
	return (w.family == "" || w.family == "iPhone") && w.version.Compare(iOS173) >= 0
}

// Heading is the title, with what has to be so before a remedy that deletes: places that show
// nothing else of it have no room for [Remedy.Lines].
func (r *Remedy) Heading() string {
	if r.Loses == LosesNothing {
		return r.Title
	}
	return r.Title + " (after a computer backup proved whole)"
}
