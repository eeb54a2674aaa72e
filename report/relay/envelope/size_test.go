package envelope

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// usual is the maximum length of a device's report in transit, without a long record of attempts.
const usual = 12 << 10

func TestAReportTravelsByItsIDs(t *testing.T) {
	paths, err := filepath.Glob("../../../testdata/recordings/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for i, path := range paths {
		if i%4 > 0 && testing.Short() {
			continue // the race detector finds no more in all of them
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		recording, err := device.ReadRecording(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range recording.Snapshots {
			r := report.New(report.Run{Examined: []report.Examined{{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, checks.All()))}}})
			before, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			packed, _, err := Pack(r)
			if err != nil {
				t.Fatal(err)
			}
			if len(packed) > usual && len(s.Histories) == 0 {
				t.Errorf("%s: %d bytes of %d are sent", filepath.Base(path), len(packed), len(before))
			}
			_, opened, err := Open(sealed(t, r))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(report.Reworded(r), report.Reworded(opened)); diff != "" {
				t.Errorf("%s (-sent +received):\n%s", filepath.Base(path), diff)
			}
		}
	}
}

// A short envelope must not expand to a long report.
func TestSharedEvidenceIsBounded(t *testing.T) {
	open := func(evidence, places string) error {
		_, err := whole([]byte(`{"devices":[{"sharedEvidence":[` + evidence + `],"findings":[{"evidence":[` + places + `]}]}]}`))
		return err
	}
	if err := open(`{"key":"k"}`, `0,0`); err != nil {
		t.Error(err)
	}
	for name, places := range map[string]string{"behind the list": "1", "before it": "-1", "a fraction": "0.5"} {
		if err := open(`{"key":"k"}`, places); err == nil {
			t.Errorf("a place %s is taken", name)
		}
	}
	long, _ := json.Marshal(map[string]string{"value": string(make([]byte, MaxReport/8))})
	many := "0"
	for range 100 {
		many += ",0"
	}
	if err := open(string(long), many); err == nil {
		t.Error("evidence without end is taken")
	}
	many += strings.Repeat(",0", 10_000)
	if err := open("{}", many); err == nil {
		t.Error("empty evidence without end is taken")
	}
}
