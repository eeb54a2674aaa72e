package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// TestWithhold judges every recording with a mark in every private text, and looks for the
// marks in the result. Only wording may differ from the original.
func TestWithhold(t *testing.T) {
	paths, err := filepath.Glob("../testdata/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	marked := 0
	for i, path := range paths {
		if i%4 > 0 && testing.Short() {
			continue // the race detector finds no more in all of them
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range markedSnapshots(text) {
			found := report.NewDevice(report.Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, checks.All()))})
			left := report.Withhold(found, s, device.Redact(s, 1))
			if document := asJSON(t, found); strings.Contains(document, mark) {
				marked++
			}
			if document := asJSON(t, left); strings.Contains(document, mark) {
				at := strings.Index(document, mark)
				t.Errorf("%s: a private text is left: …%s…", path, document[max(0, at-150):min(len(document), at+100)])
			}
			if left.Verdict != found.Verdict || len(left.Findings) != len(found.Findings) || !reflect.DeepEqual(left.Plan, found.Plan) {
				t.Errorf("%s: what is left is another judgement", path)
			}
			for i, f := range left.Findings {
				if g := found.Findings[i]; f.Check != g.Check || f.Status != g.Status || len(f.Evidence) != len(g.Evidence) {
					t.Errorf("%s: finding %d of what is left is %s %s, was %s %s", path, i, f.Check, f.Status, g.Check, g.Status)
				}
			}
		}
	}
	if marked < 20 && !testing.Short() || marked < 2 {
		t.Errorf("only %d devices had a private text in their report", marked)
	}
}

// TestWithholdLeavesOtherWords checks that other words stay the same: a locale may be part of
// any word.
func TestWithholdLeavesOtherWords(t *testing.T) {
	s := device.Snapshot{Device: device.Identity{UDID: "00008110-000000000000001E", Name: device.Known("en")}}
	d := report.Device{Headline: "A backup was taken, en passant, of en."}
	if got, want := report.Withhold(d, s, device.Redact(s, 1)).Headline, "A backup was taken, withheld-2 passant, of withheld-2."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

const mark = "QZQ"

// markedSnapshots returns the snapshots of a recording with a mark before every private text.
func markedSnapshots(text []byte) []device.Snapshot {
	recording, err := device.ReadRecording(strings.NewReader(string(text)))
	if err != nil {
		return nil // not a recording
	}
	for i, s := range recording.Snapshots {
		document, err := json.Marshal(s)
		if err != nil {
			return nil
		}
		for _, private := range device.PrivateTexts(s) {
			quoted, _ := json.Marshal(private)
			changed, _ := json.Marshal(markOf(private))
			document = []byte(strings.ReplaceAll(string(document), ":"+string(quoted), ":"+string(changed)))
		}
		var changed device.Snapshot
		if json.Unmarshal(document, &changed) == nil {
			recording.Snapshots[i] = changed
		}
	}
	return recording.Snapshots
}

// markOf puts the mark in front of a private text, after the prefix of an app's domain.
func markOf(private string) string {
	if rest, found := strings.CutPrefix(private, "AppDomain-"); found {
		return "AppDomain-" + mark + rest
	}
	return mark + private
}

func asJSON(t *testing.T, d report.Device) string {
	t.Helper()
	document, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}
