package sim_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

func TestEveryDeviceSaysWhatItHas(t *testing.T) {
	udids := map[string]string{}
	for _, device := range load(t) {
		if device.Note == "" || !strings.HasSuffix(device.Note, ".") {
			t.Errorf("%s: its note is %q", device.Name, device.Note)
		}
		if other, taken := udids[device.UDID()]; taken {
			t.Errorf("%s has the UDID of %s", device.Name, other)
		}
		udids[device.UDID()] = device.Name
		root := file[map[string]any](t, device.Name, "root")
		if least := 45; len(root) < least {
			t.Errorf("%s: %d root values, real devices have more than %d", device.Name, len(root), least)
		}
	}
}

func TestLoadNamesTheFileThatIsWrong(t *testing.T) {
	good := fstest.MapFS{
		"phone/sim.plist":  {Data: []byte(`<plist><dict><key>RecordedAt</key><date>2026-01-01T00:00:00Z</date></dict></plist>`)},
		"phone/root.plist": {Data: []byte(`<plist><dict><key>UniqueDeviceID</key><string>x</string></dict></plist>`)},
	}
	if devices, err := sim.Load(good); err != nil || len(devices) != 1 || devices[0].UDID() != "x" {
		t.Fatalf("the smallest device: %v, %v", devices, err)
	}
	for name, file := range map[string]string{
		"phone/sim.plist":                      `<plist><dict/></plist>`,
		"phone/root.plist":                     `<plist><dict/></plist>`,
		"phone/com.apple.mobile.backup.plist":  `<plist><array/></plist>`,
		"phone/ioregistry/IO80211.plist":       `<plist>`,
		"phone/mcinstall/GetProfileList.plist": `<plist>`,
		"phone/crashreports.plist":             `<plist><dict/></plist>`,
		"phone/apps.plist":                     `<plist><string/></plist>`,
	} {
		broken := fstest.MapFS{name: {Data: []byte(file)}}
		for path, data := range good {
			if _, ok := broken[path]; !ok {
				broken[path] = data
			}
		}
		base := name[strings.LastIndex(name, "/")+1:]
		if _, err := sim.Load(broken); err == nil || !strings.Contains(err.Error(), "phone: ") || !strings.Contains(err.Error(), base) {
			t.Errorf("with a bad %s: %v", name, err)
		}
	}
}

// Faults of the mux can be loaded from a folder: in its list and in its responses.
func TestLoadFaultsOfTheMux(t *testing.T) {
	const head = `<plist><dict><key>RecordedAt</key><date>2026-01-01T00:00:00Z</date>`
	folder := fstest.MapFS{
		"phone/root.plist": {Data: []byte(`<plist><dict><key>UniqueDeviceID</key><string>x</string></dict></plist>`)},
		"phone/sim.plist": {Data: []byte(head + `<key>MuxEntry</key><dict><key>MessageType</key><string>attached</string></dict>
			<key>MuxProperties</key><dict><key>ConnectionType</key><string>usb</string></dict>
			<key>MuxWithout</key><array><string>DeviceID</string><string>Properties/SerialNumber</string></array></dict></plist>`)},
		"tray.plist": {Data: []byte(`<plist><dict><key>Faults</key><array>
			<dict><key>Kind</key><string>numbered</string><key>At</key><string>Connect</string><key>Count</key><integer>-22</integer></dict>
			<dict><key>Kind</key><string>odd-entry</string></dict></array></dict></plist>`)},
	}
	devices, err := sim.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	entry, properties := devices[0].MuxEntry, devices[0].MuxProperties
	id, without := entry["DeviceID"]
	serial, withoutToo := properties["SerialNumber"]
	if entry["MessageType"] != "attached" || properties["ConnectionType"] != "usb" || !without || !withoutToo || id != nil || serial != nil {
		t.Errorf("entry %v, properties %v", entry, properties)
	}
	faults, err := sim.LoadFaults(folder)
	want := []sim.Fault{{Kind: sim.Numbered, At: "Connect", Count: -22}, {Kind: sim.OddEntry}}
	if err != nil || !slices.Equal(faults, want) {
		t.Errorf("%+v, %v", faults, err)
	}
	delete(folder, "tray.plist")
	if faults, err := sim.LoadFaults(folder); len(faults) > 0 || err != nil {
		t.Errorf("without the file: %v, %v", faults, err)
	}
	folder["tray.plist"] = &fstest.MapFile{Data: []byte(`<plist><dict><key>Faults</key><array><dict><key>Kind</key><string>unpaired</string></dict></array></dict></plist>`)}
	if _, err := sim.LoadFaults(folder); err == nil || !strings.Contains(err.Error(), "tray.plist") {
		t.Errorf("a fault of a device: %v", err)
	}
}

func TestLoadRefusesAFaultItDoesNotKnow(t *testing.T) {
	settings := `<plist><dict><key>RecordedAt</key><date>2026-01-01T00:00:00Z</date>
		<key>Faults</key><array><dict><key>Kind</key><string>unpeared</string></dict></array></dict></plist>`
	_, err := sim.Load(fstest.MapFS{"phone/sim.plist": {Data: []byte(settings)}})
	if err == nil || !strings.Contains(err.Error(), `no fault "unpeared"`) {
		t.Errorf("Load = %v", err)
	}
}

func TestClonesDifferInTheirIdentifiersOnly(t *testing.T) {
	device := named(t, "healthy-iphone")
	clones := []*sim.Device{device}
	for n := range 1000 {
		clones = append(clones, device.Clone(n))
	}
	tray := newTray(t, clones...)
	list := askMux(t, serve(t, tray), dict{"MessageType": "ListDevices"})["DeviceList"].([]any)
	seen := map[any]bool{}
	for _, entry := range list {
		seen[entry.(dict)["Properties"].(dict)["SerialNumber"]] = true
	}
	if len(seen) != 1001 {
		t.Errorf("1001 devices have %d UDIDs", len(seen))
	}
	if len(device.Clone(7).UDID()) != len(device.UDID()) {
		t.Errorf("%s is no UDID", device.Clone(7).UDID())
	}
}
