package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

func TestWithoutARecentBackup(t *testing.T) {
	s := fresh(t)
	now := monday.Add(100 * aDay)
	visit := func(run, daysAgo int, udid, backup string, change ...func(*report.Device)) report.Device {
		d := report.Device{UDID: udid, TakenAt: now.Add(-time.Duration(daysAgo) * aDay), Verdict: "backed-up", Headline: "As it was."}
		days := 0
		if _, err := fmt.Sscan(backup, &days); err == nil {
			d.LastBackup = now.Add(-time.Duration(days) * aDay)
		} else {
			d.NoLastBackup = backup
		}
		for _, f := range change {
			f(&d)
		}
		keepRun(t, s, runID(run), d.TakenAt, d)
		return d
	}
	notThere := func(d *report.Device) { d.Verdict, d.Reason = "not-examined", string(device.NotAttached) }

	visit(1, 1, "FRESH", "1")
	visit(2, 40, "WAS-STALE", "60")
	visit(3, 2, "WAS-STALE", "3")
	visit(4, 30, "STALE", "31")
	visit(5, 20, "STALE", "31")
	visit(6, 1, "STALER", "50")
	visit(7, 1, "NEVER", "absent")
	visit(8, 25, "LOCKED", "30")
	visit(9, 2, "LOCKED", "locked")
	visit(10, 3, "NEVER-READ", "refused")
	visit(11, 2, "JUST-RIGHT", "14")
	visit(12, 20, "NOT-THERE", "21")
	visit(13, 1, "NOT-THERE", "not-attached", notThere)
	visit(14, 1, "ONLY-ASKED-FOR", "not-attached", notThere)
	visit(15, 0, "OLD-REPORT", "")
	must(t, s.Begin(t.Context(), Run{ID: runID(16), Started: now, Subject: report.OfBackups}))
	must(t, s.Add(t.Context(), runID(16), report.Device{UDID: "STALE", TakenAt: now, NoLastBackup: "not-asked"}))

	got, err := s.Stale(t.Context(), now, 14)
	must(t, err)
	var lines []string
	for _, d := range got.Devices {
		line := fmt.Sprintf("%s %s, seen %d days ago", d.UDID, d.Backup, now.Sub(d.TakenAt)/aDay)
		if !d.LastBackup.IsZero() {
			line += fmt.Sprintf(", %d days old", now.Sub(d.LastBackup)/aDay)
		}
		if d.NoLastBackup != "" {
			line += ": " + d.NoLastBackup
		}
		if !d.EarlierBackup.IsZero() {
			line += fmt.Sprintf(", %d days old when read %d days ago", now.Sub(d.EarlierBackup)/aDay, now.Sub(d.EarlierAt)/aDay)
		}
		lines = append(lines, line)
	}
	want := []string{
		"NEVER never, seen 1 days ago: absent",
		"STALER known, seen 1 days ago, 50 days old",
		"STALE known, seen 20 days ago, 31 days old",
		"NOT-THERE known, seen 20 days ago, 21 days old",
		"NEVER-READ unknown, seen 3 days ago: refused",
		"LOCKED unknown, seen 2 days ago: locked, 30 days old when read 25 days ago",
		"OLD-REPORT unknown, seen 0 days ago",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if got.Known != 10 || got.Stale != 4 || got.Unknown != 3 || got.Days != 14 || !got.At.Equal(now) {
		t.Errorf("counted %d known, %d stale, %d unknown", got.Known, got.Stale, got.Unknown)
	}
}

func TestStaleOfAnEmptyHistory(t *testing.T) {
	got, err := fresh(t).Stale(t.Context(), monday, 14)
	must(t, err)
	if got.Known != 0 || got.Devices == nil || len(got.Devices) != 0 {
		t.Errorf("got %+v", got)
	}
}

// Text from a device may contain whatever separates columns inside a query.
func TestStaleDevicesWithAnyText(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		for i, name := range []string{"plain", "", separator, "two" + separator + "parts", separator + separator, "'\"\\\n\t|,;"} {
			m := message(i+1, "oslo", sheet{id: fmt.Sprint("device ", i), taken: monday, slot: name, reason: "timeout", asset: []report.Field{{Name: name, Value: name}}})
			m.Report.Devices[0].Name, m.Report.Devices[0].ModelName, m.Report.Devices[0].Location = name, "iPhone"+name, name
			if i > 2 {
				m.Report.Devices[0].LastBackup = monday.Add(-30 * day)
			}
			m.JSON = nil
			put(t, s, m)
		}
		got, err := s.Stale(t.Context(), monday, 14)
		must(t, err)
		if got.Known != 6 || got.Stale != 3 || got.Unknown != 3 || len(got.Devices) != 6 {
			t.Errorf("counted %d known, %d stale, %d unknown", got.Known, got.Stale, got.Unknown)
		}
		for _, d := range got.Devices {
			found, err := s.Find(t.Context(), d.UDID)
			must(t, err)
			if len(found) != 1 {
				t.Fatalf("%d devices are called %q", len(found), d.UDID)
			}
			if diff := cmp.Diff(found[0].KnownDevice, d); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestSplitRejectsRowsWithMoreColumns(t *testing.T) {
	var first, second int64
	for row, want := range map[string]bool{"1\x1f2": true, "1\x1f2\x1f3": false, "1": false, "": false, "1\x1f": false, "\x1f1\x1f2": false} {
		if split(row, []any{&first, &second}) != want {
			t.Errorf("%q is split: %t", row, !want)
		}
	}
}

// If the clocks of a device and of its bench were both ahead, so is the date of the last backup. It is
// no proof of a recent one.
func TestABackupDatedInTheFuture(t *testing.T) {
	test := func(t *testing.T, s *Store) {
		now := monday.Add(time.Hour)
		for i, backup := range []time.Duration{-aDay, 23 * time.Hour, 27 * time.Hour, 3650 * aDay} {
			at := now.Add(max(0, backup))
			d := report.Device{UDID: fmt.Sprint("DEVICE-", i), TakenAt: at, Verdict: "backed-up", LastBackup: now.Add(backup)}
			if s.turn != nil {
				keepRun(t, s, runID(i), at, d)
			} else {
				put(t, s, Message{ID: messageID(i), Bench: "oslo", Received: at, Report: report.Report{Header: report.NewHeader(report.KindReport), Run: "run", TakenAt: at, Devices: []report.Device{d}}})
			}
		}
		got, err := s.Stale(t.Context(), now, 14)
		must(t, err)
		var lines []string
		for _, d := range got.Devices {
			lines = append(lines, fmt.Sprintln(d.UDID, d.Backup, d.LastBackup.IsZero(), d.NoLastBackup))
		}
		if diff := cmp.Diff([]string{"DEVICE-2 unknown true implausible\n", "DEVICE-3 unknown true implausible\n"}, lines); diff != "" {
			t.Error(diff)
		}
		if got.Known != 4 || got.Stale != 0 || got.Unknown != 2 {
			t.Errorf("counted %d known, %d stale, %d unknown", got.Known, got.Stale, got.Unknown)
		}
	}
	t.Run("history", func(t *testing.T) { test(t, fresh(t)) })
	onBoth(t, test)
}

// A hub knows by its own clock that a bench and a device were both ahead.
func TestABackupDatedAfterItsReading(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		ahead := message(1, "oslo", sheet{id: "ahead", taken: monday.Add(3650 * day), backup: monday.Add(3649 * day)})
		ahead.Received = monday
		put(t, s, ahead, message(2, "oslo", sheet{id: "slightly ahead", taken: monday, backup: monday.Add(23 * time.Hour)}))
		if ids := idsOf(t, s, Filter{Backup: BackupUnknown}, NewestFirst); len(ids) != 1 || ids[0] != "ahead" {
			t.Errorf("unknown is the last backup of %q", ids)
		}
		found, err := s.Find(t.Context(), "ahead")
		must(t, err)
		if len(found) != 1 || found[0].Backup != BackupUnknown || found[0].NoLastBackup != string(device.Implausible) {
			t.Errorf("found %+v", found)
		}
		totals, err := s.Totals(t.Context(), "")
		must(t, err)
		if totals.Unknown != 1 || totals.Known != 1 {
			t.Errorf("counted %+v", totals)
		}
	})
}
