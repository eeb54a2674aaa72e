package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

// attach serves devices until the test ends, and returns the address of their usbmuxd.
func attach(t testing.TB, devices ...*sim.Device) (address string, tray *sim.Tray) {
	t.Helper()
	tray, err := sim.New(time.Now, devices...)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, tray), tray
}

// serve serves a tray until the test ends, and returns the address of its usbmuxd.
func serve(t testing.TB, tray *sim.Tray) (address string) {
	t.Helper()
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, unplug := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- tray.Serve(ctx, listener) }()
	t.Cleanup(func() {
		unplug()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// A session is the result of a command line.
type session struct {
	code           int
	stdout, stderr string
}

// typed runs a command line in this process, without the user's settings.
func typed(t *testing.T, ctx context.Context, args ...string) session {
	t.Helper()
	return typedIn(t, ctx, nil, args...)
}

// typedIn is like typed, with environment variables.
func typedIn(t *testing.T, ctx context.Context, environment map[string]string, args ...string) session {
	t.Helper()
	var stdout bytes.Buffer
	s := typedTo(t, ctx, environment, &stdout, args...)
	s.stdout = stdout.String()
	return s
}

// typedTo is like typedIn, with w as stdout.
func typedTo(t *testing.T, ctx context.Context, environment map[string]string, w io.Writer, args ...string) session {
	t.Helper()
	var stderr bytes.Buffer
	settings := t.TempDir()
	data, set := environment["XDG_DATA_HOME"]
	if !set {
		data = settings
	}
	code := run(ctx, command.Env{
		Args:      args,
		Stdin:     strings.NewReader(""),
		Stdout:    w,
		Stderr:    &stderr,
		Getenv:    func(name string) string { return environment[name] },
		ConfigDir: func() (string, error) { return settings, nil },
		DataDir:   func() (string, error) { return data, nil },
		BuiltIn:   demoReleases,
		Environ:   os.Environ,
		// Other tests make backups on this computer meanwhile.
		BackupRuns: func([]string, time.Time) bool { return false },
	}, linked)
	return session{code: code, stderr: stderr.String()}
}

// scanned returns the report of a scan at an address.
func scanned(t *testing.T, address string, flags ...string) report.Report {
	t.Helper()
	s := typed(t, t.Context(), slices.Concat([]string{"scan", "--json", "--usbmux", address}, flags)...)
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("%v\nstdout: %s\nstderr: %s", err, s.stdout, s.stderr)
	}
	return r
}

// TestExpectedCauses scans every device of testdata/devices, three of which have a backup on
// this computer, and compares the findings with testdata/expected_causes.golden. To regenerate
// it:
//
//	UPDATE=1 go test ./cmd/backupdoctor -run TestExpectedCauses
func TestExpectedCauses(t *testing.T) {
	skipOneByOne(t)
	devices, err := sim.Load(os.DirFS("../../testdata/devices"))
	if err != nil {
		t.Fatal(err)
	}
	healthy := loadDevice(t.Fatalf, "healthy-iphone")
	devices = append(devices,
		faulty(healthy, 1, sim.Fault{Kind: sim.Reset, At: "lockdown"}),
		faulty(healthy, 2, sim.Fault{Kind: sim.Refused, At: "root", Error: "GetProhibited"}),
	)
	names := map[string]string{} // patients by UDID
	for i, d := range devices {
		names[d.UDID()] = d.Name
		d.LocationID = uint32(i + 1)
	}
	address, _ := attach(t, devices...)
	shelf := t.TempDir()
	for name, trait := range map[string]string{"healthy-iphone": "settled", "patch-behind": "poisoned", "storage-tight": "encrypted"} {
		writeBackup(t.Fatalf, shelf, "udid="+loadDevice(t.Fatalf, name).UDID(), trait)
	}
	r := scanned(t, address, "--timeout", "1m", "--backups", shelf)
	if len(r.Devices) != len(devices) {
		t.Errorf("%d devices in the report, %d attached", len(r.Devices), len(devices))
	}

	var got strings.Builder
	seen := map[string]map[string]bool{} // statuses by check
	for _, d := range r.Devices {
		fmt.Fprintf(&got, "%s: %s\n", names[d.UDID], strings.TrimSpace(d.Verdict+" "+d.Reason))
		for _, f := range d.Findings {
			if seen[f.Check] == nil {
				seen[f.Check] = map[string]bool{}
			}
			seen[f.Check][f.Status] = true
			switch {
			case f.Status != "problem" && f.Status != "warning":
			case f.ExplainedBy != "":
				fmt.Fprintf(&got, "\t\t%s %s\n", f.Status, f.Check)
			default:
				fmt.Fprintf(&got, "\t%s %s\n", f.Status, f.Check)
			}
		}
	}
	compareGolden(t, "testdata/expected_causes.golden", got.String())
	for _, check := range checks.All() {
		if check.Judge != nil && !slices.Contains(onlyOnRecord, check.ID) {
			expectVariety(t, check.ID, seen[check.ID])
		}
	}
}

// onlyOnRecord are the checks that need a device's own records in a backup. The backups of the
// tray have none, so these checks are questions or ruled out. usbmuxd-trouble needs facts about
// this computer, which the test does not have.
var onlyOnRecord = []string{
	"usbmuxd-trouble",
	"icloud-storage-full", "backup-too-large", "icloud-space-used-by-photos-drive",
	"account-needs-attention", "terms-not-accepted", "screen-time-account-changes",
	"low-data-mode", "airplane-mode", "wifi-slow-unstable", "icloud-outage",
	"needs-unlock-for-keys", "backup-locked-elsewhere", "files-unavailable", "corrupt-previous-backup", "persistent-software-fault",
}

// faulty returns a copy of a device with a fault.
func faulty(d *sim.Device, number int, fault sim.Fault) *sim.Device {
	clone := d.Clone(number)
	clone.Name = fmt.Sprintf("%s with %s at %s", d.Name, fault.Kind, fault.At)
	clone.Faults = append(clone.Faults, fault)
	return clone
}

// expectVariety checks that a check is healthy, unhealthy and unknown somewhere on the tray.
// For checks that get only hints over a cable, a question counts as unhealthy.
func expectVariety(t *testing.T, check string, seen map[string]bool) {
	t.Helper()
	statuses := slices.Sorted(maps.Keys(seen))
	if !seen["ok"] {
		t.Errorf("%s was never seen well, only %v", check, statuses)
	}
	if !seen["problem"] && !seen["warning"] && !seen["ask"] {
		t.Errorf("%s was never seen unwell, only %v", check, statuses)
	}
	if !seen["unknown"] {
		t.Errorf("%s was never seen unknown, only %v", check, statuses)
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), UPDATE=1 rewrites it:\n%s", path, diff)
	}
}

func TestInterruptedScanStillReports(t *testing.T) {
	stalling := loadDevice(t.Fatalf, "healthy-iphone")
	stalling.Faults = append(stalling.Faults, sim.Fault{Kind: sim.Stall, At: "com.apple.mobile.backup"})
	address, tray := attach(t, stalling)
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		for !slices.ContainsFunc(tray.Requests(), func(r sim.Request) bool { return r.Name == "GetValue com.apple.mobile.backup" }) {
			time.Sleep(5 * time.Millisecond)
		}
		interrupt()
	}()
	s := typed(t, ctx, "scan", "--json", "--quiet", "--usbmux", address)
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("the report is no JSON: %v\n%s", err, s.stdout)
	}
	if s.code != report.ExitInterrupted || !r.Partial || len(r.Devices) != 1 {
		t.Errorf("exit code %d, partial %t, %d devices; want 130, true, 1", s.code, r.Partial, len(r.Devices))
	}
	if want := "backupdoctor: interrupted, so the report is not complete\n"; s.stderr != want {
		t.Errorf("stderr is %q, want %q", s.stderr, want)
	}
}

func TestDemoFindsItsDevicesOverASocket(t *testing.T) {
	s := typed(t, t.Context(), "demo", "--json")
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("%v\n%s", err, s.stderr)
	}
	causes := map[string]bool{}
	for _, c := range r.Summary.Causes {
		causes[c.Check] = true
	}
	if len(r.Devices) != len(demoTray) || len(causes) < 6 || r.Summary.BackedUp < 1 {
		t.Errorf("%d devices, %d different causes, %d without any; want %d, at least 6, at least 1",
			len(r.Devices), len(causes), r.Summary.BackedUp, len(demoTray))
	}
}
