package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// A device that is unplugged while listening is listened to again once it returns, and what it
// logs then counts.
func TestListenTakesUpTheLogAgain(t *testing.T) {
	d := loadDevice(t.Fatalf, "stale-23-days")
	d.Log = []sim.LogStep{{Process: "backupd", Text: "=cloud-backup= Finished setting up backup"}}
	address, tray := attach(t, d)
	ended := make(chan session, 1)
	go func() {
		ended <- typed(t, t.Context(), "listen", "--for", "30s", "--usbmux", address, "--width", "200")
	}()
	follows := func(r sim.Request) bool { return r.Service == "os_trace_relay" }
	for range 500 {
		if slices.ContainsFunc(tray.Requests(), follows) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	tray.Detach(d.UDID())
	back := *d
	back.Log = sim.FailedBackup("MBErrorDomain(303)")
	if err := tray.Attach(&back); err != nil {
		t.Fatal(err)
	}
	got := <-ended
	if got.code != report.ExitProblems || !strings.Contains(got.stdout, "error 303, ") {
		t.Errorf("exit code %d, want %d with the failure in the report:\n%s", got.code, report.ExitProblems, got.stdout)
	}
	for _, want := range []string{"disconnected: waiting for it to come back", "the backup failed: MBErrorDomain/303"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("%q is not said:\n%s", want, got.stderr)
		}
	}
}
