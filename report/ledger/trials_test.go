package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// treatedWith returns a message about a device with a repair: a remedy was tried at a time, and the
// device backed up after a number of days, or has not if the number is negative.
func treatedWith(n int, check, kind, remedy string, at time.Time, days float64) Message {
	m := message(n, "oslo", sheet{id: fmt.Sprint("device-", n), taken: at})
	r := &report.Repair{
		ID: fmt.Sprintf("01975d2c-0000-7000-8000-%012x", n), StartedAt: at, Causes: []report.RepairCause{{Check: check}}, Evidence: []report.RepairEvidence{},
		Events: []report.RepairEvent{{At: at, Kind: kind, Remedy: remedy}},
	}
	if days >= 0 {
		r.EndedAt = at.Add(100 * day) // it was seen late
		r.Events = append(r.Events, report.RepairEvent{At: r.EndedAt, Kind: "backed-up", LastBackup: at.Add(time.Duration(days * float64(day)))})
	}
	m.Report.Devices[0].Repair = r
	return m
}

// The end of the backup counts, and not when it was seen. A repair is open for three days.
func TestRemedies(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		now := monday.Add(200 * day)
		recent := now.Add(-50 * day)
		put(t, s,
			treatedWith(1, "backup-turned-off", "seen", "turn-backup-on", recent, 0.1),
			treatedWith(2, "backup-turned-off", "confirmed", "turn-backup-on", recent, 3),
			treatedWith(3, "backup-turned-off", "confirmed", "turn-backup-on", recent, 3.1),
			treatedWith(4, "backup-turned-off", "confirmed", "turn-backup-on", recent, -1),
			treatedWith(5, "backup-turned-off", "confirmed", "turn-backup-on", now.Add(-2*day), -1),
			treatedWith(6, "backup-turned-off", "skipped", "turn-backup-on", recent, 0.1),
			treatedWith(7, "backup-turned-off", "confirmed", "restart", recent, 1),
			treatedWith(8, "wifi-missing", "left", "back-up-overnight", recent, 0.5),
			treatedWith(9, "wifi-missing", "seen", "join-wifi", monday, 0.5),
			treatedWith(10, "wifi-missing", "seen", "join-wifi", now.Add(day), -1), // a clock was wrong
		)
		got, err := s.Remedies(t.Context(), now, 100)
		must(t, err)
		want := []report.RemedyRate{
			{Check: "backup-turned-off", Remedy: "turn-backup-on", Tried: 4, BackedUp: 2, Open: 1},
			{Check: "backup-turned-off", Remedy: "restart", Tried: 1, BackedUp: 1},
			{Check: "wifi-missing", Remedy: "back-up-overnight", Tried: 1, BackedUp: 1},
		}
		if diff := cmp.Diff(want, got.Remedies); diff != "" {
			t.Error(diff)
		}

		// The backup of an open repair is seen at a later visit, and an older report comes after it.
		ended := treatedWith(5, "backup-turned-off", "confirmed", "turn-backup-on", now.Add(-2*day), 1)
		ended.ID = messageID(105)
		again := treatedWith(5, "backup-turned-off", "confirmed", "turn-backup-on", now.Add(-2*day), -1)
		again.ID = messageID(205)
		put(t, s, ended, again)
		// A device cannot change the repair of another.
		foreign := treatedWith(4, "backup-turned-off", "confirmed", "turn-backup-on", recent, 1)
		foreign.ID, foreign.Report.Devices[0].UDID = messageID(104), "another"
		put(t, s, foreign)
		got, err = s.Remedies(t.Context(), now, 100)
		must(t, err)
		want[0] = report.RemedyRate{Check: "backup-turned-off", Remedy: "turn-backup-on", Tried: 5, BackedUp: 3}
		if diff := cmp.Diff(want, got.Remedies); diff != "" {
			t.Error(diff)
		}
	})
}

// In a history, a repair counts as it was last stored, and goes with its run.
func TestRemediesOfAHistory(t *testing.T) {
	s := fresh(t)
	store := func(run int, d report.Device) { keepRun(t, s, runID(run), d.TakenAt, d) }
	counted := func() []report.RemedyRate {
		t.Helper()
		got, err := s.Remedies(t.Context(), later(), 3000)
		must(t, err)
		return got.Remedies
	}
	open := treatedWith(1, "backup-turned-off", "confirmed", "turn-backup-on", monday, -1).Report.Devices[0]
	store(1, open)
	want := []report.RemedyRate{{Check: "backup-turned-off", Remedy: "turn-backup-on", Tried: 1}}
	if diff := cmp.Diff(want, counted()); diff != "" {
		t.Error(diff)
	}
	done := treatedWith(1, "backup-turned-off", "confirmed", "turn-backup-on", monday, 1).Report.Devices[0]
	done.TakenAt = monday.Add(day)
	store(2, done)
	want[0].BackedUp = 1
	if diff := cmp.Diff(want, counted()); diff != "" {
		t.Error(diff)
	}
	runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(10 * day), Force: true})
	must(t, err)
	if left := counted(); runs != 2 || len(left) != 0 {
		t.Errorf("after %d runs were deleted: %+v", runs, left)
	}
}
