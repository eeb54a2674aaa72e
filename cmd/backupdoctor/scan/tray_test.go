package scan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// withClocks returns attached devices whose clocks are ahead of this computer's by the given
// seconds.
func withClocks(skews ...float64) given {
	var list given
	for i, skew := range skews {
		list = append(list, device.Snapshot{
			TakenAt: time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC),
			Device: device.Identity{
				UDID: fmt.Sprint("device ", i), ProductType: device.Known("iPhone14,4"), ProductVersion: device.Known("26.1"), Class: device.Known("iPhone"),
			},
			Live: &device.Live{
				Trusted: device.Known(true), Recognized: device.Known(true), ClockSkewSeconds: device.Known(skew),
				CloudBackup: device.CloudBackup{Enabled: device.Known(true), Last: device.Known(time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC))},
			},
		})
	}
	return list
}

// If several devices share a clock difference, that is reported once, and no device has a wrong
// clock. Each changed result is delivered again.
func TestTheClockOfThisComputerIsReportedOnce(t *testing.T) {
	const hour = 3600
	for name, test := range map[string]struct {
		skews     []float64
		host      int // devices that share a difference; 0 if this computer's clock is not in doubt
		wrong     int // devices with a wrong clock
		backedUp  int
		delivered int
	}{
		"two":                     {[]float64{hour, hour}, 0, 2, 0, 2},
		"three":                   {[]float64{hour, hour, hour}, 3, 0, 0, 5},
		"five":                    {[]float64{hour, hour, hour, hour, hour}, 5, 0, 0, 5 + 2 + 3 + 4},
		"three and one otherwise": {[]float64{hour, -hour, hour, hour}, 3, 1, 0, 4 + 3},
		"three and one that fits": {[]float64{0, hour, hour, hour}, 3, 0, 0, 4 + 3},
		"three of eight":          {[]float64{hour, hour, hour, 0, 0, 0, 0, 0}, 0, 3, 5, 8 + 2 + 6},
		"none":                    {[]float64{0, 1, -1}, 0, 0, 3, 3},
	} {
		var r report.Report
		delivered, last := 0, map[string]*report.Device{}
		Pipe{
			Judge:  Judge{Checks: checks.All()},
			Source: withClocks(test.skews...),
			Sinks: []Sink{{
				Hear: func(e Event) {
					if e.Type == report.DeviceDone {
						delivered++
						last[e.UDID] = e.Device
					}
				},
				Report: func(of report.Report, _ device.Recording) error { r = of; return nil },
			}},
		}.Run(t.Context())
		host := 0
		if c := r.Host.Clock; c != nil {
			host = c.Devices
			if c.AheadSeconds != -hour {
				t.Errorf("%s: this computer is %d seconds ahead", name, c.AheadSeconds)
			}
		}
		wrong := 0
		for _, d := range r.Devices {
			if slices.ContainsFunc(d.Findings, func(f report.Finding) bool {
				return f.Check == "date-time-wrong" && (f.Status == "warning" || f.Status == "problem")
			}) {
				wrong++
			}
			if last[d.UDID].Headline != d.Headline || last[d.UDID].Verdict != d.Verdict {
				t.Errorf("%s: the report says %q, and what was delivered last %q", name, d.Headline, last[d.UDID].Headline)
			}
		}
		if host != test.host || wrong != test.wrong || r.Summary.BackedUp != test.backedUp || delivered != test.delivered {
			t.Errorf("%s: %d devices against this computer, %d with a wrong clock, %d backed up, %d results; want %d, %d, %d, %d",
				name, host, wrong, r.Summary.BackedUp, delivered, test.host, test.wrong, test.backedUp, test.delivered)
		}
	}
}

// A device with a newer major version than the table shows that the table is out of date, also
// for devices finished before it.
func TestANewerMajorIsSeen(t *testing.T) {
	devices := withClocks(0, 0)
	for i := range devices {
		devices[i].Newest = device.Known(device.Release{Newest: "26.1", TableDate: devices[i].TakenAt, TableSource: "embedded", TableNewest: "26.1"})
	}
	devices[1].Device.ProductVersion, devices[1].Device.BuildVersion = device.Known("27.0"), device.Known("24A300")
	for name, test := range map[string]struct {
		devices given
		before  string
		unknown bool
	}{
		"on the tray":       {devices, "", true},
		"in an earlier run": {devices[:1], "27.0", true},
		"nowhere":           {devices[:1], "26.1", false},
	} {
		var r report.Report
		Pipe{
			Judge:  Judge{Checks: checks.All()},
			Source: test.devices,
			Sinks: []Sink{{
				Begin:  func(_ context.Context, run *Run) error { run.Saw(test.before); return nil },
				Report: func(of report.Report, _ device.Recording) error { r = of; return nil },
			}},
		}.Run(t.Context())
		f := r.Devices[0].Findings[slices.IndexFunc(r.Devices[0].Findings, func(f report.Finding) bool { return f.Check == "software-out-of-date" })]
		if (f.Status == "unknown") != test.unknown || test.unknown != strings.Contains(f.Summary, "releases update") {
			t.Errorf("%s: %s, %s", name, f.Status, f.Summary)
		}
	}
}

// On a large tray, a new device does not cause all others to be judged again; at the end all
// are judged by the final tray.
func TestTheClockOfThisComputerOnALargeTray(t *testing.T) {
	count := 150
	if testing.Short() {
		count = 50 // three times as many as are judged again for each
	}
	skews := make([]float64, count)
	for i := range skews {
		skews[i] = 3600
	}
	delivered, last := 0, map[string]Result{}
	Pipe{
		Judge:  Judge{Checks: checks.All()},
		Source: withClocks(skews...),
		Sinks: []Sink{{
			Hear: func(e Event) {
				if e.Type == report.DeviceDone {
					delivered++
					last[e.UDID] = *e.Result
				}
			},
		}},
	}.Run(t.Context())
	results := slices.Collect(maps.Values(last))
	for _, result := range results {
		if got := result.Snapshot.Tray.ClockDevices; got != uint64(count) {
			t.Fatalf("%s was judged last by %d devices", result.Snapshot.Device.UDID, got)
		}
	}
	if len(results) != count || delivered > 8*count {
		t.Errorf("%d results of %d devices", delivered, len(results))
	}
}
