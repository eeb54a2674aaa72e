package sim

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"howett.net/plist"
)

// phoneWithSysdiagnose returns a device with a sysdiagnose of two files.
func phoneWithSysdiagnose(t *testing.T) *Device {
	t.Helper()
	notebook := `<plist><dict><key>RetryAfter</key><date>2026-01-03T00:00:00Z</date>
		<key>LastOnConditionEvents</key><array><string>2026-01-01T02:00:00.000+01:00|60.5|1|1|1|0</string></array></dict></plist>`
	devices, err := Load(fstest.MapFS{
		"phone/sim.plist":  {Data: []byte(`<plist><dict><key>RecordedAt</key><date>2026-01-02T00:00:00Z</date></dict></plist>`)},
		"phone/root.plist": {Data: []byte(`<plist><dict><key>UniqueDeviceID</key><string>00008140-0000000000000001</string><key>DeviceClass</key><string>iPhone</string><key>BuildVersion</key><string>23G90</string></dict></plist>`)},
		"phone/sysdiagnose/logs/MobileBackup/com.apple.MobileBackup.plist": {Data: []byte(notebook)},
		"phone/sysdiagnose/WiFi/wifi_status.txt":                           {Data: []byte("RSSI : -55 dBm\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return devices[0]
}

// An archive, including the dates in it, is dated by the tray's clock.
func TestSysdiagnoseStaysFresh(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	tray, err := New(func() time.Time { return now }, phoneWithSysdiagnose(t))
	if err != nil {
		t.Fatal(err)
	}
	const name = "sysdiagnose_2026.03.02_12-00-00+0000_iPhone-OS_iPhone_23G90"
	archive, ok := tray.plugged[0].Archives[name+".tar.gz"]
	if !ok {
		t.Fatalf("the archives are %v", tray.plugged[0].Archives)
	}
	members := unpack(t, archive)
	var notebook struct {
		RetryAfter            time.Time
		LastOnConditionEvents []string
	}
	if _, err := plist.Unmarshal(members[name+"/logs/MobileBackup/com.apple.MobileBackup.plist"], &notebook); err != nil {
		t.Fatal(err)
	}
	if want := now.AddDate(0, 0, 1); !notebook.RetryAfter.Equal(want) {
		t.Errorf("a date in it is %v, want %v", notebook.RetryAfter, want)
	}
	if got := notebook.LastOnConditionEvents[0]; got != "2026-03-01T14:00:00.000+01:00|60.5|1|1|1|0" {
		t.Errorf("an event in it is %q", got)
	}
	if got := string(members[name+"/remotectl_dumpstate.txt"]); !strings.Contains(got, "UniqueDeviceID => 00008140-0000000000000001\n") {
		t.Errorf("it does not say whose it is: %q", got)
	}
}

func unpack(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	members := map[string][]byte{}
	for list := tar.NewReader(plain); ; {
		header, err := list.Next()
		if err == io.EOF {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		if members[header.Name], err = io.ReadAll(list); err != nil {
			t.Fatal(err)
		}
	}
}

// Gathering takes time: nothing at first, then a folder, then the archive.
func TestGathering(t *testing.T) {
	device := newPlugged(&Tray{}, &Device{Archives: map[string][]byte{"sysdiagnose_x.tar.gz": []byte("x")}, ArchivesAfter: 2})
	for visit, want := range []string{"", "/DiagnosticLogs/sysdiagnose/IN_PROGRESS_sysdiagnose_x.tmp/", "/DiagnosticLogs/sysdiagnose/sysdiagnose_x.tar.gz"} {
		shown := device.archives()
		_, ok := shown[want]
		if len(shown) != min(visit, 1) || visit > 0 && !ok {
			t.Errorf("visit %d shows %v, want %q", visit+1, shown, want)
		}
	}
}

func TestLoadNamesTheSysdiagnoseFileThatIsWrong(t *testing.T) {
	_, err := loadMembers(fstest.MapFS{"sysdiagnose/logs/x.plist": {Data: []byte("<plist>")}})
	if err == nil || !strings.Contains(err.Error(), "logs/x.plist") {
		t.Errorf("%v", err)
	}
}
