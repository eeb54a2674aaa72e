package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// plan merges the remedies of all causes into one list without duplicates: by tier, so cheapest
// and safest first, and within a tier in the order of the causes. A remedy's prerequisites come
// with it and before it. Symptoms add nothing: they disappear with their cause.
//
// A remedy without any step for this model and version is left out, and so is every remedy that
// needs it. Also left out are what a person has done by answering, and remedies for an old date
// alone if the person's answers explain it.
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

// doneByAnswers returns the remedies that ask only for what a person has already answered.
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

// explainedByAnswer reports whether a person named another cause that explains this one. It is
// still a problem, but is solved by solving the other.
func explainedByAnswer(cause Cause, causes []Cause) bool {
	return slices.ContainsFunc(causes, func(c Cause) bool {
		return saidByPerson(c.Finding) && slices.Contains(c.Check.Explains, cause.Check.ID)
	})
}

// proportionate keeps remedies that cost passwords, copies or data out of a warning, which is
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

// lastOfItsKind reports whether a cause is what remains or is considered after everything
// milder, or has a remedy only in giving something up. Otherwise its plan would be empty.
func lastOfItsKind(cause Cause) bool {
	return cause.Remains || cause.Check == persistentSoftwareFault || cause.Check == icloudSpaceUsedByPhotosDrive
}
