package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// plan merges the remedies of all causes into one list, each once: by tier, so cheapest
// and safest first, and within a tier in the order of the causes. What a remedy needs
// comes with it and before it. Symptoms add nothing: they go when their cause does.
//
// A remedy none of whose steps this model and version have is left out, and with it every
// remedy that needs it.
func plan(causes []Cause, id device.Identity) []remedies.Step {
	p := remedies.NewPlanner(id)
	for _, cause := range causes {
		for _, remedy := range cause.Remedies {
			if proportionate(remedy, cause.Status) || lastOfItsKind(cause) {
				p.Add(remedy, cause.Check.ID)
			}
		}
	}
	return p.Steps()
}

// proportionate keeps what costs passwords, copies or data away from a warning, which is
// only a hint.
func proportionate(id remedies.ID, status Status) bool {
	remedy, known := remedies.Find(id)
	if !known || status == Problem {
		return known
	}
	switch remedy.Tier {
	case remedies.TierDisruptive, remedies.TierDeleting, remedies.TierErase:
		return false
	default:
		return true
	}
}

// lastOfItsKind is true of the causes that remain or that a person has come to after everything
// milder, or whose only remedy is to let go of something. Nothing else would be left in their plan.
func lastOfItsKind(cause Cause) bool {
	return cause.Remains || cause.Check == persistentSoftwareFault || cause.Check == icloudSpaceUsedByPhotosDrive
}
