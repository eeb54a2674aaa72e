package computer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

var now = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// well returns a Linux computer without any problem.
func well() device.Computer {
	return device.Computer{
		OS:      "linux",
		Distro:  []string{"ubuntu", "debian"},
		TakenAt: now,
		Mux: device.Mux{
			Address: "/var/run/usbmuxd", Installed: device.Known(true), Reached: device.Known(true),
			Lists: device.Known(true), HasRecords: device.Known(true), OnUSB: device.Known(1), Cables: 1,
			Records: map[string]device.Fact[bool]{"a": device.Known(true)}, RecordsFolder: device.Known(true),
		},
		Folders:  []device.BackupFolder{{Path: "/b", Read: device.Known(true), Backups: 2}},
		Rooms:    []device.Room{{Path: "/", What: "the history", FreeBytes: device.Known[uint64](5 << 30)}},
		Clock:    device.Clock{Now: now, Synchronized: device.Known(true), NotBefore: now.AddDate(0, 0, -9)},
		Releases: device.ReleaseTable{Date: now.AddDate(0, 0, -9), Source: "embedded", Updated: device.Unknown[bool](device.Absent)},
		History:  device.Known(true),
	}
}

func lineOf(t *testing.T, c device.Computer, id string) Line {
	t.Helper()
	lines := Judge(c)
	i := slices.IndexFunc(lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		t.Fatalf("no answer to %s", id)
	}
	return lines[i]
}

func TestWell(t *testing.T) {
	for _, l := range Judge(well()) {
		if l.Status != checks.OK || len(l.Remedies) > 0 || l.Title == "" || l.Summary == "" || l.Source == "" {
			t.Errorf("%+v", l)
		}
	}
}

// Anything not examined is unknown, never ok.
func TestNothingKnown(t *testing.T) {
	for _, l := range Judge(device.Computer{OS: "linux", TakenAt: now, Clock: device.Clock{Now: now}}) {
		if l.Status == checks.OK {
			t.Errorf("%s is ok: %s", l.ID, l.Summary)
		}
	}
}

func TestJudge(t *testing.T) {
	gap := func(reason device.Reason, detail string) device.Fact[bool] {
		return device.Unknown[bool](device.Gap{Reason: reason, Detail: detail})
	}
	for name, test := range map[string]struct {
		change  func(*device.Computer)
		id      string
		status  checks.Status
		summary string // a part of it
		remedy  string // the first one, or a part of it; "" for none
	}{
		"not installed on Debian": {func(c *device.Computer) {
			c.Mux.Reached, c.Mux.Installed = gap(device.Unreachable, "missing"), device.Known(false)
		}, "usbmuxd-reachable", checks.Problem, "usbmuxd is not installed", "sudo apt install usbmuxd"},
		"not installed on Fedora": {func(c *device.Computer) {
			c.Distro, c.Mux.Reached, c.Mux.Installed = []string{"fedora"}, gap(device.Unreachable, "missing"), device.Known(false)
		}, "usbmuxd-reachable", checks.Problem, "not installed", "sudo dnf install usbmuxd"},
		"not installed on Arch": {func(c *device.Computer) {
			c.Distro, c.Mux.Reached, c.Mux.Installed = []string{"manjaro", "arch"}, gap(device.Unreachable, "missing"), device.Known(false)
		}, "usbmuxd-reachable", checks.Problem, "not installed", "sudo pacman -S usbmuxd"},
		"not installed on another Linux": {func(c *device.Computer) {
			c.Distro, c.Mux.Reached, c.Mux.Installed = nil, gap(device.Unreachable, "missing"), device.Known(false)
		}, "usbmuxd-reachable", checks.Problem, "not installed", "brew"},
		"not installed on Windows": {func(c *device.Computer) {
			c.OS, c.Mux.Reached, c.Mux.Installed = "windows", gap(device.Unreachable, ""), gap(device.Unsupported, "")
		}, "usbmuxd-reachable", checks.Problem, "nothing accepts connections", "install Apple Devices"},
		"not running on a Mac": {func(c *device.Computer) {
			c.OS, c.Mux.Reached, c.Mux.Installed = "darwin", gap(device.Unreachable, "missing"), gap(device.Unsupported, "")
		}, "usbmuxd-reachable", checks.Problem, "there is no such socket", "restart the Mac"},
		"not running with a device on USB": {func(c *device.Computer) {
			c.Mux.Reached = gap(device.Unreachable, "refused")
		}, "usbmuxd-reachable", checks.Problem, "no program listens there", "sudo systemctl restart usbmuxd"},
		"not running without a device": {func(c *device.Computer) {
			c.Mux.Reached, c.Mux.OnUSB = gap(device.Unreachable, "missing"), device.Known(0)
		}, "usbmuxd-reachable", checks.Unknown, "it may start with the first device", "connect an iPhone"},
		"socket not permitted": {func(c *device.Computer) {
			c.Mux.Reached = gap(device.NotPermitted, "denied")
		}, "usbmuxd-reachable", checks.Problem, "may not connect", "let this user read and write the socket"},
		"another address": {func(c *device.Computer) {
			c.Mux.Named, c.Mux.Address, c.Mux.Reached = true, "host:1", gap(device.Unreachable, "refused")
		}, "usbmuxd-reachable", checks.Problem, "host:1", "correct --usbmux"},
		"too old": {func(c *device.Computer) {
			c.Mux.Lists, c.Mux.HasRecords = device.Known(false), device.Known(false)
		}, "usbmuxd-current", checks.Problem, "older than version 1.0.9", "sudo apt update"},
		"list refused": {func(c *device.Computer) {
			c.Mux.Lists, c.Mux.Cables = device.Known(false), 40
		}, "usbmuxd-current", checks.OK, "announces them", ""},
		"list and news refused": {func(c *device.Computer) {
			c.Mux.Lists, c.Mux.Cables = device.Known(false), 0
		}, "usbmuxd-current", checks.Warning, "announces none", "sudo apt update"},
		"no answer": {func(c *device.Computer) {
			c.Mux.HasRecords = gap(device.Timeout, "")
		}, "usbmuxd-current", checks.Unknown, "did not answer in time", ""},
		"more on USB than listed": {func(c *device.Computer) {
			c.Mux.OnUSB = device.Known(2)
		}, "devices-listed", checks.Problem, "USB has 2 Apple devices, and usbmuxd lists 1", replug},
		"no device": {func(c *device.Computer) {
			c.Mux.OnUSB, c.Mux.Cables = device.Known(0), 0
		}, "devices-listed", checks.Warning, "no Apple device is on USB", otherCable},
		"no device, and USB not seen": {func(c *device.Computer) {
			c.Mux.OnUSB, c.Mux.Cables = device.Unknown[int](device.Unsupported), 0
		}, "devices-listed", checks.Unknown, "cannot be seen", otherCable},
		"a malformed entry": {func(c *device.Computer) {
			c.Mux.Malformed = 1
		}, "devices-listed", checks.Warning, "1 device in a form that cannot be understood, beside 1 other", replug},
		"a device on Wi-Fi alone": {func(c *device.Computer) {
			c.Mux.OnUSB, c.Mux.Cables, c.Mux.Networks = device.Known(0), 0, 1
		}, "devices-listed", checks.OK, "0 devices on USB and 1 on Wi-Fi", ""},
		"a record that is broken": {func(c *device.Computer) {
			c.Mux.Records["b"] = gap(device.Malformed, "")
		}, "pair-records-readable", checks.Problem, "could not be read", "sudo systemctl restart usbmuxd"},
		"no record": {func(c *device.Computer) {
			c.Mux.Records = map[string]device.Fact[bool]{"b": gap(device.NeverPaired, "")}
		}, "pair-records-readable", checks.Unknown, "no pair record of 1 listed device", "backupdoctor scan --pair"},
		"no folder for records": {func(c *device.Computer) {
			c.Mux.RecordsFolder = device.Known(false)
		}, "pair-records-readable", checks.Problem, "no folder for pair records", "sudo mkdir -p /var/lib/lockdown"},
		"folder closed on a Mac": {func(c *device.Computer) {
			c.OS, c.Folders[0].Read = "darwin", gap(device.NotPermitted, "")
		}, "backups-readable", checks.Problem, "may not read /b", "Full Disk Access"},
		"no folder of backups": {func(c *device.Computer) {
			c.Folders[0].Read = gap(device.Absent, "")
		}, "backups-readable", checks.Unknown, "there is no folder /b", ""},
		"no usual folder": {func(c *device.Computer) { c.Folders = nil }, "backups-readable", checks.Unknown, "no Apple program", "backupdoctor scan --backups"},
		"little room":     {func(c *device.Computer) { c.Rooms[0].FreeBytes = device.Known[uint64](500 << 20) }, "room", checks.Warning, "0.5 GB are free", "free room"},
		"no room":         {func(c *device.Computer) { c.Rooms[0].FreeBytes = device.Known[uint64](0) }, "room", checks.Problem, "0.0 GB are free", "free room"},
		"room not known":  {func(c *device.Computer) { c.Rooms[0].FreeBytes = device.Unknown[uint64](device.Unsupported) }, "room", checks.Unknown, "not known", ""},
		"clock in the past": {func(c *device.Computer) {
			c.Clock.Now = c.Clock.NotBefore.AddDate(-1, 0, 0)
		}, "clock", checks.Problem, "which is before", "sudo timedatectl set-ntp true"},
		"clock on its own": {func(c *device.Computer) { c.Clock.Synchronized = device.Known(false) }, "clock", checks.Unknown, "is not synchronized", "sudo timedatectl"},
		"clock not seen":   {func(c *device.Computer) { c.Clock.Synchronized = gap(device.Unsupported, "") }, "clock", checks.Unknown, "cannot be seen", ""},
		"an old table":     {func(c *device.Computer) { c.Releases.Date = now.AddDate(0, 0, -100) }, "releases-current", checks.Warning, "100 days ago", "backupdoctor releases update"},
		"a broken copy":    {func(c *device.Computer) { c.Releases.Updated = gap(device.Internal, "") }, "releases-current", checks.Warning, "cannot be used", "backupdoctor releases update"},
		"no history":       {func(c *device.Computer) { c.History = gap(device.Absent, "") }, "history-usable", checks.Unknown, "no history yet", "backupdoctor scan"},
		"a broken history": {func(c *device.Computer) { c.History = gap(device.Malformed, "") }, "history-usable", checks.Problem, "cannot be opened", "backupdoctor history"},
	} {
		t.Run(name, func(t *testing.T) {
			c := well()
			test.change(&c)
			l := lineOf(t, c, test.id)
			first := strings.Join(l.Remedies, "\n")
			if l.Status != test.status || !strings.Contains(l.Summary, test.summary) ||
				!strings.Contains(first, test.remedy) || test.remedy == "" && first != "" {
				t.Errorf("%+v", l)
			}
		})
	}
}
