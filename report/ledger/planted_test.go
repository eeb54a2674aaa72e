package ledger

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

// TestPlantedInAHistory checks that text planted in a history file does not become advice.
func TestPlantedInAHistory(t *testing.T) {
	const planted = "rm -rf ~/Backups"
	s := fresh(t)
	d := tray(t)[0]
	d.Headline = planted
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Title, f.Effect, f.Summary = planted, planted, planted
		f.Remedies, f.Sources = []report.Remedy{{ID: "restart", Title: planted}}, []report.Source{{Title: planted, URL: "https://" + planted}}
	}
	d.Plan = []report.Step{{Remedy: "restart", Title: planted, Actor: planted, Risk: planted, Steps: []string{planted}}}
	keepRun(t, s, runID(1), monday, d)

	story, err := s.Device(t.Context(), d.UDID, 1)
	must(t, err)
	if got := story.Visits[0].Headline; got != "“"+planted+"”" {
		t.Errorf("the headline is %s", got)
	}
	_, err = s.Export(t.Context(), func(report.PastRun) error { return nil }, func(_ string, d report.Device) error {
		if d.Headline != "“"+planted+"”" {
			t.Errorf("the headline is %s", d.Headline)
		}
		for _, f := range d.Findings {
			if strings.Contains(f.Title+f.Effect+f.Remedies[0].Title+f.Sources[0].Title+f.Sources[0].URL, planted) || strings.HasPrefix(f.Summary, planted) {
				t.Errorf("a finding is %+v", f)
			}
		}
		step := d.Plan[0]
		if strings.Contains(step.Title+step.Actor+step.Risk+strings.Join(step.Steps, ""), planted) {
			t.Errorf("the step is %+v", step)
		}
		return nil
	})
	must(t, err)
}
