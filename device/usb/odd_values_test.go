package usb

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
)

// oddValues are invalid values that real devices occasionally send.
var oddValues = map[string]string{
	"integer over 64 bits":  "<integer>99999999999999999999</integer>",
	"integer that is none":  "<integer>many</integer>",
	"year beyond 9999":      "<date>12026-01-01T00:00:00Z</date>",
	"data that is none":     "<data>!!</data>",
	"unknown element":       "<null/>",
	"unknown, with content": "<what><dict><key>DeviceName</key><string>x</string></dict></what>",
	"real that is none":     "<real>0,5</real>",
	"no element":            "",
}

// In the reply of any service, a value that cannot be decoded affects only what depends on it.
func TestOddValuesCostThemselves(t *testing.T) {
	undecodable := func(names ...string) row { return all(device.Undecodable, names...) }
	places := map[string]struct {
		at, key string
		row     row
	}{
		"device name":    {"root", "DeviceName", undecodable("device.name")},
		"serial number":  {"root", "SerialNumber", undecodable("device.serial")},
		"UDID":           {"root", "UniqueDeviceID", undecodable("live.recognized")},
		"class":          {"root", "DeviceClass", undecodable("device.class")},
		"a value unused": {"root", "ChipID", nil},
		"lock":           {"root", "PasswordProtected", undecodable("live.lockedNow")},
		"firmware":       {"root", "NonVolatileRAM", undecodable("live.account.findMyAccount", "live.account.activationLock")},
		"masked account": {"root", "fm-account-masked", undecodable("live.account.findMyAccount")},
		"backup switch":  {domainBackup, "CloudBackupEnabled", undecodable("live.cloudBackup.enabled")},
		"backup date":    {domainBackup, "LastCloudBackupDate", undecodable("live.cloudBackup.last")},
		"free space":     {domainDisk, "AmountDataAvailable", undecodable("live.disk.freeBytes")},
		"set-up":         {domainSetup, "SetupDone", undecodable("live.setup.done")},
		"Find My":        {domainFindMy, "IsAssociated", undecodable("live.account.findMy")},
		"locale":         {domainInternational, "Locale", undecodable("live.locale")},
		"clock":          {"root/" + timeKey, "Value", undecodable("live.clockSkewSeconds")},
		"supervision":    {"com.apple.mobile.MCInstall", "IsSupervised", nil},
		"power":          {"com.apple.mobile.diagnostics_relay", "Watts", undecodable("live.power.adapterWatts")},
		"app":            {"com.apple.mobile.installation_proxy", "CFBundleIdentifier", nil},
		"whole domain":   {domainBackup, "Value", undecodable(fromBackup...)},
		"session id":     {"StartSession", "SessionID", nil},
	}
	healthy := rowOf(t, readOne(t, patient(t, "healthy-iphone")))
	n := 0
	for _, place := range slices.Sorted(maps.Keys(places)) {
		where := places[place]
		for _, name := range slices.Sorted(maps.Keys(oddValues)) {
			element := oddValues[name]
			if n++; n%4 > 0 && testing.Short() {
				continue // all are read by the same goroutines
			}
			t.Run(place+", "+name, func(t *testing.T) {
				t.Parallel()
				fault := sim.Fault{Kind: sim.OddValue, At: where.at, Key: where.key, Error: element}
				snapshot := readOne(t, patient(t, "healthy-iphone", fault))
				if diff := cmp.Diff(healthy.but(where.row), rowOf(t, snapshot)); diff != "" {
					t.Errorf("row (-want +got):\n%s", diff)
				}
				if snapshot.Live.Ended.Reason != "" {
					t.Errorf("ended for %q", snapshot.Live.Ended.Reason)
				}
			})
		}
	}
}

// Unusual but decodable text is read.
func TestOddTextsAreRead(t *testing.T) {
	for name, test := range map[string]struct{ element, want string }{
		"control characters": {"<string>Phone\x01\x1b[2J\x07</string>", "Phone\x01\x1b[2J\x07"},
		"reference to one":   {"<string>a&#1;b</string>", "a\x01b"},
		"not UTF-8":          {"<string>Anna\xe2\x80s</string>", "Anna\uFFFDs"},
		"bare ampersand":     {"<string>Tom & Jerry</string>", "Tom & Jerry"},
	} {
		t.Run(name, func(t *testing.T) {
			snapshot := readOne(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.OddValue, At: "root", Key: "DeviceName", Error: test.element}))
			if got, err := snapshot.Device.Name.Get(); got != test.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
	signed := readOne(t, patient(t, "healthy-iphone", sim.Fault{Kind: sim.OddValue, At: domainBattery, Key: "BatteryCurrentCapacity", Error: "<integer>+55</integer>"}))
	if percent, err := signed.Live.Power.BatteryPercent.Get(); percent != 55 || err != nil {
		t.Errorf("a number with a plus: %d, %v", percent, err)
	}
}
