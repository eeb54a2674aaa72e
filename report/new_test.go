package report_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

func TestNewPutsWhatNeedsAttentionFirst(t *testing.T) {
	r := report.New(reporttest.Run(reporttest.Well("B"), reporttest.Failing("C"), reporttest.Unexamined("A")))
	var names []string
	for _, d := range r.Devices {
		names = append(names, d.Name)
	}
	if diff := cmp.Diff([]string{"C", "A", "B"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestNewPutsSymptomsBehindTheirCause(t *testing.T) {
	type line struct{ check, status, explainedBy string }
	var got []line
	for _, f := range report.New(reporttest.Run(reporttest.Failing("x"))).Devices[0].Findings {
		got = append(got, line{f.Check, f.Status, f.ExplainedBy})
	}
	want := []line{
		{"backup-turned-off", "problem", ""},
		{"backup-stale", "problem", "backup-turned-off"},
		{"wifi-missing", "warning", ""},
		{"not-trusted", "unknown", ""},
		{"icloud-storage-full", "ask", ""},
		{"not-trusted", "ok", ""},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Error(diff)
	}
}

func TestNewNamesOnlyRemediesOfThePlan(t *testing.T) {
	findings := report.New(reporttest.Run(reporttest.Failing("x"))).Devices[0].Findings
	want := []report.Remedy{{ID: "join-wifi", Title: "Join a Wi-Fi network"}} // but not erase-and-restore
	if diff := cmp.Diff(want, findings[2].Remedies); diff != "" {
		t.Error(diff)
	}
}

func TestNewNamesTheRemediesOfAQuestion(t *testing.T) {
	examined := reporttest.Failing("x")
	question := &examined.Diagnosis.Questions[0]
	question.Remedies = append(question.Remedies, "restart", "no-such-remedy")
	for _, f := range report.New(reporttest.Run(examined)).Devices[0].Findings {
		if f.Status == "ask" {
			if diff := cmp.Diff([]report.Remedy{{ID: "restart", Title: "Restart the device"}}, f.Remedies); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestNewSaysWhyADeviceWasNotExamined(t *testing.T) {
	d := report.New(reporttest.Run(reporttest.Unexamined("x"))).Devices[0]
	if d.Verdict != "not-examined" || d.Reason != "trust-pending" {
		t.Errorf("verdict %q, reason %q", d.Verdict, d.Reason)
	}
}

func TestNewWritesTimesInUTC(t *testing.T) {
	document := string(jsonOf(t, report.New(reporttest.Run(reporttest.Failing("x")))))
	for _, want := range []string{`"takenAt": "2026-11-20T08:30:00Z"`, `"asOf": "2026-11-20T08:30:00Z"`, `"tableDate": "2026-11-19T08:30:00Z"`} {
		if !strings.Contains(document, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestNewCountsDevicesAndCauses(t *testing.T) {
	warned := reporttest.Failing("w")
	warned.Diagnosis.Verdict = "at-risk"
	warned.Diagnosis.Causes = warned.Diagnosis.Causes[1:]
	got := report.New(reporttest.Run(warned, reporttest.Failing("x"), reporttest.Unexamined("y"), reporttest.Well("z"))).Summary
	want := report.Summary{
		Devices: 4, Failing: 1, AtRisk: 1, BackedUp: 1, NotExamined: 1, NeedAttention: 3,
		Causes: []report.CauseCount{
			{"backup-turned-off", "iCloud Backup off", "iCloud Backup is switched on", "problem", 1},
			{"not-trusted", "not trusted", "The device trusts this computer", "problem", 1},
			{"wifi-missing", "may be: not on Wi-Fi", "The device is on Wi-Fi", "warning", 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A check that found several subjects counts as one cause of its device.
func TestNewCountsACauseOncePerDevice(t *testing.T) {
	examined := reporttest.Failing("x")
	examined.Diagnosis.Causes = append(examined.Diagnosis.Causes, examined.Diagnosis.Causes[1])
	for _, cause := range report.New(reporttest.Run(examined)).Summary.Causes {
		if cause.Devices != 1 {
			t.Errorf("%s counts %d devices", cause.Check, cause.Devices)
		}
	}
}

func TestNewIsPure(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("x"), reporttest.Unexamined("y"))
	if a, b := report.New(run), report.New(run); !reflect.DeepEqual(a, b) {
		t.Error("the same run gives two reports")
	}
	if diff := cmp.Diff(reporttest.Failing("x").Diagnosis.Plan, run.Examined[0].Diagnosis.Plan); diff != "" {
		t.Errorf("the run was changed: %s", diff)
	}
}

func TestNewIsPartialWhenDevicesMayBeMissing(t *testing.T) {
	for name, test := range map[string]struct {
		run  report.Run
		want bool
	}{
		"whole":                {reporttest.Run(reporttest.Well("x")), false},
		"stopped":              {report.Run{Gaps: []device.Gap{{Reason: device.Interrupted}}}, true},
		"no usbmuxd":           {report.Run{Gaps: []device.Gap{{Reason: device.Unreachable}}}, true},
		"stopped in a device":  {reporttest.Run(reporttest.Ended(reporttest.Well("x"), device.Interrupted)), true},
		"a device fell silent": {reporttest.Run(reporttest.Ended(reporttest.Well("x"), device.Timeout)), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := report.New(test.run).Partial; got != test.want {
				t.Errorf("partial is %v", got)
			}
		})
	}
}

// An interrupted run says how many devices its report does not list.
func TestGapCountsDevicesNotListed(t *testing.T) {
	for detail, want := range map[string]string{
		"":     "the run was interrupted",
		"1":    "the run was interrupted; not listed: 1 device",
		"7950": "the run was interrupted; not listed: 7950 devices",
		"-3":   "the run was interrupted",
		"many": "the run was interrupted",
	} {
		r := report.New(report.Run{Gaps: []device.Gap{{Reason: device.Interrupted, Detail: detail}}})
		if got := r.Gaps[0].Summary; got != want {
			t.Errorf("detail %q: got %q, want %q", detail, got, want)
		}
	}
}
