package web

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Times on pages are of the zone of the computer that serves them, and say so; those within the
// sentences of a report are as well.
func TestTimesAreLocal(t *testing.T) {
	before := time.Local
	time.Local = time.FixedZone("CET", 3600)
	t.Cleanup(func() { time.Local = before })
	at := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	if got := Moment(at); got != "2026-11-21 00:30 CET" {
		t.Errorf("the moment is %s", got)
	}
	if got := day(at); got != "2026-11-21" {
		t.Errorf("the day is %s", got)
	}
	view := NewDeviceView(&report.Device{TakenAt: at, LastBackup: at, Findings: []report.Finding{{Status: "problem", Summary: "Failed at 2026-11-20 23:30 UTC."}}})
	if got := view.Causes[0].Summary; got != "Failed at 2026-11-21 00:30 CET." {
		t.Errorf("the sentence is %s", got)
	}
	if got := Moment(view.Device.LastBackup); !strings.HasSuffix(got, "CET") {
		t.Errorf("the last backup is %s", got)
	}
}
