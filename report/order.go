package report

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
)

// ordered puts devices in the order in which every format shows them: by verdict, the gravest
// first, then by slot and port, numbers as numbers; otherwise as they were found. In a report
// about backups the verdicts are those on the backups.
func ordered(devices []Device, subject string) []Device {
	rank := rankOf
	if subject == OfBackups {
		rank = rankOfBackups
	}
	devices = slices.Clone(devices)
	slices.SortStableFunc(devices, func(a, b Device) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), byPlace(a, b))
	})
	return devices
}

// byPlace puts devices with a slot before those without.
func byPlace(a, b Device) int {
	return cmp.Or(
		lastIfEmpty(a.Slot, b.Slot), labels.Natural(a.Slot, b.Slot),
		lastIfEmpty(a.Location, b.Location), labels.Natural(a.Location, b.Location),
	)
}

func lastIfEmpty(a, b string) int {
	switch {
	case a == "" && b != "":
		return 1
	case a != "" && b == "":
		return -1
	}
	return 0
}

// rankOf is the place of a device's verdict: a device read only in part comes before those
// that are well, and so does a verdict that this version does not know.
func rankOf(d Device) int {
	order := []checks.Verdict{checks.Failing, checks.AtRisk, checks.NoCauseFound, checks.NotExamined}
	at := slices.Index(order, checks.Verdict(d.Verdict))
	switch {
	case at >= 0:
		return at
	case NeedsAttention(d):
		return len(order)
	case checks.Verdict(d.Verdict) == checks.Suppressed:
		return len(order) + 1
	}
	return len(order) + 2
}

// rankOfBackups is the place of a device by the worst of its backups that are in use.
func rankOfBackups(d Device) int {
	order := []device.ProofVerdict{device.Broken, device.CannotTell, device.Whole}
	worst := len(order)
	for _, b := range inUse(d.Backups) {
		if at := slices.Index(order, device.ProofVerdict(b.Verdict)); at >= 0 {
			worst = min(worst, at)
		} else {
			worst = min(worst, slices.Index(order, device.CannotTell))
		}
	}
	return worst
}
