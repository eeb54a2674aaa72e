package sim_test

import (
	"testing"

	"github.com/danielpaulus/go-ios/ios"
	"github.com/danielpaulus/go-ios/ios/diagnostics"
	"github.com/danielpaulus/go-ios/ios/installationproxy"
)

// TestGoIOS reads the tray with go-ios's own functions, none of which were used to build the
// tray.
func TestGoIOS(t *testing.T) {
	device := named(t, "healthy-iphone")
	t.Setenv("USBMUXD_SOCKET_ADDRESS", "unix://"+serve(t, newTray(t, device)))
	list, err := ios.ListDevices()
	if err != nil || len(list.DeviceList) != 1 {
		t.Fatalf("ListDevices = %v, %v", list, err)
	}
	phone := list.DeviceList[0]
	if phone.Properties.SerialNumber != device.UDID() {
		t.Errorf("UDID = %s", phone.Properties.SerialNumber)
	}
	values, err := ios.GetValues(phone)
	if err != nil || values.Value.ProductType != "iPhone17,3" {
		t.Errorf("GetValues = %s, %v", values.Value.ProductType, err)
	}
	lockdown, err := ios.ConnectLockdownWithSession(phone)
	if err != nil {
		t.Fatal(err)
	}
	if enabled, err := lockdown.GetValueForDomain("CloudBackupEnabled", "com.apple.mobile.backup"); enabled != true {
		t.Errorf("CloudBackupEnabled = %v, %v", enabled, err)
	}
	lockdown.Close()
	battery, err := ios.GetBatteryDiagnostics(phone)
	if err != nil || battery.BatteryCurrentCapacity != 82 {
		t.Errorf("battery = %+v, %v", battery, err)
	}
	relay, err := diagnostics.New(phone)
	if err != nil {
		t.Fatal(err)
	}
	source, err := relay.Battery()
	if err != nil || source.CurrentCapacity != 82 {
		t.Errorf("IOPMPowerSource = %+v, %v", source, err)
	}
	if err := relay.Close(); err != nil {
		t.Error(err)
	}
	apps, err := installationproxy.New(phone)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := apps.BrowseUserApps(); err != nil || len(list) != 7 {
		t.Errorf("apps = %d, %v", len(list), err)
	}
	apps.Close()
}
