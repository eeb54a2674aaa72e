package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

// found returns a device with the given verdict, reason and causes.
func found(verdict checks.Verdict, reason string, ids ...string) *report.Device {
	d := &report.Device{Name: "x", Verdict: string(verdict), Reason: reason}
	for _, id := range ids {
		d.Findings = append(d.Findings, report.Finding{Check: id, Status: string(checks.Problem)})
	}
	return d
}

func TestTray(t *testing.T) {
	rows := []TrayRow{
		{Slot: "A1", Name: "Ada’s iPhone", Found: found(checks.NoCauseFound, "")},
		{Slot: "A2", Name: "Kitchen iPhone", Found: found(checks.Failing, "", "backup-turned-off", "software-out-of-date")},
		{Slot: "A3", Name: "00008110-000514AE0C22801E", State: report.Reading},
		{Slot: "", Name: "\x1b[31mred\u202e", State: report.Retrying},
		{Slot: "a slot with a name as long as a street", Name: "日本語のとても長い名前のアイフォーン", State: report.Waiting},
		{Slot: "A6", Name: "Front desk iPhone", Found: found(checks.NotExamined, "never-paired")},
	}
	for _, c := range []struct {
		name string
		view TrayView
		o    Options
	}{
		{"as it is", TrayView{Rows: rows, Height: 24, Note: "Ada’s iPhone: 12 of 40 files"}, Options{Width: 79, UTF8: true}},
		{"narrow in ASCII", TrayView{Rows: rows, Height: 24, Tick: 2}, Options{Width: 40}},
		{"low", TrayView{Rows: rows, Height: 6, Tick: 1}, Options{Width: 60, UTF8: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Tray(c.view, c.o)
			reporttest.Golden(t, "testdata/tray-"+strings.ReplaceAll(c.name, " ", "-")+".txt", []byte(got+"\n"))
			for line := range strings.Lines(got) {
				if width := columns(strings.TrimSuffix(line, "\n")); width > c.o.Width {
					t.Errorf("%d columns of %d: %q", width, c.o.Width, line)
				}
			}
		})
	}
}

// However many devices there are, the view fits the terminal and shows the most active ones.
func TestTrayFitsTheTerminal(t *testing.T) {
	var rows []TrayRow
	for n := range 200 {
		row := TrayRow{Name: fmt.Sprintf("iPhone %d", n), State: report.Waiting, Updates: n}
		switch {
		case n < 100:
			row.Found = found(checks.NoCauseFound, "")
		case n < 110:
			row.State = report.Reading
		}
		rows = append(rows, row)
	}
	got := strings.Split(Tray(TrayView{Rows: rows, Height: 24}, Options{Width: 79}), "\n")
	if len(got) != 23 {
		t.Errorf("%d lines on a terminal of 24", len(got))
	}
	var names []string
	for _, line := range got[1 : len(got)-1] {
		names = append(names, strings.Join(strings.Fields(line)[:2], " "))
	}
	var want []string
	for n := 89; n < 110; n++ { // the last finished and all ten in progress
		want = append(want, fmt.Sprintf("iPhone %d", n))
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if want := "and 179 more: 90 waiting, 89 finished"; got[len(got)-1] != want {
		t.Errorf("the last line is %q, want %q", got[len(got)-1], want)
	}
}

func TestLine(t *testing.T) {
	d := *found(checks.Failing, "", "icloud-storage-full")
	d.Name, d.Slot, d.Retried = "Kitchen\niPhone", "7", "timeout"
	for _, c := range []struct {
		total int
		want  string
	}{
		{24, "3/24  slot 7 · Kitchen iPhone · Failing: iCloud storage full · at the second try"},
		{0, "3  slot 7 · Kitchen iPhone · Failing: iCloud storage full · at the second try"},
	} {
		if got := Line(d, 3, c.total, Options{UTF8: true}); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}
