package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// fromAnswers returns what a person said about a check: the answer to its question, a size, the
// text of a message, or that Back Up Now completes. It does not need Run to fill in the check.
func fromAnswers(s device.Snapshot, check *Check) (Finding, bool) {
	for _, hear := range []func(device.Snapshot, *Check) (Finding, bool){answered, spaceAnswered, worded, completes} {
		if f, ok := hear(s, check); ok {
			return f, true
		}
	}
	return Finding{}, false
}

// answerEvidence returns evidence given by a person.
func answerEvidence(a device.Answer, key, value, expected string) Evidence {
	return Evidence{Key: key, Value: value, Expected: expected, Source: answerSource, AsOf: a.At}
}

const answerSource = "a person's answer"

// severe returns the status of a cause that is certain.
func severe(check *Check) Status {
	if check.Effect == Blocks {
		return Problem
	}
	return Warning
}

// answered returns the answer to the check's own question.
func answered(s device.Snapshot, check *Check) (Finding, bool) {
	a, ok := said(s, check.ID)
	yes, err := a.Yes.Get()
	if !ok || err != nil || check.Answers.unwell() == "" {
		return Finding{}, false
	}
	healthy := yes == (check.Answers.Yes == "")
	evidence := []Evidence{answerEvidence(a, QuestionOf(check, s.Device), yesNo(yes), yesNo(check.Answers.Yes == ""))}
	if healthy {
		return Finding{Status: OK, Summary: check.Title + ", by a person's answer.", Evidence: evidence}, true
	}
	status := severe(check)
	if slices.Contains(lastResorts, check.ID) {
		status = Problem // otherwise the plan would leave out the remedy that the person has reached
	}
	return Finding{Status: status, Summary: clause(check.Answers.unwell()) + ", by a person's answer.", Evidence: evidence, Strength: codes.States}, true
}

// lastResorts are the checks whose remedies cost data, and whose question is asked only after
// everything milder was tried or the person has seen what fills the storage.
var lastResorts = []string{"persistent-software-fault", "icloud-space-used-by-photos-drive"}

// completes rules out whatever would keep Back Up Now from completing.
func completes(s device.Snapshot, check *Check) (Finding, bool) {
	a, ok := said(s, device.BackUpNowQuestion)
	yes, err := a.Yes.Get()
	if !ok || err != nil || !yes || !slices.Contains(ruledOutByBackUpNow, check.ID) {
		return Finding{}, false
	}
	return Finding{
		Status:   OK,
		Summary:  "According to a person's answer, a backup completes after Back Up Now is tapped, so this does not stand in its way.",
		Evidence: []Evidence{answerEvidence(a, "A backup completes after Back Up Now", "yes", "yes")},
	}, true
}

// worded returns what a typed message says about a check. A message that names one cause is
// direct; other possible causes remain questions.
func worded(s device.Snapshot, check *Check) (Finding, bool) {
	a, ok := said(s, device.MessageQuestion)
	text, err := a.Text.Get()
	if !ok || err != nil {
		return Finding{}, false
	}
	meanings := codes.LookUp(text)
	if check == escalateAppleSupport && len(meanings) == 0 {
		return notUnderstood(a, text)
	}
	for _, m := range meanings {
		if slices.Contains(m.RulesOut, check.ID) {
			return Finding{Status: OK, Summary: "Ruled out by a person's answer: " + m.Title() + ".",
				Evidence: []Evidence{answerEvidence(a, "The person says", device.Quoted(text), "")}}, true
		}
		place := slices.Index(m.Checks, check.ID)
		if place < 0 {
			continue
		}
		evidence := []Evidence{answerEvidence(a, "The device says", device.Quoted(text), "")}
		indirect := place > 0 || vague(m)
		if indirect && check.Ask == "" {
			return Finding{}, false
		}
		if indirect {
			return Finding{Status: Ask, Summary: "What the device shows, according to a person's answer, may mean this (" + m.Title() + ").", Evidence: evidence}, true
		}
		return Finding{Status: severe(check), Summary: "According to a person's answer, the device shows: " + m.Title() + ".", Evidence: evidence}, true
	}
	return Finding{}, false
}

// notUnderstood says that a message is not known, and what to do instead. A message that states
// the free storage is handled elsewhere.
func notUnderstood(a device.Answer, text string) (Finding, bool) {
	if _, sized := codes.FreeStorage(text); sized {
		return Finding{}, false
	}
	known := "The message that was typed is not known. Compare it with the screen word for word, add the title and any number, or run backupdoctor listen while you tap Back Up Now."
	if codes.OtherLanguage(text) {
		known = "The message that was typed is in a language, or a wording of it, that backupdoctor does not know. Type what it means in English, or run backupdoctor listen while you tap Back Up Now."
	}
	return Finding{Status: Ask, Summary: known, Evidence: []Evidence{answerEvidence(a, "The device says", device.Quoted(text), "")}}, true
}

// vague reports whether a meaning points to several causes without naming any of them.
func vague(m codes.Meaning) bool {
	return len(m.Checks) > 0 && m.Checks[0] == "transient-glitch" || m.Vague
}

// unknownMessage returns the addition to a headline if a typed message is not known.
func unknownMessage(s device.Snapshot) string {
	a, ok := said(s, device.MessageQuestion)
	text, err := a.Text.Get()
	if !ok || err != nil || len(codes.LookUp(text)) > 0 {
		return ""
	}
	if _, sized := codes.FreeStorage(text); sized {
		return ""
	}
	return " The message that was typed is not known."
}
