package report_test

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

// names returns the names of the devices of a report, in order.
func names(r report.Report) []string {
	var list []string
	for _, d := range r.Devices {
		list = append(list, d.Name)
	}
	return list
}

func TestMergeKeepsTheNewestOfEachDevice(t *testing.T) {
	older := reporttest.Report(reporttest.Monday, report.Device{UDID: "a", Name: "a on Monday", Verdict: "failing"}, report.Device{UDID: "b", Name: "b", Verdict: "backed-up"})
	newer := reporttest.Report(reporttest.Tuesday, report.Device{UDID: "c", Name: "c", Verdict: "backed-up"}, report.Device{UDID: "a", Name: "a on Tuesday", Verdict: "backed-up"})
	for name, order := range map[string][]report.Report{"in order": {older, newer}, "the other way round": {newer, older}} {
		merged, left := report.Merge(order...)
		if left != 1 || merged.Summary.Devices != 3 || merged.Summary.Failing != 0 || merged.ExitCode() != report.ExitNoProblem || !merged.TakenAt.Equal(reporttest.Tuesday) {
			t.Errorf("%s: %d left out, %+v, exit code %d, taken at %v", name, left, merged.Summary, merged.ExitCode(), merged.TakenAt)
		}
	}
	merged, _ := report.Merge(older, newer)
	if diff := cmp.Diff([]string{"a on Tuesday", "b", "c"}, names(merged)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every run assigns new placeholders, so they cannot be compared across runs.
func TestMergeKeepsRedactedDevicesApart(t *testing.T) {
	one, other := reporttest.Report(reporttest.Monday, report.Device{UDID: "device-01", Name: "iPhone 1"}), reporttest.Report(reporttest.Tuesday, report.Device{UDID: "device-01", Name: "iPhone 1"})
	one.Redacted, other.Redacted = true, true
	merged, left := report.Merge(one, other)
	if len(merged.Devices) != 2 || left != 0 || !merged.Redacted {
		t.Errorf("%d devices, %d left out, redacted %t", len(merged.Devices), left, merged.Redacted)
	}
}

func TestMergeOfOneIsItself(t *testing.T) {
	r := report.New(reporttest.Run(reporttest.Failing("x")))
	merged, _ := report.Merge(r)
	if diff := cmp.Diff(r, merged); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is missing from one of the reports is missing from the merged one.
func TestMergeKeepsGaps(t *testing.T) {
	whole, partial := reporttest.Report(reporttest.Monday, report.Device{UDID: "a"}), reporttest.Report(reporttest.Tuesday, report.Device{UDID: "b"})
	partial.Gaps = []report.Gap{{Reason: "interrupted", Summary: "the run was interrupted"}}
	merged, _ := report.Merge(whole, partial, partial)
	if !merged.Partial || len(merged.Gaps) != 1 || merged.ExitCode() != report.ExitInterrupted {
		t.Errorf("partial %t, gaps %v, exit code %d", merged.Partial, merged.Gaps, merged.ExitCode())
	}
}
