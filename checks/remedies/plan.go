package remedies

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Step is one remedy of a plan, in the words of the device's model and version.
type Step struct {
	Remedy *Remedy
	Lines  []string // numbered steps for this device
	For    []string // what it is for, in the order in which it was added: ids of checks
}

// A Planner merges remedies into one plan, each once, in the words of one model and version.
type Planner struct {
	id     device.Identity
	steps  []*Step
	placed map[ID]*Step // steps, by remedy
}

// NewPlanner returns an empty plan for a device.
func NewPlanner(id device.Identity) *Planner {
	return &Planner{id: id, placed: map[ID]*Step{}}
}

// Add puts a remedy behind what it needs, and notes what it is for: the id of a check, or
// the title of a meaning. It is false if the remedy has to be left out.
func (p *Planner) Add(id ID, purpose string) bool {
	step, placed := p.placed[id]
	if !placed {
		step = p.step(id)
	}
	if step == nil {
		return false
	}
	for _, need := range step.Remedy.Needs {
		if !p.Add(need, purpose) {
			return false
		}
	}
	if !placed {
		p.placed[id] = step
		p.steps = append(p.steps, step)
	}
	if !slices.Contains(step.For, purpose) {
		step.For = append(step.For, purpose)
	}
	return true
}

// Steps is what was added: cheapest and safest first, and within a tier in the order in
// which it was added.
func (p *Planner) Steps() []Step {
	slices.SortStableFunc(p.steps, func(a, b *Step) int { return cmp.Compare(a.Remedy.Tier, b.Remedy.Tier) })
	var steps []Step
	for _, step := range p.steps {
		steps = append(steps, *step)
	}
	return steps
}

// step is a remedy in the words of this model and version, nil if it has none.
func (p *Planner) step(id ID) *Step {
	remedy, known := Find(id)
	if !known {
		return nil
	}
	lines := remedy.Lines(p.id)
	if len(lines) == 0 {
		return nil
	}
	return &Step{Remedy: remedy, Lines: lines}
}

// Lines are the steps that this model and version have, in their words.
func (r *Remedy) Lines(id device.Identity) []string {
	var lines []string
	for _, template := range r.Steps {
		if line, ok := Expand(template, id); ok {
			lines = append(lines, line)
		}
	}
	return lines
}
