package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A repair that was left open is closed by the next visit at a watch or a bench, which may have
// begun before the repair. What treat has recorded in the meantime is not lost.
func TestAVisitClosesARepair(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command string
		before  bool // the repair is open when the command begins
	}{
		"watch, later than the repair":   {"watch", true},
		"watch, earlier than the repair": {"watch", false},
		"bench, later than the repair":   {"bench", true},
		"bench, earlier than the repair": {"bench", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			off := loadDevice(t.Fatalf, "icloud-backup-off")
			address, tray := attach(t, off)
			data := t.TempDir()
			if c.before {
				leavesARepairOpen(t, address, data)
			}

			heard := new(tape)
			ctx, end := context.WithCancel(t.Context())
			var watching sync.WaitGroup
			watching.Go(func() {
				typedTo(t, ctx, map[string]string{"XDG_DATA_HOME": data}, heard, c.command, "--usbmux", address, "-o", "ndjson")
			})
			t.Cleanup(func() { end(); watching.Wait() })
			heard.await(t, 3*time.Minute, func() bool { return heard.count(report.DeviceDone) == 1 })

			if !c.before {
				leavesARepairOpen(t, address, data)
			}
			again := treated(t, address, data)
			again.reads("resuming the repair")
			again.reads("[q] stop")
			again.types("s")
			again.reads("why is it skipped?")
			again.types("the owner does it")
			again.reads("[q] stop")
			again.types("q")
			again.ends(1)

			hand := tray.Start(t.Context(), off.UDID(), person(t, "switch on\nback-up\nunplug\nawait word plug\nplug"))
			heard.await(t, 3*time.Minute, func() bool { return heard.count(report.DeviceDetached) == 1 })
			tray.Say("plug")
			if err := <-hand; err != nil {
				t.Fatal(err)
			}
			heard.await(t, 3*time.Minute, func() bool { return heard.count(report.DeviceDone) == 2 })
			end()
			watching.Wait()
			if t.Failed() {
				return
			}
			repair := heard.last(report.DeviceDone).Device.Repair
			if repair == nil || repair.EndedAt.IsZero() || repair.NewBackup().IsZero() {
				t.Fatalf("after a new backup the repair is %+v", repair)
			}
			if !slices.ContainsFunc(repair.Events, func(e report.RepairEvent) bool {
				return e.Kind == string(device.RepairSkipped) && strings.Contains(e.Reason, "the owner does it")
			}) {
				t.Errorf("the step that was skipped is lost: %+v", repair.Events)
			}
			if open := openRepairs(t, data); len(open) != 0 {
				t.Errorf("still open: %+v", open)
			}
		})
	}
}

// leavesARepairOpen begins a repair and stops at its first card.
func leavesARepairOpen(t *testing.T, address, data string) {
	t.Helper()
	p := treated(t, address, data)
	p.reads("[Enter] done")
	p.types("q")
	p.ends(1)
}
