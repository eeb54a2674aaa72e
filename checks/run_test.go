package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestRunAnswersEveryCheckInOrder(t *testing.T) {
	var asked, answered []string
	for _, check := range All() {
		asked = append(asked, check.ID)
	}
	for _, f := range Run(well(), All()) {
		answered = append(answered, f.Check.ID)
	}
	if !slices.Equal(answered, asked) {
		t.Errorf("answered %v, asked %v", answered, asked)
	}
}

func TestRunAsksOnlyTheListItIsGiven(t *testing.T) {
	findings := Run(well(), []*Check{backupStale})
	if len(findings) != 1 || findings[0].Check != backupStale {
		t.Errorf("got %+v", findings)
	}
}

func TestRunOutlivesAFailingCheck(t *testing.T) {
	panics := &Check{ID: "panics", Judge: func(device.Snapshot) []Finding { panic("a fault") }}
	silent := &Check{ID: "silent", Judge: func(device.Snapshot) []Finding { return nil }}
	findings := Run(well(), []*Check{panics, silent, backupTurnedOff})
	if len(findings) != 3 {
		t.Fatalf("%d findings, want 3", len(findings))
	}
	for _, f := range findings[:2] {
		if f.Status != Unknown || f.Gap.Reason != device.Internal || f.Summary != "This question has no answer: this program failed." {
			t.Errorf("%s: got %s %q %q", f.Check.ID, f.Status, f.Gap.Reason, f.Summary)
		}
	}
	if findings[2].Status != OK {
		t.Errorf("the check behind them is %s, want ok", findings[2].Status)
	}
}

func TestRunAsksInTheWordsOfTheDevice(t *testing.T) {
	question := &Check{ID: "question", Title: "It is so", Ask: "Is it so on this {device}?"}
	hint := &Check{ID: "hint", Ask: "Is it so on this {device}?", Judge: func(device.Snapshot) []Finding { return ask("It was so.") }}
	noPage := &Check{ID: "no-page", Title: "It is so", Ask: "Is it so in {P-CELL}?"}
	for i, want := range []string{
		"Is it so on this iPhone?",
		"It was so. Is it so on this iPhone?",
		"Does this apply: It is so? This version has no page in Settings that shows it.",
	} {
		f := Run(well(running("12.5.8", "16H88")), []*Check{question, hint, noPage})[i]
		if f.Status != Ask || f.Summary != want {
			t.Errorf("got %s %q, want the question %q", f.Status, f.Summary, want)
		}
	}
}

func TestRunGivesRemediesToWhatIsUnwell(t *testing.T) {
	if f := Run(well(), []*Check{backupTurnedOff})[0]; len(f.Remedies) != 0 {
		t.Errorf("ok, with the remedies %v", f.Remedies)
	}
	f := Run(well(switchedOff), []*Check{backupTurnedOff})[0]
	if !slices.Equal(f.Remedies, backupTurnedOff.Remedies) {
		t.Errorf("a problem with the remedies %v, want %v", f.Remedies, backupTurnedOff.Remedies)
	}
	f.Remedies[0] = "changed"
	if backupTurnedOff.Remedies[0] == "changed" {
		t.Error("the finding shares its remedies with the check")
	}
}

// Facts missing because a device does not respond are unknown for that reason, and never read
// as healthy or as off.
func TestOneSilenceHasOneReason(t *testing.T) {
	for _, reason := range []device.Reason{
		device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.TrustForbidden,
		device.Locked, device.Timeout, device.Detached, device.Unreachable, device.Hostile,
	} {
		silent := distrusting(reason)
		withoutVersion(&silent)
		silent.Device.ProductType = device.Unknown[string](device.Timeout)
		silent.Newest = device.Fact[device.Release]{}
		for _, f := range Run(silent, All()) {
			switch {
			case f.Check == notTrusted:
			case f.Check == localBackupBroken, f.Check == noGoodCopy: // these are about this computer
			case f.Check.Judge == nil, slices.Contains(onlyOnRecord, f.Check):
				if f.Status != Ask {
					t.Errorf("%s: %s is %s, want ask", reason, f.Check.ID, f.Status)
				}
			case f.Status != Unknown:
				t.Errorf("%s: %s is %s, want unknown", reason, f.Check.ID, f.Status)
			case f.Gap.Reason != reason && f.Gap.Reason != device.Timeout:
				t.Errorf("%s: %s is unknown because %s", reason, f.Check.ID, f.Gap.Reason)
			}
		}
	}
}

func TestEveryQuestionIsAskedOfEveryVersion(t *testing.T) {
	for _, version := range []string{"7.1.2", "9.3.6", "10.3.4", "12.5.8", "15.8.8", "16.7.16", "17.7.11", "18.7.10", "26.6.1", "27.0.1"} {
		for _, f := range Run(well(running(version, "23G83")), All()) {
			if f.Check.Judge == nil && (f.Status != Ask || !strings.Contains(f.Summary, "?")) {
				t.Errorf("iOS %s: %s is %s: %q", version, f.Check.ID, f.Status, f.Summary)
			}
		}
	}
}
