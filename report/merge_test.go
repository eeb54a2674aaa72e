package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reportOf is a report of devices that were examined at a time.
func reportOf(at time.Time, devices ...Device) Report {
	r := Report{JSONSchema: SchemaID, Schema: Schema, Subject: OfDevices, Gaps: []Gap{}, Places: []Place{}}
	for _, d := range devices {
		d.TakenAt = at
		d.Findings, d.Plan, d.Backups = listed(d.Findings), listed(d.Plan), listed(d.Backups)
		r.Devices = append(r.Devices, d)
	}
	r.TakenAt = at
	return counted(r)
}

var (
	monday  = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	tuesday = monday.AddDate(0, 0, 1)
)

// names are the names of the devices of a report, in order.
func names(r Report) []string {
	var list []string
	for _, d := range r.Devices {
		list = append(list, d.Name)
	}
	return list
}

func TestMergeKeepsTheNewestOfEachDevice(t *testing.T) {
	older := reportOf(monday, Device{UDID: "a", Name: "a on Monday", Verdict: "failing"}, Device{UDID: "b", Name: "b", Verdict: "none-found"})
	newer := reportOf(tuesday, Device{UDID: "c", Name: "c", Verdict: "none-found"}, Device{UDID: "a", Name: "a on Tuesday", Verdict: "none-found"})
	for name, order := range map[string][]Report{"in order": {older, newer}, "the other way round": {newer, older}} {
		merged, left := Merge(order...)
		if left != 1 || merged.Summary.Devices != 3 || merged.Summary.Failing != 0 || merged.ExitCode() != ExitNoProblem || !merged.TakenAt.Equal(tuesday) {
			t.Errorf("%s: %d left out, %+v, exit code %d, taken at %v", name, left, merged.Summary, merged.ExitCode(), merged.TakenAt)
		}
	}
	merged, _ := Merge(older, newer)
	if diff := cmp.Diff([]string{"a on Tuesday", "b", "c"}, names(merged)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Placeholders are given anew in every run, so they say nothing across runs.
func TestMergeKeepsRedactedDevicesApart(t *testing.T) {
	one, other := reportOf(monday, Device{UDID: "device-01", Name: "iPhone 1"}), reportOf(tuesday, Device{UDID: "device-01", Name: "iPhone 1"})
	one.Redacted, other.Redacted = true, true
	merged, left := Merge(one, other)
	if len(merged.Devices) != 2 || left != 0 || !merged.Redacted {
		t.Errorf("%d devices, %d left out, redacted %t", len(merged.Devices), left, merged.Redacted)
	}
}

func TestMergeOfOneIsItself(t *testing.T) {
	r := New(sampleRun(failing("x")))
	merged, _ := Merge(r)
	if diff := cmp.Diff(r, merged); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What was missing in one of the reports is missing in the whole.
func TestMergeKeepsGaps(t *testing.T) {
	whole, partial := reportOf(monday, Device{UDID: "a"}), reportOf(tuesday, Device{UDID: "b"})
	partial.Gaps = []Gap{{Reason: "interrupted", Summary: "the run was interrupted"}}
	merged, _ := Merge(whole, counted(partial), counted(partial))
	if !merged.Partial || len(merged.Gaps) != 1 || merged.ExitCode() != ExitInterrupted {
		t.Errorf("partial %t, gaps %v, exit code %d", merged.Partial, merged.Gaps, merged.ExitCode())
	}
}
