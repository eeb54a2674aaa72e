package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// plan merges the remedies of all causes into one list, each once: by tier, so cheapest
// and safest first, and within a tier in the order of the causes. What a remedy needs
// comes with it and before it. Symptoms add nothing: they go when their cause does.
//
// A remedy none of whose steps this model and version have is left out, and with it every
// remedy that needs it. So is what a person has done by answering, and whatever helps only an
// old date that the person's answers explain.
func plan(causes []Cause, s device.Snapshot) []remedies.Step {
	p := remedies.NewPlanner(s.Device)
	done := doneByAnswers(s)
	for _, cause := range causes {
		if isDate(cause.Check) && explainedByAnswer(cause, causes) {
			continue
		}
		for _, remedy := range cause.Remedies {
			if slices.Contains(done, remedy) {
				continue
			}
			if proportionate(remedy, cause.Status) || lastOfItsKind(cause) {
				p.Add(remedy, cause.Check.ID)
			}
		}
	}
	return p.Steps()
}

// doneByAnswers are the remedies that ask for nothing that a person has not told already.
func doneByAnswers(s device.Snapshot) []remedies.ID {
	var done []remedies.ID
	if a, ok := said(s, device.MessageQuestion); ok {
		if text, err := a.Text.Get(); err == nil && len(codes.LookUp(text)) > 0 {
			done = append(done, remedies.ReadExactMessage)
		}
	}
	_, free := said(s, device.FreeICloudQuestion)
	_, next := said(s, device.NextSizeQuestion)
	if free && next {
		done = append(done, remedies.CheckICloudStorage)
	}
	if _, ok := said(s, icloudOutage.ID); ok {
		done = append(done, remedies.CheckSystemStatus)
	}
	return done
}

// explainedByAnswer reports whether a person told of another cause that explains this one. It
// is no less a problem for that, but what helps it is what helps the other.
func explainedByAnswer(cause Cause, causes []Cause) bool {
	return slices.ContainsFunc(causes, func(c Cause) bool {
		return toldBy(c.Finding) && slices.Contains(c.Check.Explains, cause.Check.ID)
	})
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
