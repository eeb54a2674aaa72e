package format

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestVisit(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	failing := report.NewDevice(reporttest.Failing("Ann"))
	well := report.NewDevice(reporttest.Well("Ann"))
	well.LastBackup = well.TakenAt.Add(-10 * time.Minute)
	undated := well
	undated.LastBackup = time.Time{}
	before := func(verdict checks.Verdict, ago time.Duration) *report.Visit {
		return &report.Visit{Verdict: string(verdict), TakenAt: failing.TakenAt.Add(-ago)}
	}
	const shown = "    iCloud Backup switch: off (expected on)\n    First: Join a Wi-Fi network (administrator): Open Settings > Wi-Fi."
	for name, test := range map[string]struct {
		d      report.Device
		before *report.Visit
		want   string
	}{
		"first visit":       {failing, nil, shown},
		"still failing":     {failing, before(checks.Failing, time.Hour), shown},
		"failing now":       {failing, before(checks.BackedUp, 48*time.Hour), "    Was backed up at 2026-11-18 09:30 CET, is failing now.\n" + shown},
		"well":              {well, nil, ""},
		"mended today":      {well, before(checks.Failing, time.Hour), "    Was failing at 08:30, backed up since 09:20."},
		"backup before it":  {well, before(checks.Failing, 5*time.Minute), "    Was failing at 09:25, is backed up now; last backup 09:20."},
		"no backup known":   {undated, before(checks.Failing, time.Hour), "    Was failing at 08:30, is backed up now."},
		"mended since days": {well, before(checks.AtRisk, 72*time.Hour), "    Was at risk at 2026-11-17 09:30 CET, backed up since 09:20."},
	} {
		if got := Visit(test.d, test.before, Options{Width: 100, UTF8: true, Zone: berlin}); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, test.want)
		}
	}
}
