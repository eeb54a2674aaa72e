package checks

import (
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// Run runs a list of checks on a snapshot, and returns the findings in the order of the list:
// at least one for each check. All() is the full list; a shorter one runs fewer. If everything
// else is ruled out, what remains is proposed; failed attempts that no finding explains become
// a finding of transient-glitch.
//
// If a judgement panics, its check has one unknown finding with the reason internal, and the
// other checks are unaffected.
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

// complete fills in a finding from its check: the check itself, the question after what little
// the evidence shows, and the remedies if the judgement chose none.
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

// QuestionOf returns a check's question to a person, in the wording of the device.
func QuestionOf(check *Check, id device.Identity) string {
	if text, ok := remedies.Expand(check.Ask, id); ok {
		return text
	}
	// The question names a Settings page that this version does not have.
	return "Does this apply: " + check.Title + "? This version has no page in Settings that shows it."
}
