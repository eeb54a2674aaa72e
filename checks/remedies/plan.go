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

// A Planner merges the remedies of several causes into one plan, each once, in the words of
// one model and version.
type Planner struct {
	id     device.Identity
	steps  []*Step
	placed map[ID]*Step // steps, by remedy
	order  []edge       // what each cause says of the order of its remedies
	last   map[string]ID
}

// An edge says that one remedy comes before another.
type edge struct{ before, after ID }

// NewPlanner returns an empty plan for a device.
func NewPlanner(id device.Identity) *Planner {
	return &Planner{id: id, placed: map[ID]*Step{}, last: map[string]ID{}}
}

// Add puts a remedy behind what it needs, and notes what it is for: the id of a check, or
// the title of a meaning. It is false if the remedy has to be left out. The remedies of one
// purpose are added in the order in which to try them.
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

// Steps is what was added, in the order in which to do it. What a remedy needs, or comes
// after, is before it. What loses data for good is behind everything that does not. Within
// this, each cause keeps its order, as far as two causes do not contradict each other; and
// between causes, the cheapest and safest is first.
func (p *Planner) Steps() []Step {
	var steps []Step
	for left := slices.Clone(p.steps); len(left) > 0; {
		next := p.next(left)
		steps = append(steps, *next)
		left = slices.DeleteFunc(left, func(s *Step) bool { return s == next })
	}
	return steps
}

// next is the step to take of those that are left.
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

// waits is true where a cause's order holds: not for a remedy that loses more for good than
// the one behind it.
func (p *Planner) waits(e edge) bool {
	return danger(p.placed[e.before].Remedy) <= danger(p.placed[e.after].Remedy)
}

// danger orders what loses data for good, and is the same for everything else.
func danger(r *Remedy) Tier {
	if r.Loses < LosesData {
		return TierLook
	}
	return r.Tier
}

func filter(steps []*Step, keep func(*Step) bool) []*Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s *Step) bool { return !keep(s) })
}

// holds is true if one of the remedies is among the steps.
func holds(steps []*Step, ids []ID) bool {
	return slices.ContainsFunc(steps, func(s *Step) bool { return slices.Contains(ids, s.Remedy.ID) })
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

// Lines are what has to be so before the remedy, and the steps that this model and version
// have, in their words. There are none if it has no step.
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
