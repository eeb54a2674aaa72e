package checks

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// plan merges the remedies of all causes into one list, each once: by tier, so cheapest
// and safest first, and within a tier in the order of the causes. What a remedy needs
// comes with it and before it. Symptoms add nothing: they go when their cause does.
//
// A remedy none of whose steps this model and version have is left out, and with it every
// remedy that needs it.
func plan(causes []Cause, id device.Identity) []Step {
	p := planner{id: id, placed: map[RemedyID]*Step{}}
	for _, cause := range causes {
		for _, remedy := range cause.Remedies {
			if proportionate(remedy, cause.Status) {
				p.add(remedy, cause.Check.ID)
			}
		}
	}
	return p.inOrder()
}

// proportionate keeps what costs passwords, copies or data away from a warning, which is
// only a hint.
func proportionate(id RemedyID, status Status) bool {
	remedy, known := FindRemedy(id)
	if !known || status == Problem {
		return known
	}
	switch remedy.Tier {
	case TierDisruptive, TierDeleting, TierErase:
		return false
	default:
		return true
	}
}

// planner collects the steps of a plan; placed finds them again.
type planner struct {
	id     device.Identity
	steps  []*Step
	placed map[RemedyID]*Step
}

// add puts a remedy behind what it needs, and notes the check it is for. It is false if
// the remedy has to be left out.
func (p *planner) add(id RemedyID, check string) bool {
	step, placed := p.placed[id]
	if !placed {
		step = p.step(id)
	}
	if step == nil {
		return false
	}
	for _, need := range step.Remedy.Needs {
		if !p.add(need, check) {
			return false
		}
	}
	if !placed {
		p.placed[id] = step
		p.steps = append(p.steps, step)
	}
	if !slices.Contains(step.For, check) {
		step.For = append(step.For, check)
	}
	return true
}

// inOrder is what was added, by tier.
func (p *planner) inOrder() []Step {
	slices.SortStableFunc(p.steps, func(a, b *Step) int { return cmp.Compare(a.Remedy.Tier, b.Remedy.Tier) })
	var steps []Step
	for _, step := range p.steps {
		steps = append(steps, *step)
	}
	return steps
}

// step is a remedy in the words of this model and version, nil if it has none.
func (p *planner) step(id RemedyID) *Step {
	remedy, known := FindRemedy(id)
	if !known {
		return nil
	}
	lines := stepLines(remedy, p.id)
	if len(lines) == 0 {
		return nil
	}
	return &Step{Remedy: remedy, Lines: lines}
}

// stepLines are the steps of a remedy that this model and version have, in their words.
func stepLines(remedy *Remedy, id device.Identity) []string {
	var lines []string
	for _, template := range remedy.Steps {
		if line, ok := Expand(template, id); ok {
			lines = append(lines, line)
		}
	}
	return lines
}
