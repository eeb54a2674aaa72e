package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// A benchProcess is a bench that can be killed, connected to a usbmuxd.
type benchProcess struct {
	command *exec.Cmd
	shown   *tape
	stderr  *written
	ended   chan struct{}
}

// startedBench starts a bench with its data in a folder.
func startedBench(t testing.TB, data, usbmux string, args ...string) *benchProcess {
	t.Helper()
	p := &benchProcess{
		command: withAHub(exec.Command("backupdoctor", append([]string{"bench", "--quiet", "--usbmux", usbmux, "-o", "ndjson"}, args...)...)),
		shown:   new(tape), stderr: new(written), ended: make(chan struct{}),
	}
	p.command.Env = append(p.command.Env, "XDG_DATA_HOME="+data, "XDG_CONFIG_HOME="+data)
	p.command.Stdout, p.command.Stderr = p.shown, p.stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the bench said:\n%s", p.stderr)
		}
	})
	return p
}

func (p *benchProcess) kill() {
	p.command.Process.Kill()
	<-p.ended
}

// visitsKept returns how many visits are in a bench's history, over all runs.
func visitsKept(t testing.TB, data string) (count int) {
	t.Helper()
	store, err := ledger.OpenHistory(t.Context(), filepath.Join(data, "backupdoctor", "history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	runs, err := store.Runs(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range runs.Runs {
		count += run.Devices
	}
	return count
}

// TestBenchAndHubAreKilled repeatedly kills a bench that examines devices, and its hub, which
// is not running at first. Every visit shown to the operator must be in the bench's history,
// and every visit there must reach the hub once.
func TestBenchAndHubAreKilled(t *testing.T) {
	t.Parallel()
	var devices []*sim.Device
	count := 24
	if testing.Short() {
		count = 12 // under the race detector, each takes many times as long
	}
	for n := range count {
		devices = append(devices, loadDevice(t.Fatalf, []string{"healthy-iphone", "icloud-backup-off"}[n%2]).Clone(n))
	}
	usbmux, _ := attach(t, devices...)
	hubDir, data, address := t.TempDir(), t.TempDir(), freeAddress(t)
	creds := addBench(t, hubDir, "packing-1", "--site", "Hamburg")
	hubArgs := []string{"--data", hubDir, "--listen", address, "--http", "off"}
	benchArgs := []string{"--hub", "tls://" + address, "--credentials", creds}

	shown := 0
	var hub *hubProcess
	for i, after := range []int{1, count * 3 / 8, count, count * 17 / 24} {
		if i == 1 {
			hub = launched(t, hubArgs...)
		}
		p := startedBench(t, data, usbmux, benchArgs...)
		eventually(t, "the bench has shown some devices", func() bool { return p.shown.count(report.DeviceDone) >= after })
		if i == 2 {
			hub.kill()
		}
		p.kill()
		shown += p.shown.count(report.DeviceDone)
		if kept := visitsKept(t, data); kept < shown {
			t.Errorf("the operator was shown %d visits, and %d are kept", shown, kept)
		}
	}
	launched(t, hubArgs...)
	startedBench(t, data, usbmux, benchArgs...)
	eventually(t, "every visit is at the hub", func() bool {
		kept := visitsKept(t, data)
		return kept >= shown+len(devices) && reportsOf(t, "packing-1", "--data", hubDir) == kept
	})
	row := benches(t, "--data", hubDir)["packing-1"]
	if row.Received.Devices != len(devices) || row.Site != "Hamburg" {
		t.Errorf("the hub knows of %+v, want %d devices", row, len(devices))
	}
	listed := well(t, "fleet", "--data", hubDir)
	for _, d := range devices {
		if !strings.Contains(listed, d.UDID()) {
			t.Errorf("the hub does not know device %s", d.UDID())
		}
	}
}

// TestBenchEndsWithItsReportsAtTheHub checks that the results of a run are uploaded at its end,
// not only with the next run.
func TestBenchEndsWithItsReportsAtTheHub(t *testing.T) {
	t.Parallel()
	usbmux, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"), loadDevice(t.Fatalf, "icloud-backup-off"))
	hubDir, address := t.TempDir(), freeAddress(t)
	creds := addBench(t, hubDir, "packing-1")
	launched(t, "--data", hubDir, "--listen", address, "--http", "off")
	p := startedBench(t, t.TempDir(), usbmux, "--until", "2", "--hub", "tls://"+address, "--credentials", creds)
	<-p.ended
	if code := p.command.ProcessState.ExitCode(); code != report.ExitProblems {
		t.Errorf("the bench ended with exit code %d", code)
	}
	eventually(t, "the hub has stored both", func() bool { return reportsOf(t, "packing-1", "--data", hubDir) == 2 })
}
