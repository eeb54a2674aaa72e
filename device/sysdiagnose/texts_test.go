package sysdiagnose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

// told returns the result of reading one file of an archive.
func told(t *testing.T, path, content string) *reading {
	t.Helper()
	r := newReading(archiveName)
	if err := r.read(member{name: archiveName + "/" + path, size: int64(len(content)), Reader: strings.NewReader(content)}); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	r.finish()
	return r
}

func TestWiFiStatus(t *testing.T) {
	for content, want := range map[string]struct{ on, associated, signal string }{
		"Power : On [On]\nSSID : Home\nRSSI : -55 dBm":                  {"true", "true", "-55"},
		"Power : Off [Off]\nSSID : None\nBSSID : None\nRSSI : 0 dBm":    {"false", "false", "absent"},
		"Power : On\nSSID : None\nBSSID : 11:22:33:44:55:66\nRSSI : -9": {"true", "true", "-9"},
		"Power : On\nSSID : <redacted>\nRSSI : 0 dBm":                   {"true", "true", "implausible"},
		"Power : Maybe\nSSID : Home\nRSSI : strong":                     {"malformed", "true", "malformed"},
		"Apple : Reachable": {"absent", "absent", "absent"},
		"":                  {"absent", "absent", "absent"},
		"SSID : Home\nSSID : None\nRSSI : -60 dBm\nRSSI : -1 dBm": {"absent", "true", "-60"},
	} {
		network := told(t, "WiFi/wifi_status.txt", content).archive.History.Network
		got := []string{inWords(network.WiFiOn), inWords(network.Associated), inWords(network.SignalDBm)}
		if diff := cmp.Diff([]string{want.on, want.associated, want.signal}, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", content, diff)
		}
	}
}

func TestBattery(t *testing.T) {
	const begin = "+-o AppleSmartBattery  <class AppleSmartBattery>\n"
	for content, want := range map[string]string{
		begin + "\"ExternalConnected\" = Yes\n\"IsCharging\" = Yes\n\"CurrentCapacity\" = 100\n\"MaxCapacity\" = 100\n":    "true true 100",
		"+-o AppleARMPMUCharger <x>\n\"ExternalConnected\" = No\n\"CurrentCapacity\" = 900\n\"MaxCapacity\" = 1800\n":      "false absent 50",
		begin + "\"ExternalConnected\" = Perhaps\n\"CurrentCapacity\" = 101\n\"MaxCapacity\" = 100\n":                      "malformed absent implausible",
		begin + "\"CurrentCapacity\" = -1\n\"MaxCapacity\" = 0\n":                                                          "absent absent malformed",
		"+-o AppleSmartBatteryManager <x>\n\"ExternalConnected\" = Yes\n":                                                  "absent absent absent",
		begin + "+-o Child <x>\n\"ExternalConnected\" = Yes\n":                                                             "absent absent absent",
		begin + "\"BatteryData\" = {\"CurrentCapacity\"=7}\n" + strings.Repeat("x", 3*maxLine) + "\n\"IsCharging\" = No\n": "absent false absent",
	} {
		power := told(t, "ioreg/IOService.txt", content).archive.History.Power
		got := inWords(power.External) + " " + inWords(power.Charging) + " " + inWords(power.BatteryPercent)
		if got != want {
			t.Errorf("%.60q: %s, want %s", content, got, want)
		}
	}
}

func TestBrctl(t *testing.T) {
	for content, want := range map[string]string{
		"5368709120 bytes of quota remaining in personal account": "5368709120",
		"2098962726220 bytes of quota remaining\n":                "2098962726220",
		"x\n0 bytes of quota remaining in personal account\n":     "0",
		"no quota remaining":                          "absent",
		"Logged out - iCloud Drive is not configured": "absent",
		"": "absent",
	} {
		for _, path := range []string{"brctl/brctl-dump.txt", "brctl/brctl-quota.txt"} {
			if got := inWords(told(t, path, content).archive.History.Account.FreeBytes); got != want {
				t.Errorf("%s %q: %s, want %s", path, content, got, want)
			}
		}
	}
	if got := inWords(told(t, "brctl/containers/x.txt", "5 bytes of quota remaining").archive.History.Account.FreeBytes); got != "absent" {
		t.Errorf("a file further below: %s", got)
	}
}

func TestDumpstate(t *testing.T) {
	for content, want := range map[string]string{
		"Local device\n\tUniqueDeviceID => " + testUDID + "\n":                                testUDID,
		"Local device\n\tUniqueDeviceID => " + strings.Repeat("0aF1", 10) + "\n":              strings.Repeat("0aF1", 10),
		"Local device\n\tUniqueDeviceID => ../../x\n":                                         "",
		"Found watch\n\tUniqueDeviceID => 00008310-0000000000000001\n":                        "",
		"Local device\nFound watch\n\tUniqueDeviceID => 00008310-0000000000000001\n":          "",
		"Found watch\n\tUniqueDeviceID => y\nLocal device\n\tUniqueDeviceID => " + testUDID:   testUDID,
		"Local device\n\tUniqueDeviceID => " + strings.Repeat("0", 39) + "\x1b":               "",
		"Local device\n\tProductType => iPhone17,2\n\tUniqueDeviceID: 00008310-0000000000000": "",
	} {
		if got := told(t, "remotectl_dumpstate.txt", content).archive.Device.UDID; got != want {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
	}
}

// inWords returns a fact's value or its reason.
func inWords[T any](fact device.Fact[T]) string {
	value, err := fact.Get()
	if err != nil {
		return string(device.GapOf(err).Reason)
	}
	return fmt.Sprint(value)
}

// FuzzTexts checks that no text makes its parser panic or gives an impossible fact.
func FuzzTexts(f *testing.F) {
	for _, content := range []string{"Power : On\nRSSI : -5 dBm", "+-o AppleSmartBattery\n\"IsCharging\" = Yes", "7 bytes of quota remaining", "Local device\n\tUniqueDeviceID => x", diskTable, "SIGTERM: [1789200000] All buffers flushed"} {
		f.Add(content)
	}
	f.Add(string(keyedArchive(f, networkArchive("ContentFilter", true, false), plist.BinaryFormat)))
	f.Add(string(keyedArchive(f, networkArchive("VPN", false, true), plist.XMLFormat)))
	f.Fuzz(func(t *testing.T, content string) {
		for path := range files {
			r := told(t, path, content)
			if percent, err := r.archive.History.Power.BatteryPercent.Get(); err == nil && percent > 100 {
				t.Errorf("a battery of %d %%", percent)
			}
			if level, err := r.archive.History.Network.SignalDBm.Get(); err == nil && (level >= 0 || level < -120) {
				t.Errorf("a signal of %d dBm", level)
			}
			disk := r.archive.History.Disk
			free, errFree := disk.FreeBytes.Get()
			if total, err := disk.TotalBytes.Get(); err == nil && errFree == nil && free > total {
				t.Errorf("%d bytes of %d free", free, total)
			}
			if times, err := r.archive.History.Shutdowns.Get(); err == nil && len(times) > maxShutdowns {
				t.Errorf("%d shutdowns", len(times))
			}
			if extensions, err := r.archive.History.Network.Extensions.Get(); err == nil && len(extensions) > maxExtensions {
				t.Errorf("%d extensions", len(extensions))
			}
		}
	})
}
