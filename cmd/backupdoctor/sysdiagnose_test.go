package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// gathered runs the command on a device that waits for its buttons to be pressed, and returns
// the archive.
func gathered(t *testing.T) string {
	t.Helper()
	patient := loadDevice(t.Fatalf, "stale-23-days")
	patient.ArchivesAfter = 2
	address, _ := attach(t, patient)
	folder := t.TempDir()
	s := typed(t, t.Context(), "sysdiagnose", "--usbmux", address, "--to", folder, "--width", "200")
	if s.code != report.ExitProblems || !strings.Contains(s.stdout, "The next iCloud backup is 7.4 GB large") {
		t.Fatalf("exit code %d\n%s\n%s", s.code, s.stdout, s.stderr)
	}
	for _, want := range []string{"press the side button and both volume buttons", "fetching sysdiagnose_"} {
		if !strings.Contains(s.stderr, want) {
			t.Errorf("stderr does not say %q:\n%s", want, s.stderr)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != 1 || !strings.HasSuffix(files[0], ".tar.gz") {
		t.Fatalf("the folder holds %v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	return files[0]
}

func TestSysdiagnose(t *testing.T) {
	path := gathered(t)
	s := typed(t, t.Context(), "scan", "--no-usb", "--sysdiagnose", path, "--width", "200")
	if s.code != report.ExitProblems || !strings.Contains(s.stdout, "The next iCloud backup is 7.4 GB large") || !strings.Contains(s.stdout, "iPhone 15 Pro") {
		t.Errorf("read again: exit code %d\n%s\n%s", s.code, s.stdout, s.stderr)
	}

	// Facts only in an archive are evidence, with its file and date.
	var alone report.Report
	if err := json.Unmarshal([]byte(typed(t, t.Context(), "scan", "--no-usb", "--sysdiagnose", path, "--json").stdout), &alone); err != nil || len(alone.Devices) != 1 {
		t.Fatalf("%d devices, %v", len(alone.Devices), err)
	}
	for check, want := range map[string]struct{ status, source string }{
		"device-storage-low": {"ok", "sysdiagnose disks.txt / Avail of /private/var"},
		"vpn-proxy-firewall": {"warning", "sysdiagnose logs/Networking/com.apple.networkextension.plist / Enabled"},
		"system-hung":        {"unknown", "sysdiagnose system_logs.logarchive/Extra/shutdown*.log"},
	} {
		if !slices.ContainsFunc(alone.Devices[0].Findings, func(f report.Finding) bool {
			return f.Check == check && f.Status == want.status && slices.ContainsFunc(f.Evidence, func(e report.Evidence) bool { return e.Source == want.source && !e.AsOf.IsZero() })
		}) {
			t.Errorf("%s is not %s by %s", check, want.status, want.source)
		}
	}

	// Facts in an archive are added to its device.
	patient := loadDevice(t.Fatalf, "stale-23-days")
	address, _ := attach(t, patient, loadDevice(t.Fatalf, "healthy-iphone"))
	r := scanned(t, address, "--sysdiagnose", path)
	if len(r.Devices) != 2 {
		t.Fatalf("%d devices", len(r.Devices))
	}
	for _, d := range r.Devices {
		full := slices.ContainsFunc(d.Findings, func(f report.Finding) bool { return f.Check == "icloud-storage-full" && f.Status == "problem" })
		if full != (d.UDID == patient.UDID()) {
			t.Errorf("%s: storage full is %v", d.UDID, full)
		}
	}

	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(half, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	s = typed(t, t.Context(), "scan", "--no-usb", "--sysdiagnose", half, "--width", "200")
	if s.code != report.ExitNotExamined || !strings.Contains(s.stdout, "is truncated") {
		t.Errorf("half of it: exit code %d\n%s\n%s", s.code, s.stdout, s.stderr)
	}
}

func TestSysdiagnoseOfNothing(t *testing.T) {
	notes := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(notes, []byte("milk, bread"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, _ := attach(t)
	two, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"), loadDevice(t.Fatalf, "storage-low"))
	untrusted, _ := attach(t, loadDevice(t.Fatalf, "not-trusted"))
	healthy, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"))
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no archive":          {[]string{"scan", "--no-usb", "--sysdiagnose", notes}, report.ExitUsage, "is not a sysdiagnose archive"},
		"no file":             {[]string{"scan", "--no-usb", "--sysdiagnose", notes + "x"}, report.ExitUsage, "there is no file"},
		"with a recording":    {[]string{"scan", "--from", "-", "--sysdiagnose", notes}, report.ExitUsage, "cannot be used together"},
		"no device":           {[]string{"sysdiagnose", "--usbmux", address}, report.ExitNoDevice, "no device is attached"},
		"no such device":      {[]string{"sysdiagnose", "--usbmux", two, "--udid", "00008110-0000000000000000"}, report.ExitNoDevice, "is not attached"},
		"no such name":        {[]string{"sysdiagnose", "--usbmux", two, "--udid", "x"}, report.ExitUsage, `no attached device is called "x"`},
		"which of them":       {[]string{"sysdiagnose", "--usbmux", two}, report.ExitUsage, "name one with --udid"},
		"not trusted":         {[]string{"sysdiagnose", "--usbmux", untrusted}, report.ExitNotExamined, "scan --pair"},
		"nothing there":       {[]string{"sysdiagnose", "--usbmux", healthy, "--last"}, report.ExitNotExamined, "there is no sysdiagnose archive on the device"},
		"nobody presses":      {[]string{"sysdiagnose", "--usbmux", healthy, "--wait", "100ms"}, report.ExitNotExamined, "no sysdiagnose was started on the device within 100ms"},
		"no folder":           {[]string{"sysdiagnose", "--usbmux", healthy, "--to", notes}, report.ExitUsage, "there is no folder"},
		"no time":             {[]string{"sysdiagnose", "--usbmux", healthy, "--wait", "0s"}, report.ExitUsage, "--wait"},
		"an unknown argument": {[]string{"sysdiagnose", "now"}, report.ExitUsage, "unexpected argument"},
	} {
		s := typed(t, t.Context(), test.args...)
		if s.code != test.code || !strings.Contains(s.stderr, test.says) {
			t.Errorf("%s: exit code %d, want %d\n%s", name, s.code, test.code, s.stderr)
		}
	}
}

func TestSysdiagnoseInterrupted(t *testing.T) {
	address, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"))
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(500*time.Millisecond, interrupt)
	if s := typed(t, ctx, "sysdiagnose", "--usbmux", address); s.code != report.ExitInterrupted {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
}

const someArchive = "sysdiagnose_2026.11.20_08-00-00+0000_iPhone-OS_iPhone_23G90.tar.gz"

// withSomeArchive returns a device with an unreadable archive.
func withSomeArchive(t *testing.T, size int) (*sim.Device, []byte) {
	t.Helper()
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i ^ i>>8 ^ i>>16)
	}
	// It begins and ends like an archive.
	copy(content, "\x1f\x8b")
	copy(content[size-4:], "\x00\x04\x00\x00")
	patient := loadDevice(t.Fatalf, "healthy-iphone")
	patient.Archives = map[string][]byte{someArchive: content}
	return patient, content
}

// An interrupted copy is resumed by the next run.
func TestSysdiagnoseTakesUpAPart(t *testing.T) {
	patient, content := withSomeArchive(t, 12<<20)
	patient.Latency = 20 * time.Millisecond
	address, tray := attach(t, patient)
	folder := t.TempDir()
	path := filepath.Join(folder, someArchive)
	ctx, interrupt := context.WithCancel(t.Context())
	begun := func() bool {
		parts, _ := filepath.Glob(filepath.Join(folder, ".*.part"))
		return slices.ContainsFunc(parts, func(part string) bool {
			info, err := os.Stat(part)
			return err == nil && info.Size() > 0
		})
	}
	go func() {
		for ctx.Err() == nil && !begun() {
			time.Sleep(time.Millisecond)
		}
		interrupt()
	}()
	if s := typed(t, ctx, "sysdiagnose", "--usbmux", address, "--last", "--to", folder); s.code != report.ExitInterrupted {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	parts, err := filepath.Glob(filepath.Join(folder, ".*.part"))
	if err != nil || len(parts) != 1 {
		t.Fatalf("parts %v, %v", parts, err)
	}
	if info, err := os.Stat(parts[0]); err != nil || info.Size() == 0 || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	typed(t, t.Context(), "sysdiagnose", "--usbmux", address, "--last", "--to", folder)
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if !slices.ContainsFunc(tray.Requests(), func(r sim.Request) bool { return r.Service == "afc" && r.Name == "Seek" }) {
		t.Error("it was copied from the beginning")
	}

	// An existing copy is not fetched again, and another file of its name is not overwritten.
	again := typed(t, t.Context(), "sysdiagnose", "--usbmux", address, "--last", "--to", folder)
	if !strings.Contains(again.stderr, "has been fetched before") {
		t.Errorf("%s", again.stderr)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	again = typed(t, t.Context(), "sysdiagnose", "--usbmux", address, "--last", "--to", folder)
	if again.code != report.ExitUsage || !strings.Contains(again.stderr, "already exists") {
		t.Errorf("exit code %d\n%s", again.code, again.stderr)
	}
}

// The cable may be pulled during the copy.
func TestSysdiagnoseSurvivesADetach(t *testing.T) {
	patient, content := withSomeArchive(t, 12<<20)
	patient.Latency = 20 * time.Millisecond
	address, tray := attach(t, patient)
	pulled := make(chan bool, 1)
	go func() {
		reads := 0
		for range 2000 {
			reads = 0
			for _, r := range tray.Requests() {
				if r.Name == "Read" {
					reads++
				}
			}
			if reads >= 3 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		tray.Detach(patient.UDID())
		time.Sleep(1500 * time.Millisecond)
		pulled <- reads < 12 && tray.Attach(patient) == nil
	}()
	folder := t.TempDir()
	s := typed(t, t.Context(), "sysdiagnose", "--usbmux", address, "--last", "--to", folder)
	if !<-pulled {
		t.Fatal("the cable was not pulled in the middle")
	}
	if got, err := os.ReadFile(filepath.Join(folder, someArchive)); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes of %d, %v\n%s", len(got), len(content), err, s.stderr)
	}
}
