package scan

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// Identifying facts stay at the bench unless they were selected.
func TestWhatLeaves(t *testing.T) {
	s := stale()
	s.Device.UDID = "00008110-000514AE0C22801E"
	s.Device.Name, s.Device.Serial = device.Known("Ada’s iPhone"), device.Known("F2LXK1ABCD")
	s.Labels = device.Labels{Slot: "A3", Asset: []device.Field{{Name: "tag", Value: "A-1234"}, {Name: "site", Value: "Altona"}}}
	live := *s.Live
	live.Management.Organization = device.Known("Example School")
	s.Live = &live
	run := &Run{ID: "run", judge: Judge{Checks: checks.All()}}
	result := run.judge.judge(0, s)
	for _, c := range []struct {
		name     string
		outgoing *Outgoing
		leaves   []string // of all identifying facts
	}{
		{"by default", &Outgoing{}, nil},
		{"names", &Outgoing{Names: true}, []string{"Ada’s iPhone"}},
		{"serials", &Outgoing{Serials: true}, []string{"F2LXK1ABCD"}},
		{"assets", &Outgoing{Assets: true}, []string{"A-1234", "Altona"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			item, err := c.outgoing.prepare(run, result)
			if err != nil {
				t.Fatal(err)
			}
			message := string(item.Report)
			for _, text := range []string{s.Device.UDID, `"slot":"A3"`, "backup-stale"} {
				if !strings.Contains(message, text) {
					t.Errorf("%s does not leave: %s", text, message)
				}
			}
			for _, text := range []string{"Ada’s iPhone", "F2LXK1ABCD", "A-1234", "Altona", "Example School"} {
				want := strings.Contains(strings.Join(c.leaves, "\n"), text)
				if got := strings.Contains(message, text); got != want {
					t.Errorf("%s leaves: %t, want %t", text, got, want)
				}
			}
		})
	}
}
