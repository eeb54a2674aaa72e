package report

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
)

// ordered sorts devices the way every format shows them: by verdict, worst first, then by slot
// and port in natural order; ties keep their order. A report about backups sorts by the
// verdicts on the backups.
func ordered(devices []Device, subject string) []Device {
	rank := Rank
	if subject == OfBackups {
		rank = rankOfBackups
	}
	devices = slices.Clone(devices)
	slices.SortStableFunc(devices, func(a, b Device) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), byPlace(a, b))
	})
	return devices
}

// byPlace sorts devices with a slot before those without.
func byPlace(a, b Device) int {
	return cmp.Or(
		CompareSlots(a.Slot, b.Slot),
		lastIfEmpty(a.Location, b.Location), labels.Natural(a.Location, b.Location),
	)
}

// CompareSlots compares slots in natural order; no slot comes last.
func CompareSlots(a, b string) int { return cmp.Or(lastIfEmpty(a, b), labels.Natural(a, b)) }

func lastIfEmpty(a, b string) int {
	switch {
	case a == "" && b != "":
		return 1
	case a != "" && b == "":
		return -1
	}
	return 0
}

// Rank returns the sort rank of a device's verdict, 0 for the worst. A partly read device comes
// before healthy ones, and so does an unknown verdict.
func Rank(d Device) int {
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

// rankOfBackups ranks a device by the worst of its backups in use.
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
