package remedies

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Loss is what a remedy permanently destroys.
type Loss int

const (
	LosesNothing Loss = iota
	LosesCopy         // the contents of a backup in iCloud: the original stays on the device, and the next backup can include it again
	LosesData         // data that only another copy can restore
)

// Guard is what Stolen Device Protection requires before a remedy can be carried out. Whether
// it is on cannot be read.
type Guard int

const (
	Unguarded   Guard = iota
	GuardedOnce       // Face ID or Touch ID: erasing
	GuardedHour       // Face ID or Touch ID, an hour's wait, and Face ID or Touch ID again: signing out, Find My, Reset All Settings
)

// Prerequisites for deleting or erasing anything.
const (
	beforeLoss = "Before this, have a computer backup of today whose password you know, and which backupdoctor verify, given that password, calls whole."
	notInCopy  = "Know what a computer backup does not hold: what is in iCloud (see that Photos has finished uploading, or copy the originals), Face ID and Touch ID, cards in Wallet, the eSIM (keep it when asked), and the second factors of apps. That of a supervised device can be restored to supervised devices only."
	keepPhotos = "Before this, download the originals of iCloud Photos, or copy them to a computer, and open some of the copies: where the device keeps only small previews, a computer backup does not hold the originals."
	guardOnce  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, erasing takes the Face ID or Touch ID of the owner, who has to be there. Turning Find My off or signing out first takes it twice, with an hour between."
	guardHour  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, this takes the Face ID or Touch ID of the owner, an hour of waiting, and the same again, so the owner has to be there."
)

// iOS173 introduced Stolen Device Protection, on iPhone only.
var iOS173 = device.Version{Major: 17, Minor: 3}

// before returns the prerequisites of a remedy on a device, one sentence each.
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

// mayGuard reports whether a device has Stolen Device Protection, or is unknown.
func mayGuard(id device.Identity) bool {
	w := wordsFor(id)
	return (w.family == "" || w.family == "iPhone") && w.version.Compare(iOS173) >= 0
}

// Heading returns the title and, for a remedy that deletes, its prerequisites, for places that
// show only the title and have no room for [Remedy.Lines].
func (r *Remedy) Heading() string {
	if r.Loses == LosesNothing {
		return r.Title
	}
	return r.Title + " (after a computer backup proved whole)"
}
