package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
)

// visiting is a run without an end in which devices finish one after the other. It returns the
// most results that the run held.
func visiting(devices int, most *int) Source {
	return learning(func(run *Run) Learned {
		run.StartOpen()
		for number := range devices + 5 {
			udid := fmt.Sprintf("device-%d", number%devices) // the first five come back
			s := device.Snapshot{
				TakenAt: time.Date(2026, 11, 29, 8, 0, number, 0, time.UTC),
				Device:  device.Identity{UDID: udid, Name: device.Known("Name of " + udid), Serial: device.Known(fmt.Sprint("SERIAL", number%devices)), ProductVersion: device.Known("26.1")},
			}
			run.Replace(udid)
			run.Done(number, s)
			*most = max(*most, len(run.results), len(run.members))
		}
		return Learned{Recording: run.Recording()}
	})
}

// A run of months holds a bounded number of devices, and its report has all of them: those that it
// forgot are in the history.
func TestALongRunHoldsFewDevices(t *testing.T) {
	t.Parallel()
	const devices = maxHeld + 20
	folder := t.TempDir()
	env := command.Env{Getenv: func(string) string { return "" }, DataDir: func() (string, error) { return folder, nil }}
	list := labels.Inventory{}
	for name, test := range map[string]struct {
		sinks []Sink
		held  int
		gaps  int
	}{
		"with a history":              {[]Sink{History(Keeper{Env: env, Screen: terminal.NewScreen(io.Discard, env.Getenv)})}, maxHeld, 0},
		"without":                     {nil, devices, 0},
		"with a recording":            {[]Sink{stored(nil), {Snapshots: true}}, devices, 0},
		"a history that fails":        {[]Sink{stored(errors.New("the disk is away"))}, maxHeld, 1},
		"a history that stores a few": {[]Sink{{Begin: stored(nil).Begin}}, devices, 0},
	} {
		most := 0
		var r report.Report
		Pipe{
			Judge: Judge{Checks: checks.All()[:4]}, Source: visiting(devices, &most), Inventory: &list,
			Sinks: append(test.sinks, Sink{Report: func(of report.Report, _ device.Recording) error { r = of; return nil }}),
		}.Run(t.Context())
		if most != test.held {
			t.Errorf("%s: the run held %d devices, want %d", name, most, test.held)
		}
		if len(r.Gaps) != test.gaps {
			t.Errorf("%s: gaps %+v", name, r.Gaps)
		}
		if test.gaps > 0 {
			continue
		}
		if r.Summary.Devices != devices || r.Inventory.Unlisted != devices || r.Partial {
			t.Errorf("%s: %d devices, %d not in the inventory, partial %t", name, r.Summary.Devices, r.Inventory.Unlisted, r.Partial)
		}
		seen := map[string]int{}
		for _, d := range r.All() {
			seen[d.UDID]++
			again := d.TakenAt.Second()+60*d.TakenAt.Minute() >= devices
			var n int
			fmt.Sscanf(d.UDID, "device-%d", &n)
			if again != (n < 5) || d.Name != "Name of "+d.UDID || len(d.Findings) == 0 {
				t.Errorf("%s: %s was taken at %v, with %d findings", name, d.UDID, d.TakenAt, len(d.Findings))
			}
		}
		if len(seen) != devices {
			t.Errorf("%s: %d devices in the report", name, len(seen))
		}
	}
}

// stored returns a sink that claims to store every device, and passes none on.
func stored(failure error) Sink {
	return Sink{
		Begin: func(_ context.Context, run *Run) error {
			run.Recall(func(func(report.Device)) error { return failure })
			return nil
		},
		Hear: func(e Event) {
			if e.Result != nil {
				e.Result.Stored = true
			}
		},
	}
}

// The newest version that a run saw counts also after its device was forgotten.
func TestNewerVersion(t *testing.T) {
	for _, test := range [][3]string{{"", "", ""}, {"26.1", "", "26.1"}, {"", "26.1", "26.1"}, {"26.1", "27.0", "27.0"}, {"27.0", "26.10", "27.0"}, {"26.9", "26.10", "26.10"}, {"26.1", "beta", "26.1"}} {
		if got := newerVersion(test[0], test[1]); got != test[2] {
			t.Errorf("of %q and %q: %q, want %q", test[0], test[1], got, test[2])
		}
	}
}
