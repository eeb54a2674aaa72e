package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
	"github.com/google/go-cmp/cmp"
)

// sampleEvents returns the events of a run over two devices, one of each type.
func sampleEvents() []report.Event {
	r := report.New(reporttest.Run(reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("line\nbreak\u2028\x1b[2J")))
	first, second, two := r.Devices[0], r.Devices[1], len(r.Devices)
	summary := r
	summary.Devices = []report.Device{}
	events := []report.Event{
		{Type: report.RunStart, Total: &two},
		{Type: report.DeviceAttached, UDID: first.UDID, Location: "0x14120000", Slot: "3"},
		{Type: report.DeviceState, UDID: first.UDID, State: report.Reading},
		{Type: report.DeviceState, UDID: second.UDID, Name: second.Name, State: report.Retrying},
		{Type: report.DeviceDone, UDID: first.UDID, Name: first.Name, Device: &first},
		{Type: report.DeviceDone, UDID: second.UDID, Name: second.Name, Device: &second},
		{Type: report.DeviceDetached, UDID: first.UDID},
		{Type: report.RunSummary, Report: &summary},
		{Type: report.ExitError, Error: "the file cannot be written", Exit: &report.Exits()[report.ExitUsage]},
	}
	for i := range events {
		events[i].Header = report.NewHeader(report.KindEvent)
		events[i].At = reporttest.SampleTime.Add(time.Duration(i) * time.Second)
		events[i].Run = "5f0c1f2e-8a64-4a55-9d7e-0f7f3f1f9c11"
	}
	return events
}

func TestEventsAreLinesByTheSchema(t *testing.T) {
	for _, e := range sampleEvents() {
		t.Run(e.Type, func(t *testing.T) {
			line := lineOf(t, e)
			if err := schematest.Check(report.KindEvent, line); err != nil {
				t.Errorf("not by the schema: %v", err)
			}
			var back report.Event
			if err := json.Unmarshal(line, &back); err != nil {
				t.Fatal(err)
			}
			e.At = e.At.UTC()
			if diff := cmp.Diff(e, back); diff != "" {
				t.Errorf("read back, it differs: %s", diff)
			}
		})
	}
}

func TestEventSchemaRefuses(t *testing.T) {
	for name, event := range map[string]string{
		"an unknown event":    `{"kind": "event", "schema": 2, "at": "2026-11-20T08:30:00Z", "run": "x", "event": "device_lost"}`,
		"an unknown state":    `{"kind": "event", "schema": 2, "at": "2026-11-20T08:30:00Z", "run": "x", "event": "device_state", "state": "asleep"}`,
		"a time in the wild":  `{"kind": "event", "schema": 2, "at": "now", "run": "x", "event": "run_start"}`,
		"no event":            `{"kind": "event", "schema": 2, "at": "2026-11-20T08:30:00Z", "run": "x"}`,
		"half a device":       `{"kind": "event", "schema": 2, "at": "2026-11-20T08:30:00Z", "run": "x", "event": "device_done", "device": {"udid": "1"}}`,
		"a code that is none": `{"kind": "event", "schema": 2, "at": "2026-11-20T08:30:00Z", "run": "x", "event": "exit_error", "exit": {"code": 77, "meaning": "x"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, refused := errors.AsType[*schematest.Refusal](schematest.Check(report.KindEvent, []byte(event))); !refused {
				t.Error("the schema accepts it")
			}
		})
	}
}

// lineOf writes an event, and checks that it is one line without hidden characters.
func lineOf(t testing.TB, e report.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteEvent(&out, e); err != nil {
		t.Fatal(err)
	}
	line, ended := strings.CutSuffix(out.String(), "\n")
	if !ended || strings.ContainsFunc(line, report.Hidden) {
		t.Errorf("not one clean line: %q", out.String())
	}
	return out.Bytes()
}

func FuzzEvent(f *testing.F) {
	f.Add("\n\r\u2028\u0085", "\x1b]0;owned\x07\u202e\U000e0041")
	f.Add("\xff\xfe{}\"\\", "</script>")
	f.Fuzz(func(t *testing.T, name, text string) {
		d := report.New(reporttest.Run(reporttest.Failing(name))).Devices[0]
		d.Headline = text
		line := lineOf(t, report.Event{Type: report.DeviceDone, UDID: text, Name: name, Error: text, Device: &d})
		var back report.Event
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatal(err)
		}
		for want, got := range map[string]string{name: back.Device.Name, text: back.Device.Headline} {
			if got != string([]rune(want)) {
				t.Errorf("%q became %q", want, got)
			}
		}
	})
}

func ExampleWriteEvent() {
	var out strings.Builder
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	WriteEvent(&out, report.Event{Header: report.NewHeader(report.KindEvent), Type: report.DeviceState, At: at, UDID: "00008110-000514AE0C22801E", State: report.Reading})
	fmt.Print(out.String())
	// Output:
	// {"kind":"event","schema":2,"event":"device_state","at":"2026-11-20T09:30:00Z","run":"","udid":"00008110-000514AE0C22801E","state":"reading"}
}
