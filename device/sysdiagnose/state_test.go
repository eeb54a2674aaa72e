package sysdiagnose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

const diskHead = "Filesystem     Size   Used  Avail Capacity iused      ifree %iused  Mounted on\n"

// diskTable has the format of a device's, in which the data volume is one of several.
const diskTable = diskHead +
	"/dev/disk1s1s1  119Gi  8.1Gi   41Gi    17%  412345 4294967295    0%   /\n" +
	"devfs            65Ki   65Ki    0Bi   100%     222          0  100%   /dev\n" +
	"/dev/disk1s2    119Gi   61Gi   41Gi    60%  512000 4294967295    0%   /private/var\n" +
	"/dev/disk1s5    119Gi   12Mi   41Gi     1%      12 4294967295    0%   /private/var/hardware\n"

func TestDisks(t *testing.T) {
	row := func(size, available string) string {
		return diskHead + "/dev/disk1s2 " + size + " 1 " + available + " 60% 1 1 0% /private/var\n"
	}
	for content, want := range map[string]string{
		diskTable:              fmt.Sprint(119<<30, " ", 41<<30),
		row("128G", "1.2G"):    "128000000000 1200000000",
		row("128GB", "312MB"):  "128000000000 312000000",
		row("64Gi", "500Mi"):   fmt.Sprint(64<<30, " ", 500<<20),
		row("64Gi", "0Bi"):     fmt.Sprint(64<<30, " 0"),
		row("64Gi", "-"):       fmt.Sprint(64<<30, " malformed"),
		row("64Gi", "-1Gi"):    fmt.Sprint(64<<30, " malformed"),
		row("64Gi", "65Gi"):    "implausible implausible",
		row("9999P", "1Gi"):    "implausible 1073741824",
		row("64 Gi", "500 Mi"): "malformed malformed",
		"Filesystem 512-blocks Used Available Capacity Mounted on\n/dev/disk1s2 1000 1 500 50% /private/var\n":  "512000 256000",
		"Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/disk1s2 1000 1 500 50% /private/var\n": "1024000 512000",
		"/dev/disk1s2 119Gi 61Gi 41Gi 60% 1 1 0% /private/var\n":                                                "absent absent", // without a header
		diskHead + "/dev/disk1s2 119Gi 61Gi 41Gi 60% 1 1 0% /private/var/mobile\n":                              "absent absent",
		diskHead + "overlay 119Gi 61Gi 41Gi 60% 1 1 0% /private/var\n":                                          "absent absent",
		diskHead + "/dev/disk1s2 /private/var\n":                                                                "absent absent",
		"":                                                                                                      "absent absent",
	} {
		disk := told(t, "disks.txt", content).archive.History.Disk
		if got := inWords(disk.TotalBytes) + " " + inWords(disk.FreeBytes); got != want {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
}

// networkArchive returns a keyed archive with one configuration, in NetworkExtension's
// format.
func networkArchive(key string, enabled, profile bool) map[string]any {
	configuration := map[string]any{
		"$class": plist.UID(3), "Name": plist.UID(4), key: plist.UID(2), "ProfileInfo": plist.UID(0), "PathController": plist.UID(0),
	}
	if profile {
		configuration["ProfileInfo"] = plist.UID(5)
	}
	return map[string]any{
		"$archiver": "NSKeyedArchiver", "$version": 100000, "$top": map[string]any{"root": plist.UID(1)},
		"$objects": []any{
			"$null",
			configuration,
			map[string]any{"$class": plist.UID(6), "Enabled": enabled},
			map[string]any{"$classname": "NEConfiguration", "$classes": []any{"NEConfiguration", "NSObject"}},
			"Ada's filter",
			map[string]any{"$class": plist.UID(6)},
			map[string]any{"$classname": "NSObject"},
		},
	}
}

func keyedArchive(t testing.TB, value any, format int) []byte {
	t.Helper()
	data, err := plist.Marshal(value, format)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestNetworkExtensions(t *testing.T) {
	const path = "logs/Networking/com.apple.networkextension.plist"
	for _, k := range extensionKeys {
		for _, enabled := range []bool{true, false} {
			for _, format := range []int{plist.BinaryFormat, plist.XMLFormat} {
				content := keyedArchive(t, networkArchive(k.key, enabled, enabled), format)
				is(t, k.key, told(t, path, string(content)).archive.History.Network.Extensions,
					[]device.NetworkExtension{{Kind: k.kind, Enabled: device.Known(enabled), FromProfile: enabled}})
			}
		}
	}
	objects := func(change func(objects []any)) string {
		list := networkArchive("VPN", true, false)
		change(list["$objects"].([]any))
		return string(keyedArchive(t, list, plist.BinaryFormat))
	}
	for name, test := range map[string]struct{ content, want string }{
		"nothing set up":           {objects(func(o []any) { o[1] = "x" }), "[]"},
		"another key":              {string(keyedArchive(t, networkArchive("PathController", true, false), plist.BinaryFormat)), "[]"},
		"another class":            {objects(func(o []any) { o[3] = map[string]any{"$classname": "NEOther"} }), "[]"},
		"a reference out of range": {objects(func(o []any) { o[1].(map[string]any)["VPN"] = plist.UID(99) }), "[]"},
		"a reference to itself":    {objects(func(o []any) { o[1].(map[string]any)["VPN"] = plist.UID(1) }), "1 unknown"},
		"no reference":             {objects(func(o []any) { o[1].(map[string]any)["VPN"] = "yes" }), "[]"},
		"a switch of another type": {objects(func(o []any) { o[2] = map[string]any{"Enabled": "yes"} }), "1 unknown"},
		"without objects":          {string(keyedArchive(t, map[string]any{"a": 1}, plist.BinaryFormat)), "absent"},
		"no list":                  {"no list", "malformed"},
	} {
		fact := told(t, path, test.content).archive.History.Network.Extensions
		got := inWords(fact)
		if list, err := fact.Get(); err == nil && len(list) == 1 {
			got = "1 known"
			if _, err := list[0].Enabled.Get(); err != nil {
				got = "1 unknown"
			}
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestShutdowns(t *testing.T) {
	at := func(seconds ...int64) []time.Time {
		times := []time.Time{}
		for _, s := range seconds {
			times = append(times, time.Unix(s, 0).UTC())
		}
		return times
	}
	for content, want := range map[string][]time.Time{
		"SIGTERM: [1789200000] All buffers flushed\n":                                                         at(1789200000),
		"\tSIGTERM: [1789200000]\nAfter 2s\nSIGTERM: [1789300000] x\r\nSIGTERM: [1789200000]\n":               at(1789300000, 1789200000),
		"SIGTERM: all buffers flushed @1789200000\n":                                                          at(1789200000),
		"remaining client pid: 91 (/SIGTERM: [1789200000])\nSIGTERM: [12]\nSIGTERM: [99999999999999999999]\n": at(),
		"": at(),
	} {
		for _, name := range []string{shutdownLog, "system_logs.logarchive/Extra/shutdown.0.log"} {
			is(t, content, told(t, name, content).archive.History.Shutdowns, want)
		}
	}
	lacks(t, "elsewhere", told(t, "shutdown.log", "SIGTERM: [1789200000]\n").archive.History.Shutdowns, device.Absent)

	var many strings.Builder
	for i := range 20 * maxShutdowns {
		fmt.Fprintf(&many, "SIGTERM: [%d]\n", 1700000000+i)
	}
	times, err := told(t, shutdownLog, many.String()).archive.History.Shutdowns.Get()
	if err != nil || len(times) != maxShutdowns || times[0].Unix() != 1700000000+20*maxShutdowns-1 {
		t.Errorf("%d shutdowns, %v", len(times), err)
	}
}
