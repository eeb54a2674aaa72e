package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// However many devices there are, the view fits the terminal: devices that need attention are
// shown, worst first, those that are backed up share a line, and the rest is counted.
func TestTrayFitsTheTerminal(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var rows []TrayRow
	for n := range 60 {
		row := TrayRow{Slot: fmt.Sprint(n + 1), Name: fmt.Sprintf("iPhone %d", n+1), State: report.Waiting}
		switch {
		case n < 30:
			row.Found = found(checks.BackedUp, "")
			row.Found.Slot, row.Found.TakenAt, row.Found.LastBackup = row.Slot, now, now.Add(-time.Duration(n+1)*time.Hour)
		case n == 30, n == 31:
			row.Found = found(checks.AtRisk, "", "backup-stale")
		case n < 42:
			row.Found = found(checks.Failing, "", "icloud-storage-full")
		case n < 52:
			row.State = report.Reading
		}
		rows = append(rows, row)
	}
	slices.Reverse(rows)
	got := strings.Split(Tray(TrayView{Rows: rows, Height: 24}, Options{Width: 79, UTF8: true}), "\n")
	if len(got) != 23 {
		t.Errorf("%d lines on a terminal of 24", len(got))
	}
	var slots []string
	for _, line := range got[1 : len(got)-2] {
		slots = append(slots, strings.Fields(line)[0])
	}
	want := strings.Fields("33 34 35 36 37 38 39 40 41 42  31 32  43 44 45 46 47 48 49 50") // failing, at risk, in progress
	if diff := cmp.Diff(want, slots); diff != "" {
		t.Errorf("slots (-want +got):\n%s", diff)
	}
	last := []string{"✓ 30 backed up; the oldest backup is 30 hours old: 1–30", "and 10 more: 2 under way, 8 waiting"}
	if diff := cmp.Diff(last, got[len(got)-2:]); diff != "" {
		t.Errorf("last lines (-want +got):\n%s", diff)
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

// The verdict and why are said once, in the same words on every screen.
func TestOutcome(t *testing.T) {
	none := *found(checks.NoCauseFound, "")
	none.Headline = "No cause was found; the date of the last backup is unknown (timeout)."
	clean := none
	clean.Headline = "No cause was found."
	many := *found(checks.Failing, "", "icloud-storage-full", "backup-turned-off", "backup-stale")
	well := *found(checks.BackedUp, "")
	well.Headline = "The last good iCloud backup is 9 hours old."
	for _, c := range []struct {
		d               report.Device
		outcome, inCart string
	}{
		{none, "No cause found: the date of the last backup is unknown (timeout)", "No cause found: the date of the last backup is unknown (timeout)"},
		{clean, "No cause found", "No cause found"},
		{many, "Failing: iCloud storage full, iCloud Backup off, backup stale", "iCloud storage full, iCloud Backup off, 1 more"},
		{*found(checks.NotExamined, "never-paired"), "Not examined: this computer has no pair record for the device", "Not examined: this computer has no pair record for the device"},
		{well, "Backed up", "Backed up: The last good iCloud backup is 9 hours old."},
	} {
		if got := Outcome(c.d); got != c.outcome {
			t.Errorf("outcome %q, want %q", got, c.outcome)
		}
		if got := attentionText(c.d); got != c.inCart {
			t.Errorf("in a cart %q, want %q", got, c.inCart)
		}
	}
}
