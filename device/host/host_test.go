package host

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestDistro(t *testing.T) {
	for text, want := range map[string][]string{
		"NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n":        {"ubuntu", "debian"},
		"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nX": {"rocky", "rhel", "centos", "fedora"},
		"ID='arch'\nVERSION_ID=1":                         {"arch"},
		"":                                                nil,
	} {
		root := fstest.MapFS{"etc/os-release": {Data: []byte(text)}}
		if got := Distro(root); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := Distro(fstest.MapFS{}); got != nil {
		t.Errorf("without the file: %q", got)
	}
}

func TestAppleOnUSB(t *testing.T) {
	usb := fstest.MapFS{}
	for name, ids := range map[string][2]string{
		"usb1": {"1d6b", "0002"}, "1-1": {"05ac", "12a8"}, "1-2": {"05AC", "12AB"},
		"1-3": {"05ac", "0250"}, "1-4": {"abcd", "12a8"},
	} {
		usb[name+"/idVendor"] = &fstest.MapFile{Data: []byte(ids[0] + "\n")}
		usb[name+"/idProduct"] = &fstest.MapFile{Data: []byte(ids[1] + "\n")}
	}
	usb["1-1:1.0/bInterfaceNumber"] = &fstest.MapFile{Data: []byte("00\n")}
	if got, err := AppleOnUSB(usb).Get(); got != 2 || err != nil {
		t.Errorf("%d, %v; want 2", got, err)
	}
	if _, err := AppleOnUSB(os.DirFS(filepath.Join(t.TempDir(), "none"))).Get(); device.GapOf(err).Reason != device.Unsupported {
		t.Errorf("without sysfs: %v", err)
	}
}

func TestHasMux(t *testing.T) {
	if HasMux(fstest.MapFS{"usr/sbin/usbmuxd/readme": {}}) || HasMux(fstest.MapFS{}) {
		t.Error("there is no program")
	}
	if !HasMux(fstest.MapFS{"usr/sbin/usbmuxd": {}}) {
		t.Error("there is a program")
	}
}

func TestFolderThere(t *testing.T) {
	folder := t.TempDir()
	if there, err := FolderThere(folder).Get(); !there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
	if there, err := FolderThere(filepath.Join(folder, "none")).Get(); there || err != nil {
		t.Errorf("%v, %v", there, err)
	}
}

func TestProcessesThatBackUp(t *testing.T) {
	for p, want := range map[process]bool{
		{name: "AppleMobileBackup"}:            true,
		{name: "AppleMobileBacku"}:             true,
		{name: "AppleMobileBackup.exe"}:        true,
		{name: "AppleMobileDeviceService.exe"}: false,
		{name: "idevicebackup2"}:               true,
		{name: "ideviceinfo"}:                  false,
		{name: "python3", arguments: "python3 -m pymobiledevice3 backup2 backup"}: true,
		{name: "pymobiledevice3", arguments: "x pymobiledevice3 backup2 backup"}:  true,
		{name: "python3", arguments: "python3 -m pymobiledevice3 usbmux list"}:    false,
		{name: "python3", arguments: "backup2.py"}:                                false,
		{name: "backupd"}: false,
	} {
		if p.backs() != want {
			t.Errorf("%v: %v, want %v", p, !want, want)
		}
	}
	own := filepath.Base(os.Args[0])
	if list := processes(); len(list) > 0 && !slices.ContainsFunc(list, func(p process) bool { return len(p.name) > 0 && own[:min(len(own), 8)] == p.name[:min(len(p.name), 8)] }) {
		t.Errorf("this process, %s, is not among %d", own, len(list))
	}
}

// A backup is running if anything in it was written within the last two minutes.
func TestBackupsThatAreWritten(t *testing.T) {
	folder := t.TempDir()
	backup := filepath.Join(folder, "00008101-000A")
	for _, path := range []string{filepath.Join(backup, "00"), filepath.Join(backup, "Snapshot", "ff")} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	old := now.Add(-time.Hour)
	for _, path := range []string{filepath.Join(backup, "Snapshot", "ff"), filepath.Join(backup, "Snapshot"), filepath.Join(backup, "00"), backup} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	since := now.Add(-writtenWithin)
	if writtenSince(folder, since) || writtenSince(filepath.Join(folder, "none"), since) {
		t.Error("nothing was written")
	}
	for _, path := range []string{filepath.Join(backup, "00"), filepath.Join(backup, "Snapshot", "ff")} {
		os.Chtimes(path, now, now)
		if !writtenSince(folder, since) {
			t.Errorf("%s was written", path)
		}
		os.Chtimes(path, old, old)
	}
}

// The kernel's answer is used, and so are settings that turn synchronization off. Settings
// that turn it on prove nothing: the clock may not have been synchronized yet.
func TestTimekeeping(t *testing.T) {
	unknown := device.Unknown[bool](device.Unsupported)
	for _, test := range []struct {
		told timekeeping
		want device.Fact[bool]
	}{
		{timekeeping{follows: device.Known(true)}, device.Known(true)},
		{timekeeping{follows: device.Known(false)}, device.Known(false)},
		{timekeeping{follows: unknown}, unknown},
		{timekeeping{follows: unknown, start: 4, source: "NTP"}, device.Known(false)},
		{timekeeping{follows: unknown, start: 3, source: "NoSync"}, device.Known(false)},
		{timekeeping{follows: unknown, source: "nosync"}, device.Known(false)},
		{timekeeping{follows: unknown, start: 3, source: "NTP"}, unknown},
		{timekeeping{follows: unknown, start: 2, source: "NT5DS"}, unknown},
		{timekeeping{follows: unknown, start: 3, source: "AllSync"}, unknown},
		{timekeeping{follows: unknown, start: 9, source: "later"}, unknown},
	} {
		if got := test.told.synchronized(); got != test.want {
			t.Errorf("%+v: %v, want %v", test.told, got, test.want)
		}
	}
}
