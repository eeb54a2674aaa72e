package usb

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/testdata"
)

// patients reads the device files that ship with the program, each time anew: a test may
// give its own copies faults.
func patients(t testing.TB) []*sim.Device {
	t.Helper()
	folder, err := fs.Sub(testdata.Devices, "devices")
	if err != nil {
		t.Fatal(err)
	}
	devices, err := sim.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return devices
}

// patient is one of them, with these faults added.
func patient(t testing.TB, name string, faults ...sim.Fault) *sim.Device {
	t.Helper()
	for _, device := range patients(t) {
		if device.Name == name {
			device.Faults = append(device.Faults, faults...)
			return device
		}
	}
	t.Fatalf("there is no patient %s", name)
	return nil
}

// newTray puts devices in a tray that runs by the real clock.
func newTray(t testing.TB, devices ...*sim.Device) *sim.Tray {
	t.Helper()
	tray, err := sim.New(time.Now, devices...)
	if err != nil {
		t.Fatal(err)
	}
	return tray
}

// serve runs a tray until the test ends, and gives the door to it.
func serve(t testing.TB, tray *sim.Tray) Door {
	t.Helper()
	door := newDoor(t)
	t.Cleanup(start(t, tray, door))
	return door
}

// newDoor is one behind which nothing is yet.
func newDoor(t testing.TB) Door {
	t.Helper()
	folder, err := os.MkdirTemp("", "usb") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return Door{Address: "unix://" + filepath.Join(folder, "usbmuxd")}
}

// start runs a tray behind a door until crash is called.
func start(t testing.TB, tray *sim.Tray, door Door) (crash func()) {
	t.Helper()
	listener, err := sim.Listen(door.Address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := tray.Serve(ctx, listener); err != nil {
			t.Error(err)
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// Find lists the devices on a cable.
func (d Door) Find(ctx context.Context) ([]Attached, error) {
	found, err := d.Discover(ctx, func(Change) {})
	return slices.DeleteFunc(found.Devices, func(a Attached) bool { return a.Connection != device.USB }), err
}
