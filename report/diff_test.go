package report_test

import (
	"fmt"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	var got []string
	diff := report.Compare(reporttest.OlderAndNewer())
	for _, d := range diff.Devices {
		for _, c := range d.Changes {
			got = append(got, fmt.Sprintf("%s: %s %s %s", d.Name, c.State, c.Check, c.Subject))
		}
	}
	want := []string{
		"Kitchen: still icloud-storage-full ",
		"Kitchen: fixed wifi-missing ",
		"Kitchen: cannot-tell device-storage-low ",
		"Studio: new backup-turned-off ",
		"Studio: still backup-stale ",
		"Bought: new never-backed-up ",
		"Front desk: cannot-tell signed-out ",
		"Class 4B: still mdm-disallows-backup Exam",
		"Class 4B: suppressed mdm-disallows-backup School",
		"Sold: gone beta-software ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (report.ChangeCounts{New: 2, Still: 3, Fixed: 1, Suppressed: 1, CannotTell: 2, Gone: 1}); diff.Changes != want {
		t.Errorf("counted %+v, want %+v", diff.Changes, want)
	}
}

func TestCompareWithItself(t *testing.T) {
	older, _ := reporttest.OlderAndNewer()
	if diff := report.Compare(older, older); diff.Changes != (report.ChangeCounts{Still: diff.Changes.Still}) || diff.Changes.Still == 0 {
		t.Errorf("counted %+v", diff.Changes)
	}
}
