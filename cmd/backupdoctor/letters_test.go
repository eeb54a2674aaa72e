package main

import (
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// What tells whose a device is stays at the bench, unless it was chosen.
func TestWhatLeaves(t *testing.T) {
	s := stale()
	s.Device.UDID = "00008110-000514AE0C22801E"
	s.Device.Name, s.Device.Serial = device.Known("Ada’s iPhone"), device.Known("F2LXK1ABCD")
	s.Labels = device.Labels{Slot: "A3", Asset: []device.Field{{Name: "tag", Value: "A-1234"}, {Name: "site", Value: "Altona"}}}
	live := *s.Live
	live.Management.Organization = device.Known("Example School")
	s.Live = &live
	examine := scan{list: checks.All()}.examine
	for _, c := range []struct {
		name    string
		letters *letters
		leaves  []string // of all that could
	}{
		{"by default", newLetters(), nil},
		{"names", &letters{names: true, ready: map[string]report.Device{}}, []string{"Ada’s iPhone"}},
		{"serials", &letters{serials: true, ready: map[string]report.Device{}}, []string{"F2LXK1ABCD"}},
		{"assets", &letters{assets: true, ready: map[string]report.Device{}}, []string{"A-1234", "Altona"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.letters.write(s, examine)
			item, err := c.letters.item(report.Event{Type: report.DeviceDone, Run: "run", UDID: s.Device.UDID}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			letter := string(item.Report)
			for _, text := range []string{s.Device.UDID, `"slot":"A3"`, "backup-stale"} {
				if !strings.Contains(letter, text) {
					t.Errorf("%s does not leave: %s", text, letter)
				}
			}
			for _, text := range []string{"Ada’s iPhone", "F2LXK1ABCD", "A-1234", "Altona", "Example School"} {
				want := strings.Contains(strings.Join(c.leaves, "\n"), text)
				if got := strings.Contains(letter, text); got != want {
					t.Errorf("%s leaves: %t, want %t", text, got, want)
				}
			}
			if _, err := c.letters.item(report.Event{Type: report.DeviceDone, UDID: s.Device.UDID}, time.Now()); err == nil {
				t.Error("the same letter leaves twice")
			}
		})
	}
}
