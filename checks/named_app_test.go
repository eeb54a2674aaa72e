package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// wrote sets the lines that backupd wrote.
func wrote(texts ...string) func(*device.Attempt) {
	return func(a *device.Attempt) {
		for _, text := range texts {
			a.Lines = append(a.Lines, device.LogLine{At: takenAt, Process: "backupd", Text: text})
		}
	}
}

func TestTheAppThatALogNames(t *testing.T) {
	const container = "11111111-2222-4333-8444-555566667777"
	broken := func(app string) string {
		return "Failed to upload " + app + `:Library/a/b.fci (<CKError 0x1: "Asset File Not Found" (16/3002)>)`
	}
	for _, test := range []struct {
		name    string
		outcome device.AttemptOutcome
		lines   []string
		want    string // "" if no app is named
	}{
		{"files of an app that are gone", device.AttemptFailed, []string{broken("AppDomain-com.example.paint"), broken("AppDomain-com.example.paint")}, "the app com.example.paint"},
		{"without a last line", device.AttemptUnended, []string{broken("AppDomain-com.example.paint")}, "the app com.example.paint"},
		{"of a group of apps", device.AttemptFailed, []string{broken("AppDomainGroup-group.com.example.notes")}, "the app group.com.example.notes"},
		{"what is left of an app", device.AttemptFailed, []string{`WARNING: stat("/var/mobile/Containers/Bundle/Application/` + container + `/Hi.app"): No such file or directory (2)`}, "the app Hi"},
		{"a container that is no app's of the App Store", device.AttemptFailed, []string{"*** Terminating app due to uncaught exception 'X', reason: '/private/var/mobile is not a prefix of /var/containers/Data/System/" + container + "'"}, "the container " + container + " of an app"},
		{"two apps", device.AttemptFailed, []string{broken("AppDomain-com.example.a"), broken("AppDomain-com.example.b")}, "the app com.example.a and the app com.example.b"},
		{"many apps: it is not their fault", device.AttemptFailed, []string{broken("AppDomain-a.b"), broken("AppDomain-c.d"), broken("AppDomain-e.f")}, ""},
		{"an app that is no trouble", device.AttemptFailed, []string{"Uploading AppDomain-com.example.paint"}, ""},
		{"a backup that completed", device.AttemptSucceeded, []string{broken("AppDomain-com.example.paint")}, ""},
		{"nothing named", device.AttemptFailed, []string{"Backup failed: MBErrorDomain(2)"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := well(lastBackedUp(9*aDay), heard(time.Minute, test.outcome, wrote(test.lines...)))
			f := findingFor(t, s, appCannotBeBackedUp)
			if got := f.Status == Problem; got != (test.want != "") || !strings.Contains(f.Summary, test.want) {
				t.Fatalf("%s %q, want %q", f.Status, f.Summary, test.want)
			}
			if test.want == "" {
				return
			}
			d := Diagnose(s, Run(s, All()))
			if d.Causes[0].Check != appCannotBeBackedUp {
				t.Errorf("%s comes before the app", d.Causes[0].Check.ID)
			}
			safe := slices.Index(remedyIDs(d.Plan), remedies.ComputerBackup)
			for i, step := range d.Plan {
				if slices.Contains(step.For, appCannotBeBackedUp.ID) && i != safe && (i < safe) != (step.Remedy.Loses == remedies.LosesNothing) {
					t.Errorf("%s stands at %d of the plan, and the safety copy at %d", step.Remedy.ID, i+1, safe+1)
				}
			}
			for _, id := range []remedies.ID{remedies.LeaveOutNamedApp, remedies.UpdateApp, remedies.ReinstallApp, remedies.DeleteNamedApp} {
				if !strings.Contains(strings.Join(idsOf(d.Plan), " "), string(id)) {
					t.Errorf("the plan lacks %s", id)
				}
			}
		})
	}
}

func idsOf(plan []remedies.Step) []string {
	var ids []string
	for _, step := range plan {
		ids = append(ids, string(step.Remedy.ID))
	}
	return ids
}
