package ledger

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// TestHealth writes the visits at one place as letters: one letter per device, in upper case if it
// had a problem.
func TestHealth(t *testing.T) {
	for name, c := range map[string]struct {
		visits     string
		suspicious bool
	}{
		"no trouble":                     {"abcabc", false},
		"always trouble":                 {"ABC", true},
		"two visits":                     {"AB", false},
		"one device":                     {"AAAAA", false},
		"two devices":                    {"AAB", true},
		"a third of its visits":          {"ABCabcabc", false},
		"more than a third":              {"ABCabcab", true},
		"one bad day among many of them": {"ABC" + strings.Repeat("abcdef", 5), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t)
			for n, letter := range c.visits {
				d := report.Device{UDID: strings.ToLower(string(letter)), Slot: "07", TakenAt: monday.Add(time.Duration(n) * aDay)}
				if letter < 'a' {
					d.Retried = "timeout"
				}
				keepRun(t, s, runID(n), d.TakenAt, d)
			}
			got, err := s.Health(t.Context(), 1000)
			must(t, err)
			if slot := got.Slots[0]; len(got.Slots) != 1 || slot.Suspicious != c.suspicious || slot.Visits != len(c.visits) {
				t.Errorf("%+v, want suspicious %v", slot, c.suspicious)
			}
		})
	}
}

func TestWhatCountsAsTrouble(t *testing.T) {
	s := fresh(t)
	visits := []report.Device{
		{Slot: "07", Location: "0x1"},
		{Slot: "07", Location: "0x2", Reason: "timeout"},
		{Slot: "07", Location: "0x2", Reason: "locked"}, // the device's own fault
		{Slot: "07", Location: "0x2", Reason: "locked", Retried: "detached"},
		{Slot: "07", Location: "0x2", Reason: "detached", Retried: "timeout"},
		{Slot: "07", Location: "0x2", Reason: "not-attached"}, // not attached
		{Location: "0x3", Retried: "truncated"},
		{Location: "0x4"},
		{Retried: "timeout"}, // place unknown
	}
	for n, d := range visits {
		d.UDID, d.TakenAt = fmt.Sprint(n), monday.Add(time.Duration(n)*aDay)
		keepRun(t, s, runID(n), d.TakenAt, d)
	}
	must(t, s.Begin(t.Context(), Run{ID: runID(99), Started: monday, Subject: report.OfBackups}))
	must(t, s.Add(t.Context(), runID(99), report.Device{UDID: "a", Slot: "07", Reason: "timeout"}))

	got, err := s.Health(t.Context(), 1000)
	must(t, err)
	day := func(n int) time.Time { return monday.Add(time.Duration(n) * aDay) }
	want := report.SlotReport{Header: report.NewHeader(report.KindSlotHealth), Runs: len(visits), Slots: []report.SlotHealth{
		{Slot: "07", Location: "0x2", Visits: 5, Devices: 5, Trouble: 3, Troubled: 3, LastTrouble: day(4), Suspicious: true,
			Reasons: []report.ReasonCount{{Reason: "detached", Visits: 2}, {Reason: "timeout", Visits: 1}}},
		{Location: "0x3", Visits: 1, Devices: 1, Trouble: 1, Troubled: 1, LastTrouble: day(6),
			Reasons: []report.ReasonCount{{Reason: "truncated", Visits: 1}}},
		{Location: "0x4", Visits: 1, Devices: 1, Reasons: []report.ReasonCount{}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := s.Health(t.Context(), 2); err != nil || got.Runs != 2 || len(got.Slots) != 1 {
		t.Errorf("of the newest two runs: %+v, %v", got, err)
	}
}
