package sim_test

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/testdata"
)

// These tests use third-party clients written for real devices, independently of this package:
// libimobiledevice's tools and pymobiledevice3. If they are not installed the tests are skipped,
// unless BACKUPDOCTOR_REQUIRE_FOREIGN is 1.

// frozen serves a tray whose clock is fixed at the time of the recording, so that every date is
// as in the device's files.
func frozen(t *testing.T, name string) (device *sim.Device, socket string) {
	t.Helper()
	device = named(t, name)
	tray, err := sim.New(func() time.Time { return device.RecordedAt }, device)
	if err != nil {
		t.Fatal(err)
	}
	return device, serve(t, tray)
}

// foreign runs a client against the socket and returns its output.
func foreign(t testing.TB, socket, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is not installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a busy computer is slow
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	command.Env = append(os.Environ(), "USBMUXD_SOCKET_ADDRESS=UNIX:"+socket, "TZ=UTC", "LC_ALL=C.UTF-8")
	var complaints strings.Builder
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s%s", command, err, out, &complaints)
	}
	return string(out)
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("BACKUPDOCTOR_REQUIRE_FOREIGN") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// file reads one of a device's files.
func file[T any](t *testing.T, device, name string) T {
	t.Helper()
	data, err := fs.ReadFile(testdata.Devices, "devices/"+device+"/"+name+".plist")
	if err != nil {
		t.Fatal(err)
	}
	return decode[T](t, data)
}

func decode[T any](t *testing.T, data []byte) T {
	t.Helper()
	var value T
	if _, err := plist.Unmarshal(data, &value); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return value
}

func TestLibimobiledeviceListsTheDevice(t *testing.T) {
	device, socket := frozen(t, "healthy-iphone")
	if got, want := foreign(t, socket, "idevice_id", "-l"), device.UDID()+"\n"; got != want {
		t.Errorf("idevice_id = %q, want %q", got, want)
	}
}

// A device on USB and Wi-Fi is listed on both, as one device.
func TestLibimobiledeviceListsTheNetwork(t *testing.T) {
	cable, both, wireless := named(t, "healthy-iphone").Clone(1), named(t, "healthy-iphone").Clone(2), named(t, "healthy-iphone").Clone(3)
	both.Connections = []string{"USB", "Network"}
	wireless.Connections = []string{"Network"}
	socket := serve(t, newTray(t, cable, both, wireless))
	for option, want := range map[string][]string{
		"-l": {cable.UDID(), both.UDID()},
		"-n": {both.UDID(), wireless.UDID()},
	} {
		got := strings.Fields(foreign(t, socket, "idevice_id", option))
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("idevice_id %s (-tray +listed)\n%s", option, diff)
		}
	}
}

func TestLibimobiledeviceReadsEveryRootValue(t *testing.T) {
	_, socket := frozen(t, "healthy-iphone")
	want := file[map[string]any](t, "healthy-iphone", "root")
	delete(want, "TimeIntervalSince1970") // advances with the clock
	got := decode[map[string]any](t, []byte(foreign(t, socket, "ideviceinfo", "-x")))
	delete(got, "TimeIntervalSince1970")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ideviceinfo -x (-file +printed)\n%s", diff)
	}
	plain := strings.Split(foreign(t, socket, "ideviceinfo"), "\n")
	for _, key := range []string{"DeviceName", "ProductType", "ProductVersion", "PasswordProtected", "UniqueChipID", "TimeZone"} {
		if line := fmt.Sprintf("%s: %v", key, want[key]); !slices.Contains(plain, line) {
			t.Errorf("ideviceinfo does not print %q", line)
		}
	}
}

// A client that supports iOS 9 and earlier can read devices that disconnect if offered more than
// TLS 1.0.
func TestLibimobiledeviceReadsOldDevices(t *testing.T) {
	for _, version := range []string{"7.1.2", "9.3.5"} {
		device := named(t, "healthy-iphone")
		device.Set("", "ProductVersion", version)
		device.Faults = []sim.Fault{{Kind: sim.TLSIntolerant}}
		tray, err := sim.New(time.Now, device)
		if err != nil {
			t.Fatal(err)
		}
		socket := serve(t, tray)
		got := decode[map[string]any](t, []byte(foreign(t, socket, "ideviceinfo", "-x", "-q", "com.apple.mobile.backup")))
		if len(got) == 0 || got["CloudBackupEnabled"] == nil {
			t.Errorf("iOS %s: %v", version, got)
		}
	}
}

func TestLibimobiledeviceReadsDomains(t *testing.T) {
	_, socket := frozen(t, "healthy-iphone")
	for _, domain := range []string{"com.apple.mobile.backup", "com.apple.disk_usage", "com.apple.mobile.data_sync"} {
		want := file[map[string]any](t, "healthy-iphone", domain)
		got := decode[map[string]any](t, []byte(foreign(t, socket, "ideviceinfo", "-x", "-q", domain)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ideviceinfo -q %s (-file +printed)\n%s", domain, diff)
		}
	}
}

func TestLibimobiledeviceValidatesThePairing(t *testing.T) {
	device, socket := frozen(t, "healthy-iphone")
	if got, want := foreign(t, socket, "idevicepair", "validate"), "SUCCESS: Validated pairing with device "+device.UDID()+"\n"; got != want {
		t.Errorf("idevicepair validate = %q, want %q", got, want)
	}
}

func TestLibimobiledevicePairs(t *testing.T) {
	device, socket := frozen(t, "not-trusted")
	if got, want := foreign(t, socket, "ideviceinfo", "-s", "-k", "ProductType"), "iPhone14,5\n"; got != want {
		t.Errorf("before pairing, ProductType = %q, want %q", got, want)
	}
	if got, want := foreign(t, socket, "idevicepair", "pair"), "SUCCESS: Paired with device "+device.UDID()+"\n"; got != want {
		t.Errorf("idevicepair pair = %q, want %q", got, want)
	}
	if got, want := foreign(t, socket, "ideviceinfo", "-k", "SerialNumber"), file[map[string]any](t, "not-trusted", "root")["SerialNumber"]; got != fmt.Sprintln(want) {
		t.Errorf("after pairing, SerialNumber = %q, want %q", got, want)
	}
}

func TestLibimobiledeviceReadsTheRegistry(t *testing.T) {
	_, socket := frozen(t, "healthy-iphone")
	for _, entry := range []string{"AppleSmartBattery", "AppleBCMWLANSkywalkInterface"} {
		want := file[map[string]any](t, "healthy-iphone", "ioregistry/"+entry)
		got := decode[struct{ IORegistry map[string]any }](t, []byte(foreign(t, socket, "idevicediagnostics", "ioregentry", entry)))
		if diff := cmp.Diff(want, got.IORegistry); diff != "" {
			t.Errorf("idevicediagnostics ioregentry %s (-file +printed)\n%s", entry, diff)
		}
	}
}

func TestLibimobiledeviceReadsNameAndDate(t *testing.T) {
	device, socket := frozen(t, "healthy-iphone")
	if got, want := foreign(t, socket, "idevicename"), "Ada’s iPhone\n"; got != want {
		t.Errorf("idevicename = %q, want %q", got, want)
	}
	if got, want := foreign(t, socket, "idevicedate"), device.RecordedAt.Format("Mon Jan _2 15:04:05 UTC 2006\n"); got != want {
		t.Errorf("idevicedate = %q, want %q", got, want)
	}
}

func TestLibimobiledeviceCopiesCrashReports(t *testing.T) {
	_, socket := frozen(t, "backupd-crashing")
	folder := t.TempDir()
	foreign(t, socket, "idevicecrashreport", "-k", "-e", folder)
	var got []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, path)
			got = append(got, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := file[[]string](t, "backupd-crashing", "crashreports")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("idevicecrashreport (-file +copied)\n%s", diff)
	}
}

// TestPymobiledevice3 runs a script that reads what a scan reads and prints it as one property
// list.
func TestPymobiledevice3(t *testing.T) {
	python := os.Getenv("BACKUPDOCTOR_PYMOBILEDEVICE3_PYTHON")
	if python == "" {
		t.Skip("BACKUPDOCTOR_PYMOBILEDEVICE3_PYTHON does not name a Python interpreter with pymobiledevice3")
	}
	const name = "backupd-crashing"
	device, socket := frozen(t, name)
	type seen struct {
		UDIDs    []string
		Info     map[string]any
		Domains  map[string]map[string]any
		Battery  map[string]any
		WiFi     map[string]any
		Profiles map[string]any
		Crashes  []string
		Apps     []string
	}
	got := decode[seen](t, []byte(foreign(t, socket, python, "testdata/pymobiledevice3_read.py", socket)))
	want := seen{
		UDIDs:    []string{device.UDID()},
		Info:     file[map[string]any](t, name, "root"),
		Domains:  map[string]map[string]any{},
		Battery:  file[map[string]any](t, name, "ioregistry/AppleSmartBattery"),
		WiFi:     file[map[string]any](t, name, "ioregistry/AppleBCMWLANSkywalkInterface"),
		Profiles: file[map[string]any](t, name, "mcinstall/GetProfileList"),
		Crashes:  file[[]string](t, name, "crashreports"),
	}
	for _, domain := range []string{"com.apple.mobile.backup", "com.apple.disk_usage", "com.apple.fmip", "com.apple.purplebuddy"} {
		want.Domains[domain] = file[map[string]any](t, name, domain)
	}
	for _, app := range file[[]map[string]any](t, name, "apps") {
		want.Apps = append(want.Apps, fmt.Sprintf("%v %v %v", app["CFBundleIdentifier"], app["StaticDiskUsage"], app["DynamicDiskUsage"]))
	}
	for _, list := range []*[]string{&want.Crashes, &want.Apps} {
		slices.Sort(*list)
	}
	for _, info := range []map[string]any{want.Info, got.Info} {
		delete(info, "TimeIntervalSince1970") // advances with the clock
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pymobiledevice3 (-files +read)\n%s", diff)
	}
}

// TestLibimobiledeviceFollowsHotplug lets idevicesyslog wait for a device that attaches and
// detaches, finally along with the mux.
func TestLibimobiledeviceFollowsHotplug(t *testing.T) {
	unbuffered, err := exec.LookPath("stdbuf") // with a pipe, output would be buffered until it exits
	if err != nil {
		t.Skip("stdbuf is not installed")
	}
	if _, err := exec.LookPath("idevicesyslog"); err != nil {
		missing(t, "idevicesyslog is not installed")
	}
	device := named(t, "healthy-iphone")
	tray := newTray(t, device.Clone(1), device)
	socket := newSocket(t)
	crash := start(t, tray, socket)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, unbuffered, "-oL", "idevicesyslog", "--udid", device.UDID(), "--no-colors")
	command.Env = append(os.Environ(), "USBMUXD_SOCKET_ADDRESS=UNIX:"+socket)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Wait()
	defer cancel()
	lines := bufio.NewScanner(out)
	expect := func(want string) {
		t.Helper()
		for lines.Scan() {
			if line := lines.Text(); strings.HasPrefix(line, "[") {
				if line != want {
					t.Fatalf("idevicesyslog prints %s, want %s", line, want)
				}
				return
			}
		}
		t.Fatalf("idevicesyslog ended, want %s: %v", want, lines.Err())
	}
	expect("[connected]")
	tray.Detach(device.UDID())
	expect("[disconnected]")
	if err := tray.Attach(device); err != nil {
		t.Fatal(err)
	}
	expect("[connected]")
	crash()
	expect("[disconnected]") // how it finds a returning mux is not tested
}

// TestLibimobiledeviceListsAShakenTray checks the final state after Shake.
func TestLibimobiledeviceListsAShakenTray(t *testing.T) {
	var devices []*sim.Device
	var want []string
	for n := range 8 {
		devices = append(devices, named(t, "healthy-iphone").Clone(n))
		want = append(want, devices[n].UDID())
	}
	tray := newTray(t)
	socket := serve(t, tray)
	if err := tray.Shake(t.Context(), rand.New(rand.NewPCG(1, 2)), 20*time.Millisecond, devices...); err != nil {
		t.Fatal(err)
	}
	tray.Detach(want[3])
	want = slices.Delete(want, 3, 4)
	got := strings.Fields(foreign(t, socket, "idevice_id", "-l"))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("idevice_id -l (-tray +listed)\n%s", diff)
	}
}
