package web

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// The pages of a bench and of a hub show problems before warnings, each with its own symptoms.
func TestProblemsComeBeforeWarnings(t *testing.T) {
	finding := func(check string, status checks.Status, explainedBy string) report.Finding {
		return report.Finding{Check: check, Status: string(status), ExplainedBy: explainedBy}
	}
	view := NewDeviceView(&report.Device{Findings: []report.Finding{
		finding("device-storage-low", checks.Warning, ""),
		finding("software-out-of-date", checks.Warning, "device-storage-low"),
		finding("backup-turned-off", checks.Problem, ""),
		finding("backup-stale", checks.Problem, "backup-turned-off"),
		finding("signed-out", checks.Problem, ""),
	}})
	var got []string
	for _, cause := range view.Causes {
		got = append(got, cause.Check)
		for _, symptom := range cause.Symptoms {
			got = append(got, "+"+symptom.Check)
		}
	}
	want := []string{"backup-turned-off", "+backup-stale", "signed-out", "device-storage-low", "+software-out-of-date"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
