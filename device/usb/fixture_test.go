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

// patients loads the device files shipped with the program, or some of them. Every call returns new copies, so a
// test may add faults.
func patients(t testing.TB, names ...string) []*sim.Device {
	t.Helper()
	devices, err := loadPatients(names...)
	if err != nil {
		t.Fatal(err)
	}
	return devices
}

func loadPatients(names ...string) ([]*sim.Device, error) {
	folder, err := fs.Sub(testdata.Devices, "devices")
	if err != nil {
		return nil, err
	}
	return sim.Load(folder, names...)
}

// patient returns one patient with the given faults added.
func patient(t testing.TB, name string, faults ...sim.Fault) *sim.Device {
	t.Helper()
	found := patients(t, name)
	if len(found) != 1 {
		t.Fatalf("there is no patient %s", name)
	}
	found[0].Faults = append(found[0].Faults, faults...)
	return found[0]
}

// newTray returns a tray with these devices that uses the real clock.
func newTray(t testing.TB, devices ...*sim.Device) *sim.Tray {
	t.Helper()
	tray, err := sim.New(time.Now, devices...)
	if err != nil {
		t.Fatal(err)
	}
	return tray
}

// serve serves a tray until the test ends and returns a client of it.
func serve(t testing.TB, tray *sim.Tray) Client {
	t.Helper()
	client := newClient(t)
	t.Cleanup(start(t, tray, client))
	return client
}

// newClient returns a client of an address at which nothing listens yet.
func newClient(t testing.TB) Client {
	t.Helper()
	folder, err := os.MkdirTemp("", "usb") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return Client{Address: "unix://" + filepath.Join(folder, "usbmuxd")}
}

// start serves a tray at the address of a client until crash is called.
func start(t testing.TB, tray *sim.Tray, client Client) (crash func()) {
	t.Helper()
	listener, err := sim.Listen(client.Address)
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

// Find lists the USB devices.
func (c Client) Find(ctx context.Context) ([]Attached, error) {
	found, err := c.Discover(ctx, func(Change) {})
	return slices.DeleteFunc(found.Devices, func(a Attached) bool { return a.Connection != device.USB }), err
}
