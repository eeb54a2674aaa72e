package checks

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// validate checks that checks and remedies follow the conventions of this package. Its error
// joins all violations, one per line; nil means there are none.
//
// A remedy needs only remedies of an earlier tier. So no remedy can need itself, and a plan
// sorted by tier puts each after its prerequisites.
func validate(list []*Check, known []*remedies.Remedy) error {
	v := validator{checks: map[string]*Check{}, remedies: map[remedies.ID]*remedies.Remedy{}}
	for _, r := range known {
		v.addRemedy(r)
	}
	for _, c := range list {
		v.addCheck(c)
	}
	for _, r := range known {
		v.remedy(r)
	}
	for _, c := range list {
		v.check(c)
	}
	return errors.Join(v.violations...)
}

// kebab matches an ID: lower-case words and digits, separated by hyphens.
var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

type validator struct {
	checks     map[string]*Check
	remedies   map[remedies.ID]*remedies.Remedy
	violations []error
}

func (v *validator) violation(format string, args ...any) {
	v.violations = append(v.violations, fmt.Errorf(format, args...))
}

func (v *validator) addRemedy(r *remedies.Remedy) {
	if !kebab.MatchString(string(r.ID)) {
		v.violation("remedy %q: its id is not in kebab-case", r.ID)
	}
	if v.remedies[r.ID] != nil {
		v.violation("remedy %s: its id is taken", r.ID)
	}
	v.remedies[r.ID] = r
}

func (v *validator) addCheck(c *Check) {
	if !kebab.MatchString(c.ID) {
		v.violation("check %q: its id is not in kebab-case", c.ID)
	}
	if v.checks[c.ID] != nil || v.remedies[remedies.ID(c.ID)] != nil {
		v.violation("check %s: its id is taken", c.ID)
	}
	v.checks[c.ID] = c
}

func (v *validator) remedy(r *remedies.Remedy) {
	if r.Title == "" || strings.HasSuffix(r.Title, ".") {
		v.violation("remedy %s: needs a title, without a full stop", r.ID)
	}
	if r.Tier < remedies.TierLook || r.Tier > remedies.TierErase {
		v.violation("remedy %s: no such tier: %d", r.ID, r.Tier)
	}
	if !slices.Contains([]remedies.Actor{remedies.User, remedies.Technician, remedies.Administrator, remedies.Apple}, r.Actor) {
		v.violation("remedy %s: no such actor: %q", r.ID, r.Actor)
	}
	if len(r.Steps) == 0 {
		v.violation("remedy %s: has no steps", r.ID)
	}
	for _, step := range r.Steps {
		v.template("remedy "+string(r.ID), step)
	}
	v.sources("remedy "+string(r.ID), r.Sources)
	for _, need := range r.Needs {
		switch needed := v.remedies[need]; {
		case needed == nil:
			v.violation("remedy %s: needs the unknown remedy %s", r.ID, need)
		case needed.Tier >= r.Tier:
			v.violation("remedy %s: needs %s, which is not of an earlier tier", r.ID, need)
		}
	}
	v.safety(r)
}

// safety checks that following a plan cannot lose data without a copy, or erase a device for a
// fault of Apple's.
func (v *validator) safety(r *remedies.Remedy) {
	if r.Loses > remedies.LosesNothing && !slices.Contains(r.Needs, remedies.ComputerBackup) {
		v.violation("remedy %s: takes something away, and does not need %s", r.ID, remedies.ComputerBackup)
	}
	if (r.Tier == remedies.TierDeleting || r.Tier == remedies.TierErase) && r.Loses != remedies.LosesData {
		v.violation("remedy %s: does not say that it loses data", r.ID)
	}
	switch r.Tier {
	case remedies.TierDisruptive, remedies.TierDeleting, remedies.TierErase:
		if r.Risk == "" {
			v.violation("remedy %s: does not say what it risks", r.ID)
		}
		if !slices.Contains(r.Needs, remedies.ComputerBackup) {
			v.violation("remedy %s: does not need %s", r.ID, remedies.ComputerBackup)
		}
	}
	if r.Tier == remedies.TierErase && !slices.Contains(r.Needs, remedies.ContactAppleSupport) {
		v.violation("remedy %s: does not need %s", r.ID, remedies.ContactAppleSupport)
	}
}

func (v *validator) check(c *Check) {
	if c.Title == "" || strings.HasSuffix(c.Title, ".") {
		v.violation("check %s: needs a title, without a full stop", c.ID)
	}
	if c.Short == "" || strings.HasSuffix(c.Short, ".") {
		v.violation("check %s: has no short name for its trouble", c.ID)
	}
	if strings.TrimSpace(c.Doc) == "" {
		v.violation("check %s: has no documentation", c.ID)
	}
	if !slices.Contains([]Effect{Blocks, MayBlock, Informs}, c.Effect) {
		v.violation("check %s: no such effect: %q", c.ID, c.Effect)
	}
	if c.Judge == nil && c.Ask == "" {
		v.violation("check %s: neither judges nor asks", c.ID)
	}
	v.template("check "+c.ID, c.Ask)
	v.told(c)
	if len(c.Sources) == 0 {
		v.violation("check %s: has no source", c.ID)
	}
	v.sources("check "+c.ID, c.Sources)
	if len(c.Remedies) == 0 {
		v.violation("check %s: has no remedy", c.ID)
	}
	for i, id := range c.Remedies {
		if v.remedies[id] == nil {
			v.violation("check %s: names the unknown remedy %s", c.ID, id)
		}
		if slices.Contains(c.Remedies[:i], id) {
			v.violation("check %s: names the remedy %s twice", c.ID, id)
		}
	}
	for _, id := range c.Explains {
		if v.checks[id] == nil {
			v.violation("check %s: explains the unknown check %s", c.ID, id)
		}
	}
	if v.explains(c.ID, c.ID, nil) {
		v.violation("check %s: explains itself", c.ID)
	}
}

// told rejects an unhealthy answer without a question, two of them, and one that is not a
// sentence: it is the summary of a finding.
func (v *validator) told(c *Check) {
	switch {
	case c.Answers == Answers{}:
	case c.Ask == "":
		v.violation("check %s: says what an answer means, and asks nothing", c.ID)
	case c.Answers.Yes != "" && c.Answers.No != "":
		v.violation("check %s: neither answer is healthy", c.ID)
	case !strings.HasSuffix(c.Answers.unwell(), "."):
		v.violation("check %s: its unhealthy answer is no sentence: %q", c.ID, c.Answers.unwell())
	}
}

// explains reports whether one check explains another, directly or through others. seen holds
// the checks on the way.
func (v *validator) explains(from, to string, seen []string) bool {
	check := v.checks[from]
	if check == nil || slices.Contains(seen, from) {
		return false
	}
	return slices.ContainsFunc(check.Explains, func(id string) bool {
		return id == to || v.explains(id, to, append(seen, from))
	})
}

// template rejects unknown tokens: the newest version of an unknown model knows them all.
func (v *validator) template(where, template string) {
	if text, ok := remedies.Expand(template, device.Identity{}); !ok || strings.ContainsAny(text, "{}") {
		v.violation("%s: uses an unknown token: %q", where, template)
	}
}

func (v *validator) sources(where string, sources []remedies.Source) {
	for _, s := range sources {
		if s.Title == "" {
			v.violation("%s: has a source without a title", where)
		}
		if s.URL != "" && !strings.HasPrefix(s.URL, "https://") {
			v.violation("%s: has a source whose address is not https: %s", where, s.URL)
		}
	}
}
