package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

func TestAllIsValid(t *testing.T) {
	if err := validate(All(), remedies.All()); err != nil {
		t.Error(err)
	}
}

// What only a person can answer is asked, and never counts as healthy.
func TestWhatOnlyAPersonCanTellIsAsked(t *testing.T) {
	findings := Run(device.Snapshot{Device: identity("iPhone14,4", "26.6.1")}, All())
	for _, check := range All() {
		if check.Judge != nil && !slices.Contains(onlyOnRecord, check) {
			continue
		}
		i := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == check })
		if i < 0 {
			t.Errorf("%s: no finding", check.ID)
			continue
		}
		f := findings[i]
		if want, _ := remedies.Expand(f.Check.Ask, identity("iPhone14,4", "26.6.1")); f.Status != Ask || f.Summary != want {
			t.Errorf("%s: %s, %q; want its question, %q", check.ID, f.Status, f.Summary, want)
		}
	}
}

func TestEveryRemedyIsOfUse(t *testing.T) {
	for _, remedy := range remedies.All() {
		named := slices.ContainsFunc(All(), func(c *Check) bool { return slices.Contains(c.Remedies, remedy.ID) })
		needed := slices.ContainsFunc(remedies.All(), func(r *remedies.Remedy) bool { return slices.Contains(r.Needs, remedy.ID) })
		meant := slices.ContainsFunc(codes.Meanings(), func(m codes.Meaning) bool { return slices.Contains(m.Remedies, remedy.ID) })
		chosen := remedy.ID == remedies.LeaveSharedIPad // chosen by the judgement of mdm-disallows-backup
		if !named && !needed && !meant && !chosen {
			t.Errorf("no check or code names %s", remedy.ID)
		}
	}
}

func TestValidateCatches(t *testing.T) {
	source := []remedies.Source{{Title: "A page", URL: "https://example.com"}}
	// copyFirst and call stand in for what safe remedies need.
	copyFirst := &remedies.Remedy{ID: remedies.ComputerBackup, Title: "Copy", Tier: remedies.TierSafetyCopy, Actor: remedies.User, Steps: []string{"Copy."}}
	call := &remedies.Remedy{ID: remedies.ContactAppleSupport, Title: "Call", Tier: remedies.TierEscalate, Actor: remedies.Apple, Steps: []string{"Call."}}

	tests := []struct {
		name  string
		spoil func(c *Check, r *remedies.Remedy)
		want  string
	}{
		{"check id with a capital", func(c *Check, _ *remedies.Remedy) { c.ID = "Lid-shut" }, "not in kebab-case"},
		{"check id that ends in a hyphen", func(c *Check, _ *remedies.Remedy) { c.ID = "lid-" }, "not in kebab-case"},
		{"check id of a remedy", func(c *Check, r *remedies.Remedy) { c.ID = string(r.ID) }, "its id is taken"},
		{"no short name", func(c *Check, _ *remedies.Remedy) { c.Short = "" }, "no short name"},
		{"no check title", func(c *Check, _ *remedies.Remedy) { c.Title = "" }, "needs a title"},
		{"check title with a full stop", func(c *Check, _ *remedies.Remedy) { c.Title = "It is shut." }, "needs a title"},
		{"no doc", func(c *Check, _ *remedies.Remedy) { c.Doc = " \n" }, "no documentation"},
		{"no effect", func(c *Check, _ *remedies.Remedy) { c.Effect = "" }, "no such effect"},
		{"neither judge nor ask", func(c *Check, _ *remedies.Remedy) { c.Ask = "" }, "neither judges nor asks"},
		{"an answer that is no sentence", func(c *Check, _ *remedies.Remedy) { c.Answers = Answers{Yes: "The lid is open"} }, "no sentence"},
		{"no healthy answer", func(c *Check, _ *remedies.Remedy) { c.Answers = Answers{Yes: "It is open.", No: "It is shut."} }, "neither answer is healthy"},
		{"an answer to nothing", func(c *Check, _ *remedies.Remedy) {
			c.Ask, c.Judge, c.Answers = "", func(device.Snapshot) []Finding { return nil }, Answers{Yes: "It is open."}
		}, "asks nothing"},
		{"unknown token in a question", func(c *Check, _ *remedies.Remedy) { c.Ask = "Is {P-LID} shut?" }, "unknown token"},
		{"half a token in a question", func(c *Check, _ *remedies.Remedy) { c.Ask = "Is {device shut?" }, "unknown token"},
		{"no source", func(c *Check, _ *remedies.Remedy) { c.Sources = nil }, "no source"},
		{"source without a title", func(c *Check, _ *remedies.Remedy) { c.Sources = []remedies.Source{{URL: "https://example.com"}} }, "source without a title"},
		{"source over http", func(c *Check, _ *remedies.Remedy) {
			c.Sources = []remedies.Source{{Title: "A page", URL: "http://example.com"}}
		}, "not https"},
		{"no remedy", func(c *Check, _ *remedies.Remedy) { c.Remedies = nil }, "no remedy"},
		{"unknown remedy", func(c *Check, _ *remedies.Remedy) { c.Remedies = []remedies.ID{"pray"} }, "unknown remedy pray"},
		{"remedy twice", func(c *Check, r *remedies.Remedy) { c.Remedies = []remedies.ID{r.ID, r.ID} }, "twice"},
		{"explains an unknown check", func(c *Check, _ *remedies.Remedy) { c.Explains = []string{"door-shut"} }, "unknown check door-shut"},
		{"explains itself", func(c *Check, _ *remedies.Remedy) { c.Explains = []string{c.ID} }, "explains itself"},

		{"remedy id with a space", func(c *Check, r *remedies.Remedy) { r.ID = "open lid"; c.Remedies = []remedies.ID{r.ID} }, "not in kebab-case"},
		{"remedy id of another", func(c *Check, r *remedies.Remedy) { r.ID = remedies.ComputerBackup; c.Remedies = []remedies.ID{r.ID} }, "its id is taken"},
		{"no remedy title", func(_ *Check, r *remedies.Remedy) { r.Title = "" }, "needs a title"},
		{"unknown tier", func(_ *Check, r *remedies.Remedy) { r.Tier = remedies.TierErase + 1 }, "no such tier"},
		{"no actor", func(_ *Check, r *remedies.Remedy) { r.Actor = "" }, "no such actor"},
		{"no steps", func(_ *Check, r *remedies.Remedy) { r.Steps = nil }, "no steps"},
		{"unknown token in a step", func(_ *Check, r *remedies.Remedy) { r.Steps = []string{"Go to {P-LID}."} }, "unknown token"},
		{"remedy source over http", func(_ *Check, r *remedies.Remedy) {
			r.Sources = []remedies.Source{{Title: "A page", URL: "http://example.com"}}
		}, "not https"},
		{"unknown need", func(_ *Check, r *remedies.Remedy) { r.Needs = []remedies.ID{"pray"} }, "needs the unknown remedy pray"},
		{"needs itself", func(_ *Check, r *remedies.Remedy) { r.Needs = []remedies.ID{r.ID} }, "not of an earlier tier"},
		{"needs a later tier", func(_ *Check, r *remedies.Remedy) { r.Needs = []remedies.ID{remedies.ContactAppleSupport} }, "not of an earlier tier"},
		{"deletes without a copy", func(_ *Check, r *remedies.Remedy) {
			r.Tier, r.Loses, r.Risk = remedies.TierDeleting, remedies.LosesData, "Data."
		}, "does not need computer-backup"},
		{"disrupts without a copy", func(_ *Check, r *remedies.Remedy) { r.Tier, r.Risk = remedies.TierDisruptive, "Data." }, "does not need computer-backup"},
		{"deletes and keeps silent of it", func(_ *Check, r *remedies.Remedy) {
			r.Tier, r.Risk, r.Needs = remedies.TierDeleting, "Data.", []remedies.ID{remedies.ComputerBackup}
		}, "does not say that it loses data"},
		{"takes something away without a copy", func(_ *Check, r *remedies.Remedy) { r.Loses = remedies.LosesCopy }, "takes something away"},
		{"deletes without a word", func(_ *Check, r *remedies.Remedy) {
			r.Tier, r.Loses, r.Needs = remedies.TierDeleting, remedies.LosesData, []remedies.ID{remedies.ComputerBackup}
		}, "what it risks"},
		{"erases without a copy", func(_ *Check, r *remedies.Remedy) {
			r.Tier, r.Loses, r.Risk, r.Needs = remedies.TierErase, remedies.LosesData, "All.", []remedies.ID{remedies.ContactAppleSupport}
		}, "does not need computer-backup"},
		{"erases before Apple is asked", func(_ *Check, r *remedies.Remedy) {
			r.Tier, r.Loses, r.Risk, r.Needs = remedies.TierErase, remedies.LosesData, "All.", []remedies.ID{remedies.ComputerBackup}
		}, "does not need contact-apple-support"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			remedy := &remedies.Remedy{ID: "open-lid", Title: "Open the lid", Tier: remedies.TierLook, Actor: remedies.User, Steps: []string{"Open the {device}."}, Sources: source}
			check := &Check{
				ID: "lid-shut", Short: "lid open", Title: "The lid is open", Doc: "A lid.", Effect: Informs, Sources: source,
				Remedies: []remedies.ID{remedy.ID}, Ask: "Is the {device} shut?",
			}
			known := []*remedies.Remedy{copyFirst, remedy, call}
			if err := validate([]*Check{check}, known); err != nil {
				t.Fatalf("sound to begin with, but: %v", err)
			}
			test.spoil(check, remedy)
			err := validate([]*Check{check}, known)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestValidateCatchesACircleOfCauses(t *testing.T) {
	chicken := *icloudOutage
	chicken.ID, chicken.Explains = "chicken", []string{"egg"}
	egg := *icloudOutage
	egg.ID, egg.Explains = "egg", []string{"chicken"}
	err := validate([]*Check{&chicken, &egg}, remedies.All())
	if err == nil || !strings.Contains(err.Error(), "check chicken: explains itself") {
		t.Errorf("got %v", err)
	}
}

func TestValidateCatchesTwoChecksOfOneName(t *testing.T) {
	err := validate([]*Check{icloudOutage, icloudOutage}, remedies.All())
	if err == nil || !strings.Contains(err.Error(), "check icloud-outage: its id is taken") {
		t.Errorf("got %v", err)
	}
}
