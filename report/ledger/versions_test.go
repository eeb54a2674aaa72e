package ledger

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Only a device known to run a release determines the newest release.
func TestTheNewestVersionIsThatOfARelease(t *testing.T) {
	for name, test := range map[string]struct {
		finding report.Finding
		want    string
	}{
		"a release":                {report.Finding{Check: "beta-software", Status: "ok"}, "27.1"},
		"a beta":                   {report.Finding{Check: "beta-software", Status: "warning"}, "26.6.1"},
		"a build that is unread":   {report.Finding{Check: "beta-software", Status: "unknown"}, "26.6.1"},
		"a check that was skipped": {report.Finding{Check: "wifi-missing", Status: "ok"}, "26.6.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t)
			device := func(udid, version string, f report.Finding) report.Device {
				return report.Device{UDID: udid, System: "iOS", ProductVersion: version, TakenAt: monday, Findings: []report.Finding{f}}
			}
			keepRun(t, s, runID(1), monday, device("a", "26.6.1", report.Finding{Check: "beta-software", Status: "ok"}))
			keepRun(t, s, runID(2), monday.Add(time.Hour), device("b", "27.1", test.finding))
			got, err := s.NewestVersion(t.Context())
			must(t, err)
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
