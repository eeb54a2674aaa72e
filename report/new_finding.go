package report

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

func newNeed(s checks.Need) Need {
	return Need{
		ID: s.ID, Text: s.Text, Shown: string(s.Shown), Evidence: convert(s.Evidence, newEvidence),
		Reason: string(s.Gap.Reason), Detail: s.Gap.Detail,
	}
}

func newSilence(s checks.Silenced) Silence {
	return Silence{
		Check: s.Check.ID, Subject: s.Subject, Status: string(s.Status), Summary: s.Summary,
		Because: s.Because, Until: utc(s.Until),
	}
}

func newFinding(f checks.Finding, remedies []Remedy) Finding {
	return Finding{
		Check:        f.Check.ID,
		Title:        f.Check.Title,
		Effect:       string(f.Check.Effect),
		Subject:      f.Subject,
		Status:       string(f.Status),
		Summary:      f.Summary,
		Reason:       string(f.Gap.Reason),
		Detail:       f.Gap.Detail,
		Contradicted: f.Contradicted,
		Evidence:     convert(f.Evidence, newEvidence),
		Remedies:     remedies,
		Sources:      convert(f.Check.Sources, newSource),
	}
}

// planned returns the remedies that the plan has for a finding, with their prerequisites, in
// plan order. Other remedies do not fit the device, or are out of proportion to the finding.
func planned(f checks.Finding, plan []Step) []Remedy {
	list := []Remedy{}
	for _, step := range plan {
		if slices.ContainsFunc(f.Remedies, func(id remedies.ID) bool { return remedies.Takes(id, remedies.ID(step.Remedy)) }) {
			list = append(list, Remedy{ID: step.Remedy, Title: step.Title})
		}
	}
	return list
}

// possible returns the remedies of a finding that gets no plan, such as a question. It leaves
// out remedies without any steps for the model and version.
func possible(ids []remedies.ID, id device.Identity) []Remedy {
	p := remedies.NewPlanner(id)
	for _, known := range ids {
		p.Add(known, "")
	}
	return convert(p.Steps(), func(s remedies.Step) Remedy {
		return Remedy{ID: string(s.Remedy.ID), Title: s.Remedy.Heading()}
	})
}

func newEvidence(e checks.Evidence) Evidence {
	return Evidence{Key: e.Key, Value: e.Value, Expected: e.Expected, Source: e.Source, AsOf: utc(e.AsOf)}
}

func NewStep(s remedies.Step) Step {
	return Step{
		Remedy:  string(s.Remedy.ID),
		Title:   s.Remedy.Heading(),
		Actor:   string(s.Remedy.Actor),
		Risk:    s.Remedy.Risk,
		Steps:   append([]string{}, s.Lines...),
		For:     append([]string{}, s.For...),
		Sources: convert(s.Remedy.Sources, newSource),
	}
}

func newSource(s remedies.Source) Source { return Source{Title: s.Title, URL: s.URL} }
