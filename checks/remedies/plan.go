package remedies

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Step is one remedy of a plan, in the wording of the device's model and version.
type Step struct {
	Remedy *Remedy
	Lines  []string // numbered steps for this device
	For    []string // what it is for, in the order added: IDs of checks
}

// A Planner merges the remedies of several causes into one plan without duplicates, in the
// wording of one model and version.
type Planner struct {
	id     device.Identity
	steps  []*Step
	placed map[ID]*Step // steps, by remedy
	order  []edge       // the order of remedies that each cause asks for
	last   map[string]ID
}

// An edge says that one remedy comes before another.
type edge struct{ before, after ID }

// NewPlanner returns an empty plan for a device.
func NewPlanner(id device.Identity) *Planner {
	return &Planner{id: id, placed: map[ID]*Step{}, last: map[string]ID{}}
}

// Add adds a remedy after its prerequisites, and records its purpose: the ID of a check, or the
// title of a meaning. It returns false if the remedy must be left out. Add the remedies of one
// purpose in the order in which to try them.
func (p *Planner) Add(id ID, purpose string) bool {
	if !p.add(id, purpose) {
		return false
	}
	if last, ok := p.last[purpose]; ok && last != id {
		p.order = append(p.order, edge{last, id})
	}
	p.last[purpose] = id
	return true
}

func (p *Planner) add(id ID, purpose string) bool {
	step, placed := p.placed[id]
	if !placed {
		step = p.step(id)
	}
	if step == nil {
		return false
	}
	for _, need := range step.Remedy.Needs {
		if !p.add(need, purpose) {
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

// Steps returns the steps that were added, in the order in which to do them. A remedy's
// prerequisites, and the remedies it comes after, are before it. What permanently loses data
// comes after everything that does not. Beyond that, each cause keeps its order unless two
// causes conflict, and between causes the cheapest and safest remedy is first.
func (p *Planner) Steps() []Step {
	var steps []Step
	for left := slices.Clone(p.steps); len(left) > 0; {
		next := p.next(left)
		steps = append(steps, *next)
		left = slices.DeleteFunc(left, func(s *Step) bool { return s == next })
	}
	return steps
}

// next returns the next step of those left.
func (p *Planner) next(left []*Step) *Step {
	free := filter(left, func(s *Step) bool {
		return !holds(left, s.Remedy.Needs) && !holds(left, s.Remedy.After)
	})
	for _, prefer := range []func(*Step) bool{
		func(s *Step) bool { return s.Remedy.Loses < LosesData },
		func(s *Step) bool {
			return !slices.ContainsFunc(p.order, func(e edge) bool { return e.after == s.Remedy.ID && p.waits(e) && holds(left, []ID{e.before}) })
		},
	} {
		if some := filter(free, prefer); len(some) > 0 {
			free = some
		}
	}
	return slices.MinFunc(free, func(a, b *Step) int { return cmp.Compare(a.Remedy.Tier, b.Remedy.Tier) })
}

// waits reports whether a cause's order applies: not if the earlier remedy permanently loses
// more than the later one.
func (p *Planner) waits(e edge) bool {
	return danger(p.placed[e.before].Remedy) <= danger(p.placed[e.after].Remedy)
}

// danger ranks remedies that permanently lose data; all others rank the same.
func danger(r *Remedy) Tier {
	if r.Loses < LosesData {
		return TierLook
	}
	return r.Tier
}

func filter(steps []*Step, keep func(*Step) bool) []*Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s *Step) bool { return !keep(s) })
}

// holds reports whether any of the remedies is among the steps.
func holds(steps []*Step, ids []ID) bool {
	return slices.ContainsFunc(steps, func(s *Step) bool { return slices.Contains(ids, s.Remedy.ID) })
}

// step returns a remedy in the wording of this model and version; nil if it does not apply.
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

// Lines returns the prerequisites of the remedy and the steps that apply to this model and
// version, in their wording. It returns none if no step applies.
func (r *Remedy) Lines(id device.Identity) []string {
	var lines []string
	for _, template := range r.Steps {
		if line, ok := Expand(template, id); ok {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append(r.before(id), lines...)
}
