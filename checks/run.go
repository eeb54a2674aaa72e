package checks

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// Run puts the questions of a list to a snapshot, and returns the findings in the order
// of the list: at least one for each check. All() is the whole list; a shorter one asks
// less. Where everything else is ruled out, what remains is proposed; failed attempts that no
// finding explains are a finding of transient-glitch.
//
// A judgement that panics becomes one unknown finding with the reason internal, and the
// others are not touched by it.
func Run(s device.Snapshot, list []*Check) []Finding {
	var findings []Finding
	for _, check := range list {
		for _, f := range judge(check, s) {
			findings = append(findings, complete(f, check, s.Device))
		}
	}
	findings, proposed := proposeRest(s, findings)
	if !proposed {
		findings = leaveNoneUnexplained(s, findings)
	}
	return noteSoftware(s, findings)
}

func judge(check *Check, s device.Snapshot) (findings []Finding) {
	failed := []Finding{{
		Status:  Unknown,
		Summary: "This question has no answer: " + device.Internal.Error() + ".",
		Gap:     device.Gap{Reason: device.Internal},
	}}
	defer func() {
		if recover() != nil {
			findings = failed
		}
	}()
	if OtherClass(s) && check != notTrusted {
		return []Finding{{Status: Unknown, Summary: "Not judged: " + device.OtherClass.Error() + ".", Gap: device.Gap{Reason: device.OtherClass}}}
	}
	if check.Judge == nil {
		return weigh(s, check, ask(""))
	}
	if findings = check.Judge(s); len(findings) == 0 {
		return failed
	}
	return weigh(s, check, findings)
}

// complete adds to a finding what its check knows: the check itself, the question behind
// what little the evidence says, and the remedies where the judgement chose none.
func complete(f Finding, check *Check, id device.Identity) Finding {
	f.Check = check
	if f.Status == Ask {
		f.Summary = strings.TrimSpace(f.Summary + " " + QuestionOf(check, id))
	}
	if f.Remedies == nil && f.Status != OK && f.Status != Unknown {
		f.Remedies = slices.Clone(check.Remedies)
	}
	return f
}

// QuestionOf is what a check asks a person, in the words of the device.
func QuestionOf(check *Check, id device.Identity) string {
	if text, ok := remedies.Expand(check.Ask, id); ok {
		return text
	}
	// The question names a page of Settings that this version does not have.
	return "Is this so: " + check.Title + "? This version has no page in Settings that shows it."
}
