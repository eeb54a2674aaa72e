package report

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func trouble(check string) Finding {
	return Finding{Check: check, Status: "problem", Summary: "There is " + check + "."}
}

func status(check, status string) Finding {
	return Finding{Check: check, Status: status, Summary: "It is " + status + "."}
}

// older and newer are two reports in which everything becomes of a cause that can.
func olderAndNewer() (older, newer Report) {
	symptom := trouble("backup-stale")
	symptom.ExplainedBy = "backup-turned-off"
	profile := func(subject string) Finding {
		f := trouble("mdm-disallows-backup")
		f.Subject = subject
		return f
	}
	older = reportOf(monday,
		Device{UDID: "1", Name: "Kitchen", Slot: "A1", Verdict: "failing", Findings: []Finding{trouble("icloud-storage-full"), trouble("wifi-missing"), trouble("device-storage-low")}},
		Device{UDID: "2", Name: "Studio", Verdict: "failing", Findings: []Finding{trouble("backup-stale")}},
		Device{UDID: "3", Name: "Class 4B", Verdict: "failing", Findings: []Finding{profile("School"), profile("Exam")}},
		Device{UDID: "4", Name: "Front desk", Verdict: "failing", Findings: []Finding{trouble("signed-out")}},
		Device{UDID: "5", Name: "Sold", Verdict: "failing", Findings: []Finding{trouble("beta-software")}},
		Device{UDID: "6", Name: "Well", Verdict: "none-found"},
	)
	newer = reportOf(tuesday,
		Device{UDID: "1", Name: "Kitchen", Slot: "A1", Verdict: "failing", Findings: []Finding{trouble("icloud-storage-full"), status("wifi-missing", "ok"), status("device-storage-low", "unknown")}},
		Device{UDID: "2", Name: "Studio", Verdict: "failing", Findings: []Finding{trouble("backup-turned-off"), symptom}},
		Device{UDID: "3", Name: "Class 4B", Verdict: "none-found", Findings: []Finding{profile("Exam")}, Suppressed: []Silence{{Check: "mdm-disallows-backup", Subject: "School", Because: "agreed"}}},
		Device{UDID: "4", Name: "Front desk", Verdict: "not-examined", Reason: "never-paired"},
		Device{UDID: "7", Name: "Bought", Verdict: "failing", Findings: []Finding{trouble("never-backed-up")}},
		Device{UDID: "6", Name: "Well", Verdict: "none-found"},
	)
	return older, newer
}

func TestCompare(t *testing.T) {
	var got []string
	diff := Compare(olderAndNewer())
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
		"Class 4B: still mdm-disallows-backup Exam",
		"Class 4B: suppressed mdm-disallows-backup School",
		"Front desk: cannot-tell signed-out ",
		"Bought: new never-backed-up ",
		"Sold: gone beta-software ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := (ChangeCounts{New: 2, Still: 3, Fixed: 1, Suppressed: 1, CannotTell: 2, Gone: 1}); diff.Changes != want {
		t.Errorf("counted %+v, want %+v", diff.Changes, want)
	}
}

func TestCompareWithItself(t *testing.T) {
	older, _ := olderAndNewer()
	if diff := Compare(older, older); diff.Changes != (ChangeCounts{Still: diff.Changes.Still}) || diff.Changes.Still == 0 {
		t.Errorf("counted %+v", diff.Changes)
	}
}

func TestWriteDiff(t *testing.T) {
	for name, o := range map[string]Options{
		"table": {Width: 100, UTF8: true},
		"cards": {Width: 60, UTF8: true},
		"ascii": {Width: 80},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := WriteDiff(&out, Compare(olderAndNewer()), o); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/diff."+name+".txt", out.Bytes())
		})
	}
	var out bytes.Buffer
	if err := WriteDiffJSON(&out, Compare(olderAndNewer())); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/diff.json", out.Bytes())
	if err := validate(t, validator(t, diffContract), out.Bytes()); err != nil {
		t.Error(err)
	}
	if err := validate(t, validator(t, diffContract), bytes.Replace(out.Bytes(), []byte(`"state": "fixed"`), []byte(`"state": "mended"`), 1)); err == nil {
		t.Error("the schema accepts a state that there is not")
	}
}
