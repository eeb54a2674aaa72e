package sysdiagnose

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

const (
	archiveName = "sysdiagnose_2026.09.13_13-52-59+0100_iPhone-OS_iPhone_23G90"
	testUDID    = "00008140-001A2B3C4D5E6F70"
)

var madeAt = time.Date(2026, 9, 13, 12, 52, 59, 0, time.UTC)

// whole has the files of a complete archive. The texts have the format of real ones.
func whole(t testing.TB) map[string]string {
	t.Helper()
	list := func(value any) string {
		data, err := plist.Marshal(value, plist.BinaryFormat)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return map[string]string{
		"logs/MobileBackup/com.apple.MobileBackup.plist": list(map[string]any{
			"FailureCount": 5,
			"BackupStateInfo": map[string]any{"errors": []any{
				map[string]any{"domain": "MBErrorDomain", "code": 209, "date": madeAt.Add(-18 * time.Hour)},
				map[string]any{"domain": "MBErrorDomain", "code": 202, "date": madeAt.Add(-17 * time.Hour), "localizedDescription": "Backup cancelled (com.apple.backupd.wifi)"},
			}},
			"LastOnConditionEvents": []any{"2026-09-12T20:10:49.051+01:00|158.5|1|1|1|0|1|1|120|73683|15023|0|MBErrorDomain|202|2|0|0|0|0"},
			"PreflightSizing":       map[string]any{"_TotalSize": 31_198_674},
		}),
		"logs/MCState/User/EffectiveUserSettings.plist":       list(map[string]any{"restrictedBool": map[string]any{"allowCloudBackup": map[string]any{"value": true}}}),
		"logs/MCState/Shared/CloudConfigurationDetails.plist": list(map[string]any{"IsSupervised": false}),
		"logs/SystemVersion/SystemVersion.plist":              list(map[string]any{"ProductVersion": "26.6.2", "ProductBuildVersion": "23G90"}),
		"WiFi/com.apple.wifi.known-networks.plist":            list(map[string]any{"wifi.network.ssid.Home": map[string]any{"LowDataMode": true}}),
		"WiFi/wifi_status.txt": "WIFI\n    Interface Name       : en0\n    Power                : On [On]\n" +
			"    SSID                 : Ada's network\n    BSSID                : None\n    RSSI                 : -55 dBm\n",
		"ioreg/IOService.txt": "+-o Root  <class IORegistryEntry>\n  | {\n  |   \"IsCharging\" = Yes\n  | }\n" +
			"  +-o AppleSmartBattery  <class AppleSmartBattery, id 0x1>\n    |   {\n    |     \"ExternalConnected\" = No\n" +
			"    |     \"IsCharging\" = No\n    |     \"CurrentCapacity\" = 41\n    |     \"MaxCapacity\" = 100\n    |   }\n  +-o Next  <class X>\n",
		"brctl/brctl-dump.txt": "header\n\x1b[1m+ quota\x1b[0m: 1234567890 bytes of quota remaining in personal account\n",
		"remotectl_dumpstate.txt": "Local device\n\tUUID: 1\n\tProperties: {\n\t\tUniqueDeviceID => " + testUDID + "\n" +
			"\t\tProductType => iPhone17,2\n\t\tDeviceClass => iPhone\n\t\tOSVersion => 26.6.2\n\t}\n" +
			"Found watch (companion)\n\tProperties: {\n\t\tUniqueDeviceID => 00008310-0000000000000001\n\t\tProductType => Watch7,1\n\t}\n",
		"disks.txt": diskTable,
		shutdownLog: "After 1.26s, these clients are still here:\n\t\tremaining client pid: 91 (/usr/libexec/backupd)\nSIGTERM: [1789200000] All buffers flushed\n",
		"system_logs.logarchive/Extra/shutdown.0.log":                    "SIGTERM: [1789000000] All buffers flushed\n",
		"logs/Networking/com.apple.networkextension.plist":               list(networkArchive("DNSProxy", true, true)),
		"crashes_and_spins/cloudd-2026-09-11-031215.ips":                 "{}\n",
		"crashes_and_spins/Retired/backupd-2026-09-12-031215.000.ips":    "{}\n",
		"crashes_and_spins/Instagram-2026-09-11-031215.ips":              "{}\n",
		"system_logs.logarchive/Persist/0000000000000001.tracev3":        strings.Repeat("tracev3 ", 1<<15),
		"summaries/crashes_and_spins.log":                                "/a/b\n",
		"crashes_and_spins/Panics/panic-full-2026-09-10-031215.000.ips":  "{}\n",
		"crashes_and_spins/ExcUserFault_backupd-2026-09-11-031215.ips":   "{}\n",
		"crashes_and_spins/backupd.cpu_resource-2026-09-11-031215.ips":   "{}\n",
		"logs/MobileBackup/com.apple.MobileBackup.plist.unrelated.plist": "nonsense",
	}
}

// packed returns an archive of files in order of their names.
func packed(t testing.TB, root string, files map[string]string) []byte {
	t.Helper()
	var headers []tar.Header
	for _, name := range slices.Sorted(maps.Keys(files)) {
		headers = append(headers, tar.Header{Name: root + "/" + name, Size: int64(len(files[name])), Typeflag: tar.TypeReg, Mode: 0o600})
	}
	return compressed(t, func(list *tar.Writer) {
		for _, header := range headers {
			write(t, list, header, files[strings.TrimPrefix(header.Name, root+"/")])
		}
	})
}

func write(t testing.TB, list *tar.Writer, header tar.Header, content string) {
	t.Helper()
	if err := list.WriteHeader(&header); err != nil {
		t.Fatal(err)
	}
	if _, err := list.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
}

func compressed(t testing.TB, fill func(*tar.Writer)) []byte {
	t.Helper()
	var file bytes.Buffer
	plain := gzip.NewWriter(&file)
	list := tar.NewWriter(plain)
	fill(list)
	if err := errors.Join(list.Close(), plain.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func unzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	list, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(list)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// saved writes a file and returns its path.
func saved(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, name string, data []byte) Archive {
	t.Helper()
	archive, err := Read(t.Context(), saved(t, name, data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// is fails unless a fact is known and has the wanted value.
func is[T any](t *testing.T, what string, fact device.Fact[T], want T) {
	t.Helper()
	got, err := fact.Get()
	all := cmp.Exporter(func(reflect.Type) bool { return true }) // for nested facts
	if diff := cmp.Diff(want, got, all); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got)\n%s", what, err, diff)
	}
}

// lacks fails unless a fact is unknown for the given reason.
func lacks[T any](t *testing.T, what string, fact device.Fact[T], want device.Reason) {
	t.Helper()
	if got, err := fact.Get(); !errors.Is(err, want) {
		t.Errorf("%s: %v, %v; want %v", what, got, err, want)
	}
}

func TestRead(t *testing.T) {
	archive := readFile(t, archiveName+".tar.gz", packed(t, archiveName, whole(t)))
	h, id := archive.History, archive.Device
	if h.Source != "sysdiagnose" || h.Ended != (device.Gap{}) || archive.Members != uint64(len(whole(t))) {
		t.Errorf("source %q, ended %v, %d members", h.Source, h.Ended, archive.Members)
	}
	is(t, "as of", h.AsOf, madeAt)
	if id.UDID != testUDID {
		t.Errorf("UDID %q", id.UDID)
	}
	is(t, "class", id.Class, "iPhone")
	is(t, "model", id.ProductType, "iPhone17,2")
	is(t, "version", id.ProductVersion, "26.6.2")
	is(t, "build", id.BuildVersion, "23G90")
	lacks(t, "name", id.Name, device.Absent)

	results, err := h.CloudBackup.Results.Get()
	if err != nil || len(results) != 2 || results[0].Code != 202 {
		t.Errorf("results %+v, %v", results, err)
	}
	is(t, "failures", h.Schedule.FailureCount, 5)
	if windows, err := h.Schedule.Windows.Get(); err != nil || len(windows) != 1 {
		t.Errorf("windows %+v, %v", windows, err)
	}
	is(t, "next backup", h.Next.TotalBytes, 31_198_674)
	is(t, "backup allowed", h.Restrictions.CloudBackupAllowed, true)
	is(t, "supervised", h.Restrictions.Supervised, false)
	is(t, "known networks", h.Network.KnownNetworks, 1)
	is(t, "Wi-Fi on", h.Network.WiFiOn, true)
	is(t, "associated", h.Network.Associated, true)
	is(t, "signal", h.Network.SignalDBm, -55)
	is(t, "power", h.Power.External, false)
	is(t, "charging", h.Power.Charging, false)
	is(t, "battery", h.Power.BatteryPercent, 41)
	is(t, "free in iCloud", h.Account.FreeBytes, 1234567890)
	is(t, "storage", h.Disk.TotalBytes, 119<<30)
	is(t, "free storage", h.Disk.FreeBytes, 41<<30)
	is(t, "extensions", h.Network.Extensions, []device.NetworkExtension{{Kind: device.ExtensionDNSProxy, Enabled: device.Known(true), FromProfile: true}})
	is(t, "shutdowns", h.Shutdowns, []time.Time{time.Unix(1789200000, 0).UTC(), time.Unix(1789000000, 0).UTC()})
	is(t, "crashes", h.Crashes, []device.Crash{
		{Process: "backupd", At: time.Date(2026, 9, 12, 2, 12, 15, 0, time.UTC)},
		{Process: "cloudd", At: time.Date(2026, 9, 11, 2, 12, 15, 0, time.UTC)},
		{Process: "panic-full", At: time.Date(2026, 9, 10, 2, 12, 15, 0, time.UTC)},
	})
}

// All forms of an archive give the same result.
func TestReadForms(t *testing.T) {
	files := whole(t)
	want := readFile(t, archiveName+".tar.gz", packed(t, archiveName, files))

	folder := filepath.Join(t.TempDir(), archiveName)
	unpack(t, folder, files)
	renamed := filepath.Join(t.TempDir(), "case 7")
	withLog := maps.Clone(files)
	withLog["sysdiagnose.log"] = "2026 begin\ncollecting to /var/tmp/IN_PROGRESS_" + archiveName + ".tmp\n"
	unpack(t, renamed, withLog)

	for name, path := range map[string]string{
		"a tar file":                saved(t, archiveName+".tar", unzipped(t, packed(t, archiveName, files))),
		"renamed":                   saved(t, "case.tgz", packed(t, archiveName, files)),
		"names that begin with a .": saved(t, "case.tgz", packed(t, "./"+archiveName, files)),
		"unpacked":                  folder,
		"unpacked into a folder":    filepath.Dir(folder),
		"unpacked and renamed":      renamed,
	} {
		got, err := Read(t.Context(), path, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got.History.Origin, got.Members = want.History.Origin, want.Members
		if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
			t.Errorf("%s (-archive +this)\n%s", name, diff)
		}
	}
}

func unpack(t testing.TB, folder string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Links in a folder are not followed.
func TestFolderFollowsNoLinks(t *testing.T) {
	folder := filepath.Join(t.TempDir(), archiveName)
	files := whole(t)
	secret := files["WiFi/wifi_status.txt"]
	delete(files, "WiFi/wifi_status.txt")
	unpack(t, folder, files)
	if err := os.Symlink(saved(t, "elsewhere.txt", []byte(secret)), filepath.Join(folder, "WiFi", "wifi_status.txt")); err != nil {
		t.Skip("this system has no links:", err)
	}
	archive, err := Read(t.Context(), folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	lacks(t, "what a link leads to", archive.History.Network.SignalDBm, device.Absent)
}

// Facts that are not in the archive are Absent, not false.
func TestReadAlmostNothing(t *testing.T) {
	archive := readFile(t, "x.tar.gz", packed(t, archiveName, map[string]string{"ps.txt": ""}))
	h := archive.History
	is(t, "as of", h.AsOf, madeAt)
	is(t, "crashes", h.Crashes, []device.Crash{})
	for what, err := range map[string]error{
		"results":   reasonOf(h.CloudBackup.Results),
		"allowed":   reasonOf(h.Restrictions.CloudBackupAllowed),
		"network":   reasonOf(h.Network.Associated),
		"power":     reasonOf(h.Power.External),
		"free":      reasonOf(h.Account.FreeBytes),
		"version":   reasonOf(archive.Device.ProductVersion),
		"supervise": reasonOf(h.Restrictions.Supervised),
		"storage":   reasonOf(h.Disk.FreeBytes),
		"filters":   reasonOf(h.Network.Extensions),
		"shutdowns": reasonOf(h.Shutdowns),
	} {
		if !errors.Is(err, device.Absent) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if archive.Device.UDID != "" {
		t.Errorf("UDID %q", archive.Device.UDID)
	}
}

func reasonOf[T any](fact device.Fact[T]) error {
	_, err := fact.Get()
	return err
}

// A file that cannot be parsed does not affect the others.
func TestBrokenFileCostsItsOwnFacts(t *testing.T) {
	files := whole(t)
	files["logs/MobileBackup/com.apple.MobileBackup.plist"] = "bplist00 and no more"
	archive := readFile(t, archiveName+".tar.gz", packed(t, archiveName, files))
	if archive.History.Ended != (device.Gap{}) {
		t.Errorf("ended: %v", archive.History.Ended)
	}
	if err := reasonOf(archive.History.CloudBackup.Results); err == nil || errors.Is(err, device.Absent) {
		t.Errorf("results of a broken file: %v", err)
	}
	is(t, "signal", archive.History.Network.SignalDBm, -55)
}

func TestEnormousMemberIsNotHeld(t *testing.T) {
	files := whole(t)
	files["logs/MobileBackup/com.apple.MobileBackup.plist"] = strings.Repeat("\x00", maxMember+1)
	archive := readFile(t, archiveName+".tar.gz", packed(t, archiveName, files))
	lacks(t, "results", archive.History.CloudBackup.Results, device.Oversized)
}

// Wherever an archive is truncated, facts read before that point are kept, and the rest are
// unknown for that reason.
func TestTruncated(t *testing.T) {
	files := whole(t)
	data := packed(t, archiveName, files)
	for cut := len(data) - 1; cut > 0; cut -= max(1, len(data)/60) {
		archive, err := Read(t.Context(), saved(t, archiveName+".tar.gz", data[:cut]), Options{})
		if errors.Is(err, ErrForeign) && cut < len(data)/4 {
			continue // too short to be recognized as a sysdiagnose
		}
		if err != nil {
			t.Fatal(err)
		}
		if archive.History.Ended.Reason != device.Truncated {
			t.Errorf("cut at %d of %d: ended %v", cut, len(data), archive.History.Ended)
		}
		if err := reasonOf(archive.History.CloudBackup.Results); err != nil && !errors.Is(err, device.Truncated) {
			t.Errorf("cut at %d: results %v", cut, err)
		}
		if crashes, err := archive.History.Crashes.Get(); err == nil && len(crashes) == 0 {
			t.Errorf("cut at %d: claims that there were no crashes", cut)
		}
	}
	data[len(data)-5] ^= 1 // corrupt the checksum
	if archive := readFile(t, "x.tar.gz", data); archive.History.Ended.Reason != device.Malformed {
		t.Errorf("with a wrong checksum: ended %v", archive.History.Ended)
	}
	archive := readFile(t, "x.tar.gz", data[:len(data)*9/10])
	is(t, "a file before the cut", archive.History.Network.SignalDBm, -55)
}

func TestForeign(t *testing.T) {
	notes := compressed(t, func(list *tar.Writer) {
		write(t, list, tar.Header{Name: "notes/logs.txt", Size: 2, Typeflag: tar.TypeReg}, "hi")
	})
	folder := t.TempDir()
	unpack(t, folder, map[string]string{"a.txt": "b"})
	for name, path := range map[string]string{
		"another archive": saved(t, "notes.tar.gz", notes),
		"a text":          saved(t, "a.txt", []byte("not an archive")),
		"nothing":         saved(t, "empty", nil),
		"a photo":         saved(t, "a.jpg", []byte("\xff\xd8\xff\xe0")),
		"half a gzip":     saved(t, "half.gz", []byte("\x1f\x8b\x08")),
		"a folder":        folder,
	} {
		if archive, err := Read(t.Context(), path, Options{}); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %+v, %v", name, archive, err)
		}
	}
	if _, err := Read(t.Context(), filepath.Join(folder, "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A malicious archive is rejected, and facts read before that point are kept.
func TestHostile(t *testing.T) {
	good := tar.Header{Name: archiveName + "/WiFi/wifi_status.txt", Typeflag: tar.TypeReg}
	status := "Power : On [On]\nSSID : x\nRSSI : -40 dBm\n"
	good.Size = int64(len(status))
	for name, header := range map[string]tar.Header{
		"a path that climbs":    {Name: archiveName + "/../../etc/passwd", Typeflag: tar.TypeReg},
		"an absolute path":      {Name: "/etc/passwd", Typeflag: tar.TypeReg},
		"a path without end":    {Name: archiveName + strings.Repeat("/x", maxName), Typeflag: tar.TypeReg},
		"a link that climbs":    {Name: "../x", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink},
		"larger than any phone": {Name: archiveName + "/x", Size: maxBytes + 1, Typeflag: tar.TypeReg},
	} {
		var file bytes.Buffer
		list := tar.NewWriter(&file)
		write(t, list, good, status)
		if err := list.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		list.Flush() // ignore the error about missing content
		archive := readFile(t, "x.tar", file.Bytes())
		if archive.History.Ended.Reason != device.Hostile {
			t.Errorf("%s: ended %v", name, archive.History.Ended)
		}
		is(t, name+": what came before", archive.History.Network.SignalDBm, -40)
		lacks(t, name+": what did not", archive.History.Power.External, device.Hostile)
	}
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestArchiveBombIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds to make")
	}
	const size = freeBytes + freeBytes/2
	data := compressed(t, func(list *tar.Writer) {
		header := tar.Header{Name: archiveName + "/system_logs.logarchive/x", Size: size, Typeflag: tar.TypeReg}
		if err := list.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(list, io.LimitReader(zeros{}, size)); err != nil {
			t.Fatal(err)
		}
	})
	archive := readFile(t, archiveName+".tar.gz", data)
	if archive.History.Ended.Reason != device.Hostile {
		t.Errorf("%d MB that unpack to %d MB: ended %v", len(data)>>20, size>>20, archive.History.Ended)
	}
}

func TestEndlessMembers(t *testing.T) {
	if testing.Short() {
		t.Skip("half a million members in one goroutine: the race detector finds no more in them")
	}
	r := newReading(archiveName)
	endless := func(yield func(member, error) bool) {
		for i := 0; ; i++ {
			if !yield(member{name: fmt.Sprintf("%s/crashes_and_spins/backupd-2026-09-11-%06d.ips", archiveName, i%240000), Reader: bytes.NewReader(nil)}, nil) {
				return
			}
		}
	}
	archive, err := r.take(t.Context(), endless, Options{})
	if err != nil || archive.History.Ended.Reason != device.Hostile {
		t.Errorf("ended %v, %v", archive.History.Ended, err)
	}
	if crashes, err := archive.History.Crashes.Get(); err != nil || len(crashes) > maxCrashes {
		t.Errorf("%d crashes, %v", len(crashes), err)
	}
}

func TestReadStops(t *testing.T) {
	path := saved(t, archiveName+".tar.gz", packed(t, archiveName, whole(t)))
	ctx, stop := context.WithCancel(t.Context())
	archive, err := Read(ctx, path, Options{Progress: func(p Progress) {
		if p.Members == 3 {
			stop()
		}
		if p.TotalBytes == 0 || p.Bytes > p.TotalBytes {
			t.Errorf("progress %+v", p)
		}
	}})
	if err != nil || archive.History.Ended.Reason != device.Interrupted || archive.Members != 3 {
		t.Errorf("ended %v after %d members, %v", archive.History.Ended, archive.Members, err)
	}
}

// FuzzRead checks that no archive makes the reader panic, and that facts that were not read
// are unknown.
func FuzzRead(f *testing.F) {
	// Small uncompressed seeds, which a fuzzer can mutate and minimize.
	for _, name := range []string{"WiFi/wifi_status.txt", "remotectl_dumpstate.txt", "crashes_and_spins/cloudd-2026-09-11-031215.ips"} {
		f.Add(unzipped(f, packed(f, archiveName, map[string]string{name: whole(f)[name]})))
	}
	f.Add(packed(f, "x", map[string]string{"WiFi/wifi_status.txt": "Power : On"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newReading(archiveName)
		archive, err := r.take(t.Context(), tarMembers(&counter{r: bytes.NewReader(data)}), Options{})
		if errors.Is(err, ErrForeign) {
			return // not a sysdiagnose
		}
		if err != nil {
			t.Fatalf("neither an archive nor foreign: %v", err)
		}
		if archive.History.Ended != (device.Gap{}) {
			if crashes, err := archive.History.Crashes.Get(); err == nil && len(crashes) == 0 {
				t.Error("claims that there were no crashes")
			}
		}
		h := archive.History
		if h.Network.Associated.IsZero() || h.CloudBackup.Results.IsZero() || h.Disk.FreeBytes.IsZero() || h.Network.Extensions.IsZero() || h.Shutdowns.IsZero() {
			t.Error("a fact was left unasked")
		}
	})
}
