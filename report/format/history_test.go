package format

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

var (
	pastDay  = time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	daysAgo  = func(n int) time.Time { return pastDay.AddDate(0, 0, -n) }
	exitCode = func(code int) *int { return &code }
)

var sampleRuns = report.RunList{Header: report.NewHeader(report.KindRuns), Total: 153, Runs: []report.PastRun{
	{Run: "3f0c5a1e-9a54-4a5e-8a50-111111111111", StartedAt: pastDay, Subject: report.OfDevices, Devices: 12, NotExamined: 3, NoCauseFound: 9},
	{Run: "3f0c5a1e-9a54-4a5e-8a50-222222222222", StartedAt: daysAgo(1), FinishedAt: daysAgo(1).Add(42 * time.Second), Subject: report.OfDevices,
		Devices: 40, Failing: 6, AtRisk: 2, NotExamined: 1, NoCauseFound: 31, Retried: 3, Exit: exitCode(report.ExitNotExamined)},
	{Run: "77777777-9a54-4a5e-8a50-333333333333", StartedAt: daysAgo(2), FinishedAt: daysAgo(2).Add(65 * time.Minute), Subject: report.OfBackups,
		Devices: 1, AtRisk: 1, Exit: exitCode(report.ExitNoProblem)},
	{Run: "88888888-9a54-4a5e-8a50-444444444444", StartedAt: daysAgo(3), FinishedAt: daysAgo(3), Subject: report.OfDevices, Partial: true, Exit: exitCode(report.ExitNoMux)},
}}

var lea = report.KnownDevice{
	UDID: "00008110-000514AE0C22801E", Serial: "F4GXK0ABCD", Slot: "07", Location: "0x14120000", Name: "Léa’s iPhone", ProductType: "iPhone14,4",
	ModelName: "iPhone 13 mini", TakenAt: daysAgo(1), Asset: []report.Field{{Name: "Asset tag", Value: "A-1234"}, {Name: "Ward", Value: ""}},
}

var sampleStory = report.Story{Header: report.NewHeader(report.KindStory), Device: lea, Total: 30, Visits: []report.Visit{
	{Run: "a", Subject: report.OfDevices, TakenAt: daysAgo(1), Slot: "07", System: "iOS", ProductVersion: "26.1", Verdict: "at-risk", LastBackup: daysAgo(2),
		Causes: []report.PastCause{{Check: "wifi-missing", Status: "warning", Since: daysAgo(20)}}, Gone: []report.PastCause{{Check: "backup-turned-off", Status: "problem", Since: daysAgo(30)}}},
	{Run: "b", Subject: report.OfDevices, TakenAt: daysAgo(10), Location: "0x14120000", System: "iOS", Verdict: "not-examined", Reason: "locked", Retried: "timeout", NoLastBackup: "locked"},
	{Run: "c", Subject: report.OfBackups, TakenAt: daysAgo(15), Verdict: "failing", NoLastBackup: "absent", Causes: []report.PastCause{{Check: "local-backup-broken", Status: "problem", Since: daysAgo(15), Came: true}}},
	{Run: "d", Subject: report.OfDevices, TakenAt: daysAgo(20), Verdict: "failing", LastBackup: daysAgo(31),
		Causes: []report.PastCause{{Check: "backup-turned-off", Status: "problem", Since: daysAgo(30)}, {Check: "wifi-missing", Status: "warning", Since: daysAgo(20), Came: true}}},
	{Run: "e", Subject: report.OfDevices, TakenAt: daysAgo(30), Verdict: "failing", Causes: []report.PastCause{{Check: "backup-turned-off", Status: "problem", Since: daysAgo(30)}}},
}}

// staleLea returns lea without a recent backup.
func staleLea() report.KnownDevice {
	d := lea
	d.Backup, d.LastBackup, d.Verdict, d.Headline = report.BackupKnown, daysAgo(23), "failing", "iCloud Backup is off; the last good backup is 22 days old."
	return d
}

var sampleStale = report.Stale{Header: report.NewHeader(report.KindStale), At: pastDay, Days: 14, Known: 40, Stale: 2, Unknown: 2, Devices: []report.KnownDevice{
	{UDID: "00008130-00061D8A2E41401C", Name: "Ward 3", TakenAt: pastDay, Backup: report.BackupNever, Verdict: "failing", Headline: "No backup was ever made."},
	staleLea(),
	{UDID: "00008120-000A1C2E3F4A5B6C", Name: "Ward 3", TakenAt: daysAgo(3), Backup: report.BackupUnknown, NoLastBackup: "locked", EarlierBackup: daysAgo(30), EarlierAt: daysAgo(29),
		Verdict: "not-examined", Headline: "The device is locked with its passcode."},
	{UDID: "00008120-111A1C2E3F4A5B6C", TakenAt: daysAgo(3), Backup: report.BackupUnknown, Verdict: "at-risk", Headline: "=HYPERLINK(\"https://example.com\")"},
}}

var sampleSlots = report.SlotReport{Header: report.NewHeader(report.KindSlotHealth), Runs: 50, Slots: []report.SlotHealth{
	{Slot: "07", Location: "0x14120000", Visits: 12, Devices: 9, Trouble: 5, Troubled: 4, LastTrouble: pastDay, Suspicious: true,
		Reasons: []report.ReasonCount{{Reason: "timeout", Visits: 3}, {Reason: "detached", Visits: 2}}},
	{Location: "0x14130000", Visits: 12, Devices: 9, Trouble: 1, Troubled: 1, LastTrouble: daysAgo(9), Reasons: []report.ReasonCount{{Reason: "timeout", Visits: 1}}},
	{Slot: "01", Visits: 12, Devices: 1},
}}

// historyFaces are all views of a history in a terminal.
var historyFaces = map[string]func(io.Writer, Options) error{
	"runs":  func(w io.Writer, o Options) error { return WriteRuns(w, sampleRuns, o) },
	"story": func(w io.Writer, o Options) error { return WriteStory(w, sampleStory, o) },
	"known": func(w io.Writer, o Options) error {
		return WriteKnown(w, []report.KnownDevice{lea, sampleStale.Devices[3]}, o)
	},
	"stale": func(w io.Writer, o Options) error { return WriteStale(w, sampleStale, o) },
	"no-stale": func(w io.Writer, o Options) error {
		return WriteStale(w, report.Stale{At: pastDay, Days: 1, Known: 1}, o)
	},
	"slots":    func(w io.Writer, o Options) error { return WriteSlotReport(w, sampleSlots, o) },
	"no-slots": func(w io.Writer, o Options) error { return WriteSlotReport(w, report.SlotReport{Runs: 1}, o) },
}

func TestHistoryGoldens(t *testing.T) {
	for face, write := range historyFaces {
		for format, o := range terminals {
			t.Run(face+"."+format, func(t *testing.T) {
				var out bytes.Buffer
				if err := write(&out, o); err != nil {
					t.Fatal(err)
				}
				reporttest.Golden(t, filepath.Join("testdata/history", face+"."+format), out.Bytes())
			})
		}
	}
}

func TestHistoryHoldsItsWidth(t *testing.T) {
	hostile := lea
	hostile.Name, hostile.Serial, hostile.Slot = "李雷的手机 📱\x1b[31m\n"+strings.Repeat("W", 100), "\x07\u202e", "slot\twith a long name"
	broken := hostile
	broken.Backup, broken.Headline = "\x1b[0m", "\x1b[2J"
	faces := map[string]func(io.Writer, Options) error{
		"hostile stale": func(w io.Writer, o Options) error {
			return WriteStale(w, report.Stale{At: pastDay, Days: 14, Devices: []report.KnownDevice{broken}}, o)
		},
		"hostile story": func(w io.Writer, o Options) error {
			return WriteStory(w, report.Story{Device: hostile, Visits: []report.Visit{{System: "\x1b", ProductVersion: "\n", Slot: "\t", Verdict: "\x1b", Reason: "\x1b", Causes: []report.PastCause{{Check: "\x1b[31m"}}}}}, o)
		},
		"hostile runs": func(w io.Writer, o Options) error {
			return WriteRuns(w, report.RunList{Runs: []report.PastRun{{Run: "\x1b\xff\n\x1b\xff"}, {Run: "\x1b"}, {Run: "\x1b"}}}, o)
		},
		"hostile slots": func(w io.Writer, o Options) error {
			return WriteSlotReport(w, report.SlotReport{Slots: []report.SlotHealth{{Slot: "\x1b[31m\n", Location: "\x1b", Trouble: 1, Reasons: []report.ReasonCount{{Reason: "\x1b", Visits: 1}}, Suspicious: true}}}, o)
		},
	}
	for name, face := range historyFaces {
		faces[name] = face
	}
	step := 1
	if testing.Short() {
		step = 9 // nothing runs beside it
	}
	for name, write := range faces {
		for width := MinWidth; width <= 140; width += step {
			for _, o := range []Options{{Width: width, UTF8: true}, {Width: width}} {
				var out bytes.Buffer
				if err := write(&out, o); err != nil {
					t.Fatal(err)
				}
				if strings.ContainsAny(out.String(), "\x1b\x07\u202e") {
					t.Fatalf("%s lets a terminal be taken hold of: %q", name, out.String())
				}
				holdsWidth(t, out.String(), width)
			}
		}
	}
}

// Two devices with the same name get separate rows.
func TestRunsAreToldApartByTheirIDs(t *testing.T) {
	got := shortIDs(sampleRuns.Runs)
	want := []string{"3f0c5a1e-9a54-4a5e-8a50-1", "3f0c5a1e-9a54-4a5e-8a50-2", "77777777-9a54-4a5e-8a50-3", "88888888-9a54-4a5e-8a50-4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := shortIDs(sampleRuns.Runs[2:]); got[0] != "77777777" || got[1] != "88888888" {
		t.Errorf("got %q", got)
	}
}

func TestStaleCSV(t *testing.T) {
	var out bytes.Buffer
	if err := WriteStaleCSV(&out, sampleStale); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, "testdata/history/stale.csv", out.Bytes())
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, field := range row {
			if strings.HasPrefix(field, "=") {
				t.Errorf("%q is a formula to a spreadsheet", field)
			}
		}
	}
}

// exported writes one run with two devices: one with findings of every status, one without
// findings.
func exported(t *testing.T, open func(io.Writer) HistoryWriter) string {
	t.Helper()
	var out bytes.Buffer
	w := open(&out)
	r := report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone\x1b\u202e"), reporttest.Unexamined("=1+1")))
	r.Devices[1].Findings = nil
	r.Devices[1].Suppressed = []report.Silence{{Check: "wifi-missing", Status: "warning", Summary: "It is not on Wi-Fi.", Because: "lab"}}
	bare := r.Devices[1]
	bare.Suppressed = nil
	for _, run := range sampleRuns.Runs[:2] {
		if err := w.Run(run); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []report.Device{r.Devices[0], r.Devices[1], bare} {
		if err := w.Visit(sampleRuns.Runs[1].Run, d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExportedHistory(t *testing.T) {
	for format, open := range map[string]func(io.Writer) HistoryWriter{"csv": NewHistoryCSV, "json": NewHistoryJSON, "ndjson": NewHistoryNDJSON} {
		text := exported(t, open)
		reporttest.Golden(t, "testdata/history/export."+format, []byte(text))
		if strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("%s lets a terminal be taken hold of", format)
		}
	}
}

func TestExportedJSONIsOneDocument(t *testing.T) {
	for name, c := range map[string]struct {
		fill          func(HistoryWriter) error
		runs, devices int
	}{
		"nothing":      {func(HistoryWriter) error { return nil }, 0, 0},
		"runs":         {func(w HistoryWriter) error { return w.Run(sampleRuns.Runs[0]) }, 1, 0},
		"devices only": {func(w HistoryWriter) error { return w.Visit("a", report.Device{}) }, 0, 1},
		"several of all": {func(w HistoryWriter) error {
			w.Run(report.PastRun{})
			w.Run(report.PastRun{})
			w.Visit("a", report.Device{})
			return w.Visit("b", report.Device{})
		}, 2, 2},
	} {
		var out bytes.Buffer
		w := NewHistoryJSON(&out)
		if err := c.fill(w); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var got report.History
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Errorf("%s: %v in %s", name, err, out.String())
		}
		if got.Header != report.NewHeader(report.KindHistory) || got.Runs == nil || got.Devices == nil || len(got.Runs) != c.runs || len(got.Devices) != c.devices {
			t.Errorf("%s became %s", name, out.String())
		}
	}
}

// The age of a backup that is dated after its visit is not 0 days.
func TestABackupDatedAfterItsVisit(t *testing.T) {
	var w strings.Builder
	if err := WriteStory(&w, report.Story{Visits: []report.Visit{{TakenAt: daysAgo(3), Verdict: "backed-up", LastBackup: daysAgo(1)}}}, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if got := w.String(); !strings.Contains(got, "dated after the visit") || strings.Contains(got, "0 days") {
		t.Error(got)
	}
}
