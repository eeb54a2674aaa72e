package sim_test

import (
	"strings"
	"testing"
	"time"
)

// idevicediagnostics restarts a device, which returns under a new number, in a new boot, and
// locked until its passcode is entered.
func TestLibimobiledeviceRestartsTheDevice(t *testing.T) {
	device := named(t, "healthy-iphone")
	device.Away = 50 * time.Millisecond
	tray := newTray(t, device)
	socket := serve(t, tray)
	before := foreign(t, socket, "ideviceinfo", "-k", "BootSessionID")
	if out := foreign(t, socket, "idevicediagnostics", "restart"); !strings.Contains(out, "Restarting") {
		t.Errorf("idevicediagnostics says %q", out)
	}
	if !within(time.Minute, func() bool { return tray.Boots(device.UDID()) == 1 }) {
		t.Fatal("it did not restart")
	}
	if after := foreign(t, socket, "ideviceinfo", "-k", "BootSessionID"); after == before || len(after) != len(before) {
		t.Errorf("the boot session is %q, and was %q", after, before)
	}
	if locked := foreign(t, socket, "ideviceinfo", "-k", "PasswordProtected"); locked != "true\n" {
		t.Errorf("locked: %q", locked)
	}
	tray.Unlock(device.UDID())
	if locked := foreign(t, socket, "ideviceinfo", "-k", "PasswordProtected"); locked != "false\n" {
		t.Errorf("locked once it is unlocked: %q", locked)
	}
}

// within waits for something to become true.
func within(limit time.Duration, is func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if is() {
			return true
		}
	}
	return is()
}
