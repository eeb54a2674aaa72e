package web

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the computer may have no time zones

	"github.com/backupdoctor/backupdoctor/report"
)

// Times on pages, including those in sentences of a report, are in the server's time zone and
// say so.
func TestTimesAreLocal(t *testing.T) {
	if os.Getenv("TZ") != "CET" { // a process reads its time zone only once
		again := exec.Command(os.Args[0], "-test.run", "^TestTimesAreLocal$")
		again.Env = append(os.Environ(), "TZ=CET")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
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
