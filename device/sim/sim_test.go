package sim_test

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/testdata"
)

// load loads the device files shipped with the program, or some of them.
func load(t testing.TB, names ...string) []*sim.Device {
	t.Helper()
	folder, err := fs.Sub(testdata.Devices, "devices")
	if err != nil {
		t.Fatal(err)
	}
	devices, err := sim.Load(folder, names...)
	if err != nil {
		t.Fatal(err)
	}
	return devices
}

// named returns one of the devices shipped with the program.
func named(t testing.TB, name string) *sim.Device {
	t.Helper()
	found := load(t, name)
	if len(found) != 1 {
		t.Fatalf("there is no device %s", name)
	}
	return found[0]
}

// serve serves a tray until the test ends and returns the path of its socket.
func serve(t testing.TB, tray *sim.Tray) (socket string) {
	t.Helper()
	socket = newSocket(t)
	t.Cleanup(start(t, tray, socket))
	return socket
}

// newSocket returns a socket path that does not exist yet.
func newSocket(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "sim") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return filepath.Join(folder, "usbmuxd")
}

// start serves a tray on a socket until crash is called.
func start(t testing.TB, tray *sim.Tray, socket string) (crash func()) {
	t.Helper()
	listener, err := sim.Listen("unix://" + socket)
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

// newTray returns a tray with these devices that uses the real clock.
func newTray(t testing.TB, devices ...*sim.Device) *sim.Tray {
	t.Helper()
	tray, err := sim.New(time.Now, devices...)
	if err != nil {
		t.Fatal(err)
	}
	return tray
}

func dial(t testing.TB, socket string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
