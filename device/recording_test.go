package device

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var factsByValue = cmp.Exporter(isFact)

func TestRecordingKeepsEveryField(t *testing.T) {
	want, _ := filled[Recording](t)
	want.Kind, want.Schema = RecordingKind, RecordingSchema
	var file bytes.Buffer
	if err := WriteRecording(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecording(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, factsByValue); diff != "" {
		t.Errorf("written and read back, the recording differs (-want +got):\n%s", diff)
	}
}

func TestRecordingOfNothing(t *testing.T) {
	var file bytes.Buffer
	if err := WriteRecording(&file, Recording{Gaps: []Gap{{Reason: Unreachable}}}); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "kind": "recording",
  "schema": 2,
  "toolVersion": "",
  "redacted": false,
  "snapshots": [],
  "gaps": [
    {
      "reason": "unreachable"
    }
  ]
}
`
	if file.String() != want {
		t.Errorf("got %s", file.String())
	}
}

func TestReadRecordingRejects(t *testing.T) {
	tests := map[string]struct{ file, want string }{
		"nothing":           {``, "not a recording"},
		"not JSON":          {`<plist>`, "not a recording"},
		"another document":  {`{"devices": []}`, "no schema number"},
		"schema zero":       {`{"schema": 0}`, "no schema number"},
		"the future":        {`{"kind": "recording", "schema": 3, "snapshots": "in another shape"}`, "use a newer backupdoctor"},
		"number 1":          {`{"schema": 1, "snapshots": []}`, "no longer supported"},
		"another kind":      {`{"kind": "report", "schema": 2}`, "its kind is report"},
		"wrong type":        {`{"kind": "recording", "schema": 2, "snapshots": {}}`, "cannot be understood"},
		"fact without half": {`{"kind": "recording", "schema": 2, "snapshots": [{"takenAt": "2026-11-22T00:00:00Z", "newestRelease": {}}]}`, "either a value or a reason"},
		"no date":           {`{"kind": "recording", "schema": 2, "snapshots": [{"device": {"udid": "0"}}]}`, "takenAt"},
		"reason with teeth": {`{"kind": "recording", "schema": 2, "snapshots": [], "gaps": [{"reason": "\u001b[2J"}]}`, "cannot be understood"},
		"two documents":     {`{"kind": "recording", "schema": 2} {}`, "not a recording"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ReadRecording(strings.NewReader(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one that says %q", err, test.want)
			}
		})
	}
}

func TestReadRecordingPassesOverNewFields(t *testing.T) {
	const file = `{"kind": "recording", "schema": 2, "weather": "fine", "snapshots": [{"takenAt": "2026-11-22T00:00:00Z", "mood": 1}]}`
	recording, err := ReadRecording(strings.NewReader(file))
	if err != nil || len(recording.Snapshots) != 1 {
		t.Errorf("got %+v, %v; want one snapshot", recording, err)
	}
}

func TestReadRecordingIsBounded(t *testing.T) {
	endless := io.LimitReader(spaces{}, 2*MaxRecordingBytes)
	if _, err := ReadRecording(endless); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got error %v, want one that speaks of the size", err)
	}
}

// spaces is an endless file.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) { return copy(p, blank), nil }

var blank = bytes.Repeat([]byte{' '}, 1<<20)

// FuzzReadRecording checks that anything that can be read survives being written and read
// again.
func FuzzReadRecording(f *testing.F) {
	f.Add([]byte(`{"kind": "recording", "schema": 2, "snapshots": [{"takenAt": "2026-11-22T00:00:00Z", "live": {"crashes": {"value": null}, "trusted": {"reason": "locked"}}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ReadRecording(bytes.NewReader(data))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := WriteRecording(&file, first); err != nil {
			t.Fatal(err)
		}
		written := file.String()
		second, err := ReadRecording(&file)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := WriteRecording(&again, second); err != nil {
			t.Fatal(err)
		}
		if written != again.String() {
			t.Errorf("the second reading differs:\n%s\n%s", written, again.String())
		}
	})
}

func TestRecordingRedact(t *testing.T) {
	original := Recording{Snapshots: []Snapshot{
		{TakenAt: time.Now(), Device: Identity{UDID: "00008030-1"}},
		{TakenAt: time.Now(), Device: Identity{UDID: "00008030-2"}},
	}}
	redacted := original.Redact()
	if !redacted.Redacted || redacted.Snapshots[0].Device.UDID != "device-01" || redacted.Snapshots[1].Device.UDID != "device-02" {
		t.Errorf("got %+v", redacted)
	}
	if original.Redacted || original.Snapshots[0].Device.UDID != "00008030-1" {
		t.Error("the recording given was changed")
	}
}
