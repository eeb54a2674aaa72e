package ledger

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// found parses the findings of a report: check=status, or check=status<explained-by.
func found(text string) (findings []report.Finding, silenced []report.Silence) {
	for _, part := range strings.Fields(text) {
		check, status, _ := strings.Cut(part, "=")
		status, explainedBy, _ := strings.Cut(status, "<")
		if status == report.StatusSuppressed {
			silenced = append(silenced, report.Silence{Check: check, Status: "problem"})
			continue
		}
		findings = append(findings, report.Finding{Check: check, Status: status, ExplainedBy: explainedBy})
	}
	return findings, silenced
}

// TestWhatCameStayedAndWent writes each cause as check@day, with the day since which it exists, and
// ! if it is new; fixed causes follow after a slash. Each word is one visit, a day after the one
// before.
func TestWhatCameStayedAndWent(t *testing.T) {
	for name, c := range map[string]struct {
		visits []string
		want   []string
	}{
		"comes":                            {[]string{"a=ok", "a=problem"}, []string{"/", "a@1!/"}},
		"stays":                            {[]string{"a=problem", "a=problem"}, []string{"a@0/", "a@0/"}},
		"goes":                             {[]string{"a=problem", "a=ok"}, []string{"a@0/", "/a@0"}},
		"comes back":                       {[]string{"a=problem", "a=ok", "a=problem"}, []string{"a@0/", "/a@0", "a@2!/"}},
		"is there at first":                {[]string{"a=problem"}, []string{"a@0/"}},
		"could not be read":                {[]string{"a=problem", "a=unknown", "a=problem"}, []string{"a@0/", "/", "a@0/"}},
		"could not be read, then well":     {[]string{"a=problem", "a=unknown", "a=ok"}, []string{"a@0/", "/", "/a@0"}},
		"was not asked":                    {[]string{"a=problem", "b=ok", "a=problem"}, []string{"a@0/", "/", "a@0/"}},
		"became a question":                {[]string{"a=problem", "a=ask", "a=problem"}, []string{"a@0/", "/", "a@0/"}},
		"is found after nobody knew":       {[]string{"a=unknown", "a=problem"}, []string{"/", "a@1/"}},
		"is found after it was asked":      {[]string{"a=ask", "a=problem"}, []string{"/", "a@1/"}},
		"turns into a symptom and back":    {[]string{"a=problem", "b=problem a=problem<b", "a=problem b=ok"}, []string{"a@0/", "b@1/", "a@0/b@1"}},
		"is silenced, and not gone":        {[]string{"a=problem", "a=suppressed", "a=problem"}, []string{"a@0/", "/", "a@0/"}},
		"gets worse":                       {[]string{"a=warning", "a=problem"}, []string{"a@0/", "a@0/"}},
		"is about two apps":                {[]string{"a=problem a=problem", "a=problem"}, []string{"a@0/", "a@0/"}},
		"is well for one app and not else": {[]string{"a=ok", "a=problem a=ok"}, []string{"/", "a@1!/"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t)
			for n, visit := range c.visits {
				d := report.Device{UDID: "00008110-000514AE0C22801E", TakenAt: monday.Add(time.Duration(n) * aDay), Verdict: "failing"}
				d.Findings, d.Suppressed = found(visit)
				keepRun(t, s, runID(n), d.TakenAt, d)
			}
			story, err := s.Device(t.Context(), "00008110-000514AE0C22801E", 100)
			must(t, err)
			var got []string
			for i := len(story.Visits) - 1; i >= 0; i-- {
				got = append(got, listed(story.Visits[i].Causes)+"/"+listed(story.Visits[i].Gone))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func listed(causes []report.PastCause) string {
	var parts []string
	for _, c := range causes {
		text := c.Check + "@" + string(rune('0'+int(c.Since.Sub(monday)/aDay)))
		if c.Came {
			text += "!"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// threeDevices returns a history of three devices, two of which share a name and were in one slot.
func threeDevices(t *testing.T) *Store {
	t.Helper()
	s := fresh(t)
	lea := report.Device{UDID: "00008110-000514AE0C22801E", Serial: "F4GXK0ABCD", Name: "Léa’s iPhone", Slot: "07", TakenAt: monday,
		Asset: []report.Field{{Name: "Asset tag", Value: "A-1234"}, {Name: "Ward", Value: "3"}}}
	max := report.Device{UDID: "00008120-000A1C2E3F4A5B6C", Serial: "F4GXK0MAX1", Name: "Max", Slot: "07", TakenAt: monday.Add(time.Hour),
		Asset: []report.Field{{Name: "Asset tag", Value: "A-1235"}, {Name: "Ward", Value: "3"}}}
	other := report.Device{UDID: "00008120-111A1C2E3F4A5B6C", Name: "Max", Slot: "01", TakenAt: monday.Add(2 * time.Hour)}
	folder := report.Device{TakenAt: monday, Backups: []report.Backup{{Folder: "/backups/nameless"}}}
	keepRun(t, s, runID(1), monday, lea, max, other, folder)
	lea.TakenAt, lea.Slot = monday.Add(aDay), "09"
	keepRun(t, s, runID(2), monday.Add(aDay), lea)
	return s
}

func TestDeviceIsFoundByAnyName(t *testing.T) {
	s := threeDevices(t)
	for who, want := range map[string]string{
		"00008110-000514AE0C22801E": "00008110-000514AE0C22801E",
		"00008110000514ae0c22801e":  "00008110-000514AE0C22801E",
		"f4gxk0abcd":                "00008110-000514AE0C22801E",
		"a-1234":                    "00008110-000514AE0C22801E",
		"09":                        "00008110-000514AE0C22801E", // where it is now
		"07":                        "00008120-000A1C2E3F4A5B6C", // the last device in the slot, not earlier ones
		"léa’s iphone":              "00008110-000514AE0C22801E",
		"01":                        "00008120-111A1C2E3F4A5B6C",
		"/backups/nameless":         "",
	} {
		story, err := s.Device(t.Context(), who, 10)
		if err != nil || story.Device.UDID != want {
			t.Errorf("%q is %q, %v; want %q", who, story.Device.UDID, err, want)
		}
	}
	for _, who := range []string{"", "A-12", "nobody"} {
		if story, err := s.Device(t.Context(), who, 10); !errors.Is(err, ErrUnknown) {
			t.Errorf("%q is %+v, %v", who, story.Device, err)
		}
	}
}

func TestOfSeveralDevicesNoneIsTaken(t *testing.T) {
	s := threeDevices(t)
	for who, want := range map[string][]string{
		"max": {"00008120-111A1C2E3F4A5B6C", "00008120-000A1C2E3F4A5B6C"}, // most recently seen first
		"3":   {"00008110-000514AE0C22801E", "00008120-000A1C2E3F4A5B6C"},
	} {
		_, err := s.Device(t.Context(), who, 10)
		several, ok := errors.AsType[*AmbiguousError](err)
		if !ok {
			t.Errorf("%q: %v", who, err)
			continue
		}
		var got []string
		for _, d := range several.Devices {
			got = append(got, d.UDID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", who, diff)
		}
	}
}

func TestAStoryEndsWithTheNewestVisits(t *testing.T) {
	story, err := threeDevices(t).Device(t.Context(), "A-1234", 1)
	must(t, err)
	if story.Total != 2 || len(story.Visits) != 1 || story.Visits[0].Slot != "09" {
		t.Errorf("got %+v", story)
	}
}
