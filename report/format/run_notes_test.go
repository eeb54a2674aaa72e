package format

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestRunNotes(t *testing.T) {
	left := []report.LeftOut{{UDID: "a", Connection: "Network"}, {UDID: "b", Connection: "Network"}}
	for name, test := range map[string]struct {
		r    report.Report
		want []string
	}{
		"nothing": {report.Report{}, nil},
		"a clock behind": {report.Report{Host: report.Host{Clock: &report.HostClock{AheadSeconds: -7200, Devices: 3}}},
			[]string{"This computer's clock is 2 hours behind those of 3 devices, by about the same amount: set it right and scan again."}},
		"a clock ahead": {report.Report{Host: report.Host{Clock: &report.HostClock{AheadSeconds: 86400 * 2, Devices: 5}}},
			[]string{"This computer's clock is 2 days ahead of those of 5 devices, by about the same amount: set it right and scan again."}},
		"a clock that too few speak against": {report.Report{Host: report.Host{Clock: &report.HostClock{AheadSeconds: 86400, Devices: 2}}}, nil},
		"one left out":                       {report.Report{LeftOut: left[:1]}, []string{"1 device on Wi-Fi was left out; --network examines it."}},
		"two left out":                       {report.Report{LeftOut: left}, []string{"2 devices on Wi-Fi were left out; --network examines them."}},
		"the usual":                          {report.Report{Jobs: &report.Jobs{Most: 10, Adaptive: true}}, nil},
		"given":                              {report.Report{Jobs: &report.Jobs{Most: 64}}, nil},
		"more":                               {report.Report{Jobs: &report.Jobs{Most: 40, Adaptive: true}}, []string{"Up to 40 devices were examined at a time."}},
		"fell back":                          {report.Report{Jobs: &report.Jobs{Most: 13, Adaptive: true, FellBack: "detached"}}, []string{"Up to 13 devices were examined at a time, and 10 again after one failed: the device was disconnected."}},
		"never rose":                         {report.Report{Jobs: &report.Jobs{Most: 10, Adaptive: true, FellBack: "timeout"}}, nil},
		"beside backups":                     {report.Report{Jobs: &report.Jobs{Most: 10, Adaptive: true, HeldBack: true}}, []string{"No more than 10 devices were examined at a time, because a backup runs on this computer."}},
	} {
		if got := runNotes(test.r, contradictions(test.r)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Devices that were left out, read over Wi-Fi or in use are shown as such in every format for
// people, and in JSON.
func TestConnectionsAreShown(t *testing.T) {
	run := reporttest.Run(reporttest.Failing("Phone"))
	run.Examined[0].Snapshot.Live = &device.Live{Connection: device.Network}
	run.Examined[0].Snapshot.InUse = &device.InUse{Command: "scan --pair", Since: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	run.LeftOut = []device.LeftOut{{UDID: "left", Connection: device.Network}}
	r := report.New(run)
	var html, markdown, summary bytes.Buffer
	for _, err := range []error{WriteHTML(&html, r), WriteMarkdown(&markdown, r), WriteSummary(&summary, r, Options{Width: 100})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	plain := strings.NewReplacer("“", `"`, "”", `"`, "\\", "", "&quot;", `"`, "&#34;", `"`)
	texts := map[string]string{
		"table":    tableOf(run, Options{Width: 200}),
		"HTML":     plain.Replace(html.String()),
		"Markdown": plain.Replace(markdown.String()),
	}
	for name, text := range texts {
		for _, want := range []string{"on Wi-Fi", `"backupdoctor scan --pair"`, "1 device on Wi-Fi was left out; --network examines it."} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
	}
	if !strings.Contains(summary.String(), "was left out") {
		t.Errorf("the summary lacks what was left out:\n%s", &summary)
	}
	for _, want := range []string{`"connection": "Network"`, `"command": "scan --pair"`, `"udid": "left"`} {
		if document := string(jsonOf(t, r)); !strings.Contains(document, want) {
			t.Errorf("JSON lacks %s", want)
		}
	}
}

// A doubtful clock on this computer is reported once in every format that describes the run.
func TestTheClockOfThisComputerIsTold(t *testing.T) {
	r := report.New(reporttest.Run(reporttest.Failing("Phone"), reporttest.Failing("Tablet"), reporttest.Failing("Third")))
	r.Host.Clock = &report.HostClock{AheadSeconds: -7200, Devices: 3}
	for _, f := range formats {
		want := "is 2 hours behind those of 3 devices"
		switch f.Name {
		case Streamed, "csv", "csv-findings", "plain":
			continue // has no line about the run
		case "json":
			want = `"aheadSeconds": -7200`
		case "prometheus":
			want = "backupdoctor_run_host_clock_ahead_seconds -7200"
		}
		var text bytes.Buffer
		if err := f.Write(&text, r, Options{Width: 200}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(text.String(), want); n != 1 {
			t.Errorf("%s says %d times %q", f.Name, n, want)
		}
	}
}
