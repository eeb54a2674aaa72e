package sim

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
)

// speak starts a service of a device and returns functions to send and receive its property
// lists.
func speak(t *testing.T, device *Device, name string) (send func(dict), receive func() dict) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close() })
	p := newPlugged(&Tray{}, device)
	go p.serveService(&conn{Conn: far, raw: far, closed: t.Context().Done(), faults: device.Faults}, name)
	send = func(request dict) {
		t.Helper()
		body, err := plist.Marshal(request, plist.XMLFormat)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := near.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)); err != nil {
			t.Fatal(err)
		}
	}
	receive = func() dict {
		t.Helper()
		var length uint32
		if err := binary.Read(near, binary.BigEndian, &length); err != nil {
			t.Fatal(err)
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(near, body); err != nil {
			t.Fatal(err)
		}
		var reply dict
		if _, err := plist.Unmarshal(body, &reply); err != nil {
			t.Fatal(err)
		}
		return reply
	}
	return send, receive
}

func TestAppsAreBrowsedInChunks(t *testing.T) {
	device := &Device{values: map[string]dict{"": {"UniqueDeviceID": "x"}}}
	for n := range 45 {
		device.apps = append(device.apps, dict{
			"CFBundleIdentifier": fmt.Sprintf("com.example.%02d", n),
			"ApplicationType":    "User",
			"DynamicDiskUsage":   n,
		})
	}
	device.apps[44]["ApplicationType"] = "System"
	send, receive := speak(t, device, "com.apple.mobile.installation_proxy")
	send(dict{"Command": "Browse", "ClientOptions": dict{"ApplicationType": "User", "ReturnAttributes": []string{"DynamicDiskUsage"}}})
	type chunk struct{ Index, Amount, Apps uint64 }
	var got []chunk
	for reply := receive(); reply["Status"] != "Complete"; reply = receive() {
		list := reply["CurrentList"].([]any)
		got = append(got, chunk{reply["CurrentIndex"].(uint64), reply["CurrentAmount"].(uint64), uint64(len(list))})
		if diff := cmp.Diff(any(dict{"DynamicDiskUsage": reply["CurrentIndex"]}), list[0]); diff != "" {
			t.Errorf("first app of the chunk (-want +got)\n%s", diff)
		}
	}
	if diff := cmp.Diff([]chunk{{0, 20, 20}, {20, 20, 20}, {40, 4, 4}}, got); diff != "" {
		t.Errorf("chunks (-want +got)\n%s", diff)
	}
}

func TestSizesOfAppsAreToldOnRequestOnly(t *testing.T) {
	device := &Device{
		values: map[string]dict{"": {"UniqueDeviceID": "x"}},
		apps:   []dict{{"CFBundleIdentifier": "a", "StaticDiskUsage": uint64(1)}, {"CFBundleIdentifier": "b"}},
	}
	send, receive := speak(t, device, "com.apple.mobile.installation_proxy")
	send(dict{"Command": "Lookup", "ClientOptions": dict{"BundleIDs": []string{"a"}}})
	if diff := cmp.Diff(any(dict{"a": dict{"CFBundleIdentifier": "a"}}), receive()["LookupResult"]); diff != "" {
		t.Errorf("without attributes (-want +got)\n%s", diff)
	}
	send(dict{"Command": "Lookup", "ClientOptions": dict{"BundleIDs": []string{"a"}, "ReturnAttributes": []string{"StaticDiskUsage"}}})
	if diff := cmp.Diff(any(dict{"a": dict{"StaticDiskUsage": uint64(1)}}), receive()["LookupResult"]); diff != "" {
		t.Errorf("with attributes (-want +got)\n%s", diff)
	}
}

func TestManagementOfADeviceWithoutFiles(t *testing.T) {
	send, receive := speak(t, &Device{values: map[string]dict{"": {"UniqueDeviceID": "x"}}}, "com.apple.mobile.MCInstall")
	send(dict{"RequestType": "GetProfileList"})
	want := dict{"Status": "Acknowledged", "OrderedIdentifiers": []any{}, "ProfileManifest": dict{}, "ProfileMetadata": dict{}}
	if diff := cmp.Diff(want, receive()); diff != "" {
		t.Errorf("GetProfileList (-want +got)\n%s", diff)
	}
	send(dict{"RequestType": "GetCloudConfiguration"})
	if diff := cmp.Diff(dict{"Status": "Acknowledged"}, receive()); diff != "" {
		t.Errorf("GetCloudConfiguration (-want +got)\n%s", diff)
	}
	send(dict{"RequestType": "EraseDevice"})
	if reply := receive(); reply["Status"] != "Error" {
		t.Errorf("EraseDevice = %v", reply)
	}
}

func TestDiagnosticsFindClassesThroughTheirSubclasses(t *testing.T) {
	device := &Device{
		values:   map[string]dict{"": {"UniqueDeviceID": "x", "ProductType": "iPhone9,1", "ProductVersion": "15.8.8"}},
		registry: map[string]dict{"AppleARMPMUCharger": {"CycleCount": uint64(7), "MaxCapacity": uint64(91)}},
	}
	send, receive := speak(t, device, "com.apple.mobile.diagnostics_relay")
	for _, test := range []struct{ request, want dict }{
		{dict{"Request": "IORegistry", "EntryClass": "IOPMPowerSource"}, dict{"IORegistry": device.registry["AppleARMPMUCharger"]}},
		{dict{"Request": "IORegistry", "EntryName": "IOPMPowerSource"}, dict{}},
		{dict{"Request": "GasGauge"}, dict{"GasGauge": dict{"Status": "Success", "CycleCount": uint64(7), "FullChargeCapacity": uint64(91)}}},
		{dict{"Request": "WiFi"}, dict{"WiFi": dict{"Status": "Success", "Active": "NO"}}},
		{dict{"Request": "MobileGestalt", "MobileGestaltKeys": []string{"ProductType"}}, dict{"MobileGestalt": dict{"Status": "Success", "ProductType": "iPhone9,1"}}},
	} {
		send(test.request)
		if diff := cmp.Diff(dict{"Status": "Success", "Diagnostics": test.want}, receive()); diff != "" {
			t.Errorf("%v (-want +got)\n%s", test.request, diff)
		}
	}
	send(dict{"Request": "IORegistry", "CurrentPlane": "IOService"})
	tree := receive()["Diagnostics"].(dict)["IORegistry"].(dict)
	if name := tree["children"].([]any)[0].(dict)["name"]; name != "AppleARMPMUCharger" {
		t.Errorf("the plane begins with %v", name)
	}
}

func TestNotificationProxySaysGoodbye(t *testing.T) {
	send, receive := speak(t, &Device{values: map[string]dict{"": {"UniqueDeviceID": "x"}}}, "com.apple.mobile.notification_proxy")
	send(dict{"Command": "ObserveNotification", "Name": "com.apple.mobile.backup.domain_changed"})
	send(dict{"Command": "Shutdown"})
	if diff := cmp.Diff(dict{"Command": "ProxyDeath"}, receive()); diff != "" {
		t.Error(diff)
	}
}
