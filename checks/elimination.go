package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// An elimination is an unproved cause that remains once other causes are ruled out.
type elimination struct {
	check   string
	others  []string // IDs of checks that must be ruled out
	applies func(device.Snapshot, []Finding) bool
	summary string
}

// eliminations are tried in this order; the first that applies is proposed.
var eliminations = []elimination{
	{
		check:   "icloud-space-used-by-photos-drive",
		others:  []string{"backup-too-large", "storage-plan-lapsed"},
		applies: func(_ device.Snapshot, findings []Finding) bool { return isCause(findings, "icloud-storage-full") },
		summary: "iCloud has too little room, and neither the plan nor the size of the backup is the reason: that leaves what else fills it, usually photos and files.",
	},
	{
		check:   "corrupt-previous-backup",
		others:  besides("corrupt-previous-backup", "escalate-apple-support", "persistent-software-fault"),
		applies: backupsFail,
		summary: "Everything else that keeps a backup from completing is ruled out; that leaves a damaged backup in iCloud.",
	},
	{
		check:   "persistent-software-fault",
		others:  besides("escalate-apple-support", "persistent-software-fault"),
		applies: backupsFail,
		summary: "Everything less severe is ruled out, including a damaged backup in iCloud; that leaves a fault that only erasing removes.",
	},
}

// besides returns the causes that keep Back Up Now from completing, except these.
func besides(ids ...string) []string {
	return slices.DeleteFunc(slices.Clone(ruledOutByBackUpNow), func(id string) bool { return slices.Contains(ids, id) })
}

// backupsFail reports whether attempts are known to fail, from a record, a log or a person.
func backupsFail(s device.Snapshot, findings []Finding) bool {
	a, _ := said(s, device.BackUpNowQuestion)
	completes, err := a.Yes.Get()
	if err == nil {
		return !completes
	}
	if _, _, fresh := freshBackup(s); fresh {
		return false
	}
	_, typed := said(s, device.MessageQuestion)
	return typed || len(traces(s)) > 0 || isCause(findings, "backup-stale") || isCause(findings, "never-backed-up")
}

func isCause(findings []Finding, id string) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Check.ID == id && (f.Status == Problem || f.Status == Warning)
	})
}

// proposeRest adds a warning for what remains if everything else is ruled out and the check's
// own question is unanswered. proposed is false if something else is open.
func proposeRest(s device.Snapshot, findings []Finding) (list []Finding, proposed bool) {
	for _, e := range eliminations {
		at := slices.IndexFunc(findings, func(f Finding) bool { return f.Check.ID == e.check })
		if at < 0 || findings[at].Status != Ask || !e.applies(s, findings) || !allRuledOut(findings, e.others) {
			continue
		}
		check := findings[at].Check
		f := warning(e.summary, ruledOutEvidence(s, findings, e.others)...)[0]
		f.Evidence = append(f.Evidence, findings[at].Evidence...)
		f.Remains = true
		list = slices.Clone(findings)
		list[at] = complete(f, check, s.Device)
		return list, true
	}
	return findings, false
}

// allRuledOut reports whether every one of these checks ran and was found healthy.
func allRuledOut(findings []Finding, ids []string) bool {
	for _, id := range ids {
		asked := false
		for _, f := range findings {
			if f.Check.ID == id && f.Status != OK {
				return false
			}
			asked = asked || f.Check.ID == id
		}
		if !asked {
			return false
		}
	}
	return true
}

// ruledOutEvidence counts what was ruled out, and by whom.
func ruledOutEvidence(s device.Snapshot, findings []Finding, ids []string) []Evidence {
	byAnswer := 0
	for _, f := range findings {
		if slices.Contains(ids, f.Check.ID) && isFromPerson(f) {
			byAnswer++
		}
	}
	return []Evidence{read(s, "Other causes ruled out", fmt.Sprintf("%d of %d, %d of them by a person's answers", len(ids), len(ids), byAnswer), "", "the other checks")}
}

// isFromPerson reports whether a finding is based on a person's answer.
func isFromPerson(f Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Source == answerSource })
}

// triedBy lists which answers make a remedy pointless for other causes: each of these checks
// was answered as healthy, and its question implies that the remedy was tried.
var triedBy = map[remedies.ID][]string{
	remedies.CheckICloudStorage:  {"icloud-storage-full"},
	remedies.CheckSystemStatus:   {"icloud-outage"},
	remedies.Restart:             {"transient-glitch"},
	remedies.ForceRestart:        {"system-hung"},
	remedies.TryAnotherNetwork:   {"wifi-slow-unstable", "captive-portal", "vpn-proxy-firewall"},
	remedies.JoinWiFi:            {"wifi-missing"},
	remedies.FixAccountPrompt:    {"account-needs-attention"},
	remedies.AcceptTerms:         {"terms-not-accepted"},
	remedies.TurnOffVPN:          {"vpn-proxy-firewall"},
	remedies.FixPayment:          {"storage-plan-lapsed"},
	remedies.CheckStorageAccount: {"storage-plan-lapsed", "icloud-storage-full"},
	remedies.UnlockWithPasscode:  {"needs-unlock-for-keys"},
	remedies.WaitForOtherBackup:  {"backup-locked-elsewhere"},
	remedies.LetDownloadsFinish:  {"downloads-in-progress"},
	remedies.AllowAccountChanges: {"screen-time-account-changes"},
	remedies.CheckCharger:        {"auto-not-charging"},
	remedies.ShortenAutoLock:     {"auto-not-locked"},
}

// withoutTried removes from causes the remedies that an answer has made pointless. A cause
// keeps all its remedies if none would be left.
func withoutTried(s device.Snapshot, causes []Cause, healthy []Finding) []Cause {
	answered := map[string]bool{}
	for _, f := range healthy {
		if a, ok := said(s, f.Check.ID); ok {
			yes, err := a.Yes.Get()
			answered[f.Check.ID] = err == nil && yes == (f.Check.Answers.Yes == "")
		}
	}
	if last, known := lastRestart(s); known && last.didNotHelp() {
		answered[transientGlitch.ID] = true
	}
	a, ok := said(s, device.MessageQuestion)
	_, err := a.Text.Get()
	read := ok && err == nil && unknownMessage(s) == ""
	pointless := func(id remedies.ID) bool {
		if id == remedies.ReadExactMessage {
			return read
		}
		by := triedBy[id]
		return len(by) > 0 && !slices.ContainsFunc(by, func(check string) bool { return !answered[check] })
	}
	list := slices.Clone(causes)
	for i, cause := range list {
		left := slices.DeleteFunc(slices.Clone(cause.Remedies), pointless)
		if len(left) > 0 {
			list[i].Remedies = left
		}
	}
	return list
}

// againstKey is the key prefix of evidence that contradicts a finding.
const againstKey = "Against it: "

// contradict reports whether a person's answer and something that was read contradict each
// other. A hint is too weak to be contradicted.
func contradict(stands, falls Finding) bool {
	return isFromPerson(stands) != isFromPerson(falls) && falls.Strength != codes.MayBe
}

// contradictions names the findings whose answer and reading contradict each other, as the end
// of a headline.
func contradictions(d Diagnosis) string {
	var names []string
	note := func(list []Finding) {
		for _, f := range list {
			if f.Contradicted && !slices.Contains(names, f.Check.Short) {
				names = append(names, f.Check.Short)
			}
		}
	}
	for _, cause := range d.Causes {
		note([]Finding{cause.Finding})
		note(cause.Symptoms)
	}
	note(d.Healthy)
	if len(names) == 0 {
		return ""
	}
	return " An answer contradicts what was read: " + strings.Join(names, ", ") + "."
}
