package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// With a time zone, formats for people show its times and name; output for programs does not
// change.
func TestTimesArePeoplesOwn(t *testing.T) {
	examined := reporttest.Failing("Ann’s iPhone")
	examined.Diagnosis.Headline = "It failed on 2026-11-19 23:30 UTC, and on 2026-13-45 99:99 UTC."
	examined.Diagnosis.Causes[0].Evidence[0].Value = "at 2026-07-01 12:00 UTC"
	examined.Diagnosis.Causes[0].Evidence[0].AsOf = reporttest.SampleTime.AddDate(0, 0, -2)
	r := report.New(reporttest.Run(examined))
	r.Devices[0].Suppressed = []report.Silence{{Check: "backup-stale", Until: time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)}}
	before := jsonOf(t, r)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("this computer has no table of time zones:", err)
	}
	for _, name := range []string{"table", "html", "markdown"} {
		f, _ := format.Find(name)
		var out, utc bytes.Buffer
		if err := f.Write(&out, r, format.Options{Width: 200, UTF8: true, Zone: berlin}); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(&utc, r, format.Options{Width: 200, UTF8: true}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"2026-11-20 00:30 CET", "2026-13-45 99:99 UTC", "2026-07-01 14:00 CEST"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out.String())
			}
		}
		if strings.Contains(out.String(), "23:30") || !strings.Contains(utc.String(), "2026-11-19 23:30 UTC") {
			t.Errorf("%s: the zone is not an input", name)
		}
	}
	// A date without a time stays that of the sentences.
	west := time.FixedZone("EST", -5*60*60)
	dated := reporttest.Failing("Ann’s iPhone")
	dated.Diagnosis.Causes[0].Summary = "The table is of 2026-08-17."
	dated.Diagnosis.Causes[0].Evidence[0].AsOf = time.Date(2026, 8, 17, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"table", "html", "markdown"} {
		f, _ := format.Find(name)
		var out bytes.Buffer
		if err := f.Write(&out, report.New(reporttest.Run(dated)), format.Options{Width: 200, UTF8: true, Zone: west}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "2026-08-16") || !strings.Contains(out.String(), "2026-08-17") {
			t.Errorf("%s: a date moved by a day:\n%s", name, out.String())
		}
	}
	if got := report.InZone(r, berlin).Devices[0].Suppressed[0].Until.Format(time.DateOnly); got != "2026-12-01" {
		t.Errorf("a suppression that ends at midnight ends on %s", got)
	}
	if !bytes.Equal(before, jsonOf(t, r)) {
		t.Error("rendering changed the report")
	}
	if examined.Diagnosis.Verdict != checks.Failing {
		t.Error("the verdict changed")
	}
}
