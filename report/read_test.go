package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

// marks are the characters that quoting changes.
var marks = strings.NewReplacer("“", "", "”", "", "‘", "", "’", "", `\"`, "", "'", "")

// A report that was written reads back the same, except for quoting, and reading it again
// changes nothing more.
func TestReadGivesTheSameReportAgain(t *testing.T) {
	paths, err := filepath.Glob("../testdata/reports/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no reports: %v", err)
	}
	for _, path := range paths {
		document, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := report.Read(bytes.NewReader(document))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		once := jsonOf(t, r)
		if diff := cmp.Diff(marks.Replace(string(document)), marks.Replace(string(once))); diff != "" {
			t.Errorf("%s (-was +is):\n%s", path, diff)
		}
		if r, err = report.Read(bytes.NewReader(once)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(once), string(jsonOf(t, r))); diff != "" {
			t.Errorf("%s, read again (-was +is):\n%s", path, diff)
		}
	}
}

// eventsOf writes the events of a run, without the summary if it was interrupted.
func eventsOf(t *testing.T, r report.Report, interrupted bool) *bytes.Buffer {
	t.Helper()
	var file bytes.Buffer
	events := []report.Event{{Type: report.RunStart}}
	for i := range r.Devices {
		events = append(events, report.Event{Type: report.DeviceState, UDID: r.Devices[i].UDID}, report.Event{Type: report.DeviceDone, Device: &r.Devices[i]})
	}
	if !interrupted {
		summary := r
		summary.Devices = []report.Device{}
		events = append(events, report.Event{Type: report.RunSummary, Report: &summary})
	}
	for _, e := range events {
		e.Header, e.Run = report.NewHeader(report.KindEvent), "run"
		if err := format.WriteEvent(&file, e); err != nil {
			t.Fatal(err)
		}
	}
	return &file
}

func TestReadEvents(t *testing.T) {
	made := report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("Sam’s iPhone")))
	want, err := report.Read(bytes.NewReader(jsonOf(t, made)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := report.Read(eventsOf(t, made, false))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An interrupted run gives a report of the finished devices, marked as partial.
func TestReadEventsOfAnInterruptedRun(t *testing.T) {
	whole := report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Well("Sam’s iPhone")))
	for name, tail := range map[string]string{"between two events": "", "within one": `{"kind":"event","schema":2,"event":"device_do`} {
		file := eventsOf(t, whole, true)
		file.WriteString(tail)
		got, err := report.Read(file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(report.Reworded(whole).Devices, got.Devices); diff != "" {
			t.Errorf("%s: devices (-want +got):\n%s", name, diff)
		}
		if !got.Partial || got.ExitCode() != report.ExitInterrupted || got.Summary.Failing != 1 {
			t.Errorf("%s: partial %t, exit code %d, %d failing", name, got.Partial, got.ExitCode(), got.Summary.Failing)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":           {"", "there is no report in it"},
		"no JSON":           {"Devices may be missing", "cannot be understood"},
		"another document":  {`{"name": "x"}`, "no schema number"},
		"a later schema":    {`{"kind": "report", "schema": 3, "devices": []}`, "use a newer backupdoctor"},
		"a recording":       {`{"kind": "recording", "schema": 2, "tool": "1.2.3", "snapshots": []}`, "of the kind recording"},
		"a list":            {`[]`, "cannot be understood"},
		"schema number 1":   {`{"schema": 1, "devices": []}`, "no longer supported"},
		"another kind":      {`{"kind": "history", "schema": 2, "runs": [], "devices": []}`, "of the kind history"},
		"half a report":     {`{"kind": "report", "schema": 2, "devices": [`, "cannot be understood"},
		"a number for text": {`{"kind": "report", "schema": 2, "devices": [{"name": 7}]}`, "cannot be understood"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := report.Read(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// What a file says about itself is not trusted, such as exit code 77 or a wrong count.
func TestReadCountsAnew(t *testing.T) {
	document := jsonOf(t, report.New(reporttest.Run(reporttest.Failing("x"))))
	lying := strings.NewReplacer(`"code": 1`, `"code": 77`, `"failing": 1`, `"failing": 99`).Replace(string(document))
	r, err := report.Read(strings.NewReader(lying))
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode() != report.ExitProblems || r.Summary.Failing != 1 {
		t.Errorf("exit code %d, %d failing", r.ExitCode(), r.Summary.Failing)
	}
}

// FuzzRead renders every readable report in every format.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"kind": "report", "schema": 2, "devices": [{"name": "\u001b[31m", "findings": [{"status": "problem"}], "backups": [{"faults": [{}]}]}]}`))
	f.Add([]byte(`{"kind": "report", "schema": 2, "subject": "backups", "devices": [{}], "places": [{}], "inventory": {}}`))
	f.Add([]byte(`{"kind":"event","schema":2,"event":"device_done","device":{"verdict":"?"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := report.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		merged, _ := report.Merge(r, r)
		for _, r := range []report.Report{r, merged} {
			for _, o := range []format.Options{{Width: 100, UTF8: true, All: true}, {Width: 20}} {
				var out bytes.Buffer
				if err := format.WriteTable(&out, r, o); err != nil {
					t.Error(err)
				}
				if strings.ContainsAny(out.String(), "\x1b\a\u202e") {
					t.Errorf("the table has control characters: %q", out.String())
				}
				if err := format.WriteDiff(&out, report.Compare(r, merged), o); err != nil {
					t.Error(err)
				}
			}
		}
	})
}
