package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/report"
)

// comingBack is how many devices come back in [visiting].
const comingBack = 5

func visitedAt(number int) time.Time { return time.Date(2026, 11, 29, 8, 0, number, 0, time.UTC) }

// visiting is a run without an end in which devices finish one after the other, and some come back.
// It counts the most results that the run held.
func visiting(devices int, most *int) Source {
	return learning(func(run *Run) Learned {
		run.StartOpen()
		for number := range devices + comingBack {
			udid := fmt.Sprintf("device-%d", number%devices)
			s := device.Snapshot{
				TakenAt: visitedAt(number),
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
	var said bytes.Buffer
	list := labels.Inventory{}
	for name, test := range map[string]struct {
		sinks []Sink
		held  int
		gaps  int
	}{
		"with a history":          {[]Sink{History(Keeper{Env: env, Screen: terminal.NewScreen(&said, env.Getenv)})}, maxHeld, 0},
		"with a copy of each":     {[]Sink{keepingCopies(true, nil)}, maxHeld, 0},
		"without":                 {nil, devices, 0},
		"with a recording":        {[]Sink{keepingCopies(true, nil), {Snapshots: true}}, devices, 0},
		"a history that is away":  {[]Sink{keepingCopies(true, errors.New("the disk is away"))}, maxHeld, 1},
		"a history that has none": {[]Sink{keepingCopies(false, nil)}, devices, 0},
	} {
		most := 0
		var r report.Report
		Pipe{
			Judge: Judge{Checks: checks.All()[:4]}, Source: visiting(devices, &most), Inventory: &list,
			Sinks: append(test.sinks, Sink{Report: func(of report.Report, _ device.Recording) error { r = of; return nil }}),
		}.Run(t.Context())
		if said.Len() > 0 {
			t.Logf("the history was too slow for this computer: %s", said.String())
			said.Reset()
			continue
		}
		if most != test.held {
			t.Errorf("%s: the run held %d devices, want %d", name, most, test.held)
		}
		if len(r.Gaps) != test.gaps {
			t.Errorf("%s: gaps %+v", name, r.Gaps)
		}
		if r.Summary.Devices != devices || r.Inventory.Unlisted != devices || r.Partial != (test.gaps > 0) {
			t.Errorf("%s: %d devices, %d not in the inventory, partial %t", name, r.Summary.Devices, r.Inventory.Unlisted, r.Partial)
		}
		seen := map[string]bool{}
		for _, d := range r.All() {
			seen[d.UDID] = true
			var n int
			fmt.Sscanf(d.UDID, "device-%d", &n)
			last := n
			if n < comingBack {
				last += devices
			}
			if !d.TakenAt.Equal(visitedAt(last)) || d.Name != "Name of "+d.UDID || len(d.Findings) == 0 {
				t.Errorf("%s: %s was taken at %v, with %d findings", name, d.UDID, d.TakenAt, len(d.Findings))
			}
		}
		if len(seen) != devices {
			t.Errorf("%s: %d devices in the report", name, len(seen))
		}
	}
}

// keepingCopies returns a sink that copies each device if it stores them, and passes all on, with an error.
func keepingCopies(stores bool, failure error) Sink {
	var copies []report.Device
	return Sink{
		Begin: func(_ context.Context, run *Run) error {
			run.Recall(func(keep func(report.Device)) error {
				for _, d := range copies {
					keep(d)
				}
				return failure
			})
			return nil
		},
		Hear: func(e Event) {
			if e.Result == nil || !stores {
				return
			}
			copies = slices.DeleteFunc(copies, func(d report.Device) bool { return d.UDID == e.UDID })
			copies = append(copies, e.Device.Whole())
			e.Result.Stored = true
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
