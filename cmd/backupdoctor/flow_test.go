package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// clones returns healthy devices with different names.
func clones(t testing.TB, count int, faults ...sim.Fault) []*sim.Device {
	t.Helper()
	var all []*sim.Device
	for n := range count {
		d := loadDevice(t.Fatalf, "healthy-iphone").Clone(n)
		d.Faults = slices.Concat(d.Faults, faults)
		all = append(all, d)
	}
	return all
}

func reportOf(t *testing.T, s session) report.Report {
	t.Helper()
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("%v: %s%s", err, s.stdout, s.stderr)
	}
	return r
}

// A hub that fails above twelve devices at a time loses no device, whether it drops connections
// or stalls.
func TestWeakHubLosesNoDevice(t *testing.T) {
	for name, seconds := range map[string]float64{"breaks": 0, "stalls": 0.2} {
		t.Run(name, func(t *testing.T) {
			devices := clones(t, 30)
			for _, d := range devices {
				d.Latency = 2 * time.Millisecond
			}
			tray, err := sim.New(time.Now, devices...)
			if err != nil {
				t.Fatal(err)
			}
			tray.Faults = []sim.Fault{{Kind: sim.WeakHub, Count: 12, Seconds: seconds}}
			address := serve(t, tray)
			r := reportOf(t, typed(t, t.Context(), "scan", "--usbmux", address, "--quiet", "--json"))
			if r.Summary.Devices != 30 || r.Summary.NotExamined != 0 || r.Partial {
				t.Errorf("%+v", r.Summary)
			}
			if r.Jobs == nil || !r.Jobs.Adaptive || r.Jobs.FellBack == "" || r.Jobs.Most <= workers.Usual {
				t.Errorf("jobs %+v", r.Jobs)
			}
		})
	}
}

// The report gives the number of jobs even if it was fixed.
func TestJobsAreReported(t *testing.T) {
	address, _ := attach(t, clones(t, 3)...)
	r := reportOf(t, typed(t, t.Context(), "scan", "--usbmux", address, "--quiet", "--json", "--jobs", "2"))
	if r.Jobs == nil || *r.Jobs != (report.Jobs{Most: 2}) {
		t.Errorf("jobs %+v", r.Jobs)
	}
}

// --timeout limits a device with all retries, and a silent usbmuxd.
func TestTimeoutBoundsAllTries(t *testing.T) {
	stalled, _ := attach(t, clones(t, 1, sim.Fault{Kind: sim.Stall, At: "lockdown"})...)
	tray, err := sim.New(time.Now, clones(t, 1)...)
	if err != nil {
		t.Fatal(err)
	}
	tray.Faults = []sim.Fault{{Kind: sim.Stall}}
	silent := serve(t, tray)
	for _, args := range [][]string{
		{"scan", "--usbmux", stalled}, {"devices", "--usbmux", stalled}, {"scan", "--usbmux", silent}, {"devices", "--usbmux", silent},
	} {
		// Ten times the timeout: the machine may be busy. Two tries would need more.
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		began := time.Now()
		s := typed(t, ctx, slices.Concat(args, []string{"--timeout", "1s"})...)
		if ctx.Err() != nil {
			t.Errorf("%v: took %v: %s", args, time.Since(began), s.stderr)
		}
		t.Logf("%v: %v", args, time.Since(began))
		cancel()
	}
}

// A device is examined again on the same visit once it is unlocked or paired, and watch sends
// only the listed requests.
func TestWatchExaminesAgain(t *testing.T) {
	locked, untrusted := clones(t, 1, sim.Fault{Kind: sim.Locked})[0], loadDevice(t.Fatalf, "not-trusted")
	address, tray := attach(t, locked, untrusted)
	heard := new(tape)
	ctx, end := context.WithCancel(t.Context())
	var ended session
	var watching sync.WaitGroup
	watching.Go(func() {
		ended = typedTo(t, ctx, nil, heard, "watch", "--usbmux", address, "--quiet", "-o", "ndjson")
	})
	heard.await(t, 30*time.Second, func() bool { return heard.count(report.DeviceDone) >= 2 })
	asked := len(tray.Requests())
	tray.Unlock(locked.UDID())
	heard.await(t, 30*time.Second, func() bool { return heard.count(report.DeviceDone) >= 3 })
	observes := sim.Request{Service: "notification_proxy", Name: "ObserveNotification com.apple.mobile.lockdown.trusted_host_attached", UDID: untrusted.UDID()}
	heard.await(t, 30*time.Second, func() bool { return slices.Contains(tray.Requests(), observes) })
	watched := slices.Clone(tray.Requests())
	client := usb.Client{Address: address}
	found, err := client.Discover(t.Context(), func(usb.Change) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range found.Devices {
		if a.UDID == untrusted.UDID() { // by another program
			if err := client.Pair(t.Context(), a, func(usb.PairEvent) {}); err != nil {
				t.Fatal(err)
			}
		}
	}
	heard.await(t, 30*time.Second, func() bool { return heard.verdicts()[untrusted.UDID()] != "not-examined" })
	end()
	watching.Wait()
	if len(watched) == asked {
		t.Error("nothing was asked of the device that was locked")
	}
	for _, request := range watched {
		name := request.Service + " " + request.Name
		if !slices.Contains(usb.Permitted, name) && !slices.Contains(usb.PermittedWatching, name) {
			t.Errorf("watch asks %q", name)
		}
	}
	var r report.Report
	if last := heard.last(report.RunSummary); last == nil || last.Report == nil {
		t.Fatalf("no summary: %s", ended.stderr)
	} else {
		r = *last.Report
	}
	if r.Summary.Devices != 2 || r.Summary.NotExamined != 0 {
		t.Errorf("%+v", r.Summary)
	}
}

// While a Trust dialog is open, devices that have answered or need not be asked are read. A
// device that has not answered when the run ends keeps its name.
func TestATrustDialogKeepsNobodyWaiting(t *testing.T) {
	trusts, asks := clones(t, 1)[0], loadDevice(t.Fatalf, "not-trusted")
	waits := clones(t, 2, sim.Fault{Kind: sim.TrustPending, Count: 1000})[1]
	address, _ := attach(t, trusts, asks, waits)
	heard := new(tape)
	ctx, end := context.WithCancel(t.Context())
	var scanning sync.WaitGroup
	scanning.Go(func() {
		typedTo(t, ctx, nil, heard, "scan", "--pair", "--usbmux", address, "--quiet", "-o", "ndjson")
	})
	heard.await(t, 30*time.Second, func() bool {
		verdicts := heard.verdicts()
		return verdicts[trusts.UDID()] == "backed-up" && verdicts[asks.UDID()] == "backed-up"
	})
	end()
	scanning.Wait()
	if last := heard.last(report.DeviceDone); last.UDID != waits.UDID() || last.Name == "" || last.Device.Verdict != "not-examined" {
		t.Errorf("%+v", last)
	}
}

// A scan sends no request that is reserved for watch and bench.
func TestScanAsksNothingMore(t *testing.T) {
	address, tray := attach(t, clones(t, 1, sim.Fault{Kind: sim.Locked})[0], loadDevice(t.Fatalf, "not-trusted"))
	typed(t, t.Context(), "scan", "--usbmux", address, "--quiet")
	typed(t, t.Context(), "devices", "--usbmux", address)
	for _, request := range tray.Requests() {
		if name := request.Service + " " + request.Name; !slices.Contains(usb.Permitted, name) {
			t.Errorf("scan asks %q", name)
		}
	}
}

// While a command acts on a device, another one waits until --timeout, then exits with 3 and
// names it. Commands that only read show it, and do not wait.
func TestActsExcludeEachOther(t *testing.T) {
	untrusted := loadDevice(t.Fatalf, "not-trusted")
	address, tray := attach(t, untrusted)
	data := t.TempDir()
	environment := map[string]string{"XDG_DATA_HOME": data, "HOME": data, "LocalAppData": data}
	locks := actlock.Folder(filepath.Join(data, "backupdoctor", "locks"))
	lock, err := locks.Acquire(t.Context(), untrusted.UDID(), "backup", 0)
	if err != nil {
		t.Fatal(err)
	}
	s := typedIn(t, t.Context(), environment, "scan", "--usbmux", address, "--pair", "--timeout", "1s", "--quiet", "--json")
	if s.code != report.ExitNotExamined || !strings.Contains(s.stderr, `in use by "backup" (process `) {
		t.Errorf("exit code %d: %s", s.code, s.stderr)
	}
	if slices.ContainsFunc(tray.Requests(), func(r sim.Request) bool { return r.Name == "Pair" }) {
		t.Error("the device was asked to pair")
	}
	r := reportOf(t, typedIn(t, t.Context(), environment, "scan", "--usbmux", address, "--quiet", "--json"))
	if use := r.Devices[0].InUse; use == nil || use.Command != "backup" || use.Since.IsZero() {
		t.Errorf("in use: %+v", use)
	}
	if s := typedIn(t, t.Context(), environment, "devices", "--usbmux", address); !strings.Contains(s.stdout, `In use by "backupdoctor backup"`) {
		t.Errorf("devices: %s", s.stdout)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	s = typedIn(t, t.Context(), environment, "scan", "--usbmux", address, "--pair", "--quiet", "--json")
	if r := reportOf(t, s); r.Summary.NotExamined != 0 || r.Devices[0].InUse != nil {
		t.Errorf("after the release: %+v %s", r.Summary, s.stderr)
	}
	if holders := locks.Holders(); len(holders) > 0 {
		t.Errorf("left behind: %v", holders)
	}
}

// If usbmuxd returns the same broken record after pairing, that is the fault, and pairing is
// not suggested again.
func TestBrokenRecordThatStays(t *testing.T) {
	tray, err := sim.New(time.Now, clones(t, 1)...)
	if err != nil {
		t.Fatal(err)
	}
	tray.Faults = []sim.Fault{{Kind: sim.OddValue, At: "ReadPairRecord", Key: "PairRecordData", Error: "<data>PHBsaXN0PjxkaWN0Pg==</data>"}}
	address := serve(t, tray)
	before := typed(t, t.Context(), "scan", "--usbmux", address, "--quiet", "--json")
	if !strings.Contains(before.stdout, `"id": "trust-this-computer"`) {
		t.Errorf("before pairing: %s", before.stdout)
	}
	after := typed(t, t.Context(), "scan", "--usbmux", address, "--pair", "--quiet", "--json")
	if r := reportOf(t, after); r.Devices[0].Reason != "record-unsaved" || after.code != report.ExitNotExamined {
		t.Errorf("reason %q, exit code %d", r.Devices[0].Reason, after.code)
	}
	if strings.Contains(after.stdout, `"id": "trust-this-computer"`) || !strings.Contains(after.stdout, `"id": "repair-usbmuxd"`) ||
		!strings.Contains(after.stdout, "it hands out a broken one.") {
		t.Errorf("after pairing: %s", after.stdout)
	}
}

// If announcements fail, the device list is used, all devices are examined, and the gap is
// reported.
func TestBrokenAnnouncements(t *testing.T) {
	for _, fault := range []sim.Fault{
		{Kind: sim.HangUp, Count: 1},
		{Kind: sim.Garbage, At: "Attached", After: 1},
		{Kind: sim.Numbered, At: "Attached", After: 1, Count: -22},
	} {
		devices := clones(t, 3)
		if fault.Kind == sim.HangUp {
			for _, d := range devices {
				d.Latency = 100 * time.Millisecond // a visit lasts until watch has subscribed again, and uses the list
			}
		}
		tray, err := sim.New(time.Now, devices...)
		if err != nil {
			t.Fatal(err)
		}
		tray.Faults = []sim.Fault{fault}
		address := serve(t, tray)
		s := typed(t, t.Context(), "scan", "--usbmux", address, "--quiet", "--json")
		r := reportOf(t, s)
		if s.code != report.ExitNotExamined || r.Summary.Devices != 3 || !r.Partial || len(r.Gaps) != 1 || r.Gaps[0].Reason != "list-only" {
			t.Errorf("%s: exit code %d, %+v, %+v", fault.Kind, s.code, r.Summary, r.Gaps)
		}
		s = typed(t, t.Context(), "watch", "--usbmux", address, "--until", "3", "--quiet", "--json")
		r = reportOf(t, s)
		if r.Summary.Devices != 3 || len(r.Gaps) != 1 || r.Gaps[0].Reason != "list-only" || !strings.Contains(s.stderr, "usbmuxd stopped announcing devices") {
			t.Errorf("watch: %s: exit code %d, %+v, %+v: %s", fault.Kind, s.code, r.Summary, r.Gaps, s.stderr)
		}
	}
}

// A malformed entry costs only itself and is reported; it does not count as a missing usbmuxd.
func TestMalformedEntry(t *testing.T) {
	devices := clones(t, 2)
	devices[1].MuxProperties = map[string]any{"SerialNumber": ""}
	address, _ := attach(t, devices...)
	s := typed(t, t.Context(), "scan", "--usbmux", address, "--quiet", "--json")
	r := reportOf(t, s)
	if s.code != report.ExitNotExamined || r.Summary.Devices != 1 || !r.Partial || len(r.Gaps) != 1 || r.Gaps[0].Reason != "bad-entry" {
		t.Errorf("exit code %d, %+v, %+v", s.code, r.Summary, r.Gaps)
	}
	alone, _ := attach(t, devices[1])
	s = typed(t, t.Context(), "scan", "--usbmux", alone)
	if s.code != report.ExitNotExamined || strings.Contains(s.stderr, "install") || !strings.Contains(s.stdout, "in a form that cannot be understood") {
		t.Errorf("exit code %d: %s%s", s.code, s.stdout, s.stderr)
	}
	s = typed(t, t.Context(), "devices", "--usbmux", address)
	if !bytes.Contains([]byte(s.stdout), []byte("in a form that cannot be understood")) {
		t.Errorf("devices: %s", s.stdout)
	}
}
