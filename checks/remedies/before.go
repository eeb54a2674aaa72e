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
	beforeLoss = "Before this, make a computer backup today whose password you know, and which backupdoctor verify, given that password, reports as whole."
	notInCopy  = "Know what a computer backup does not include: what is in iCloud (make sure that Photos has finished uploading, or copy the originals), Face ID and Touch ID, cards in Wallet, the eSIM (keep it when asked), and the second factors of apps. A backup of a supervised device can be restored only to supervised devices."
	keepPhotos = "Before this, download the originals of iCloud Photos, or copy them to a computer, and open some of the copies: where the device keeps only small previews, a computer backup does not include the originals."
	guardOnce  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, erasing requires the Face ID or Touch ID of the owner, who has to be present. Turning Find My off or signing out first requires it twice, an hour apart."
	guardHour  = "Stolen Device Protection may be on, which cannot be read: away from familiar places, as on a bench, this requires the Face ID or Touch ID of the owner twice, an hour apart, so the owner has to be present."
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
