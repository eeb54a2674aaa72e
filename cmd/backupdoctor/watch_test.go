package main

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// usbmuxd may restart while a tray is watched: earlier results stay, and later devices are
// examined too.
func TestWatchOutlivesUsbmuxd(t *testing.T) {
	tray, err := sim.New(time.Now, loadDevice(t.Fatalf, "healthy-iphone"))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := sim.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	crash := serveUntil(t, tray, listener)

	heard := new(tape)
	ctx, end := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	var ended session
	watching.Go(func() {
		ended = typedTo(t, ctx, nil, heard, "watch", "--usbmux", address, "-o", "ndjson")
	})
	heard.await(t, 30*time.Second, func() bool { return len(heard.verdicts()) == 1 })
	crash()
	if listener, err = sim.Listen(address); err != nil {
		t.Fatal(err)
	}
	stop := serveUntil(t, tray, listener)
	defer stop()
	if err := tray.Attach(loadDevice(t.Fatalf, "icloud-backup-off")); err != nil {
		t.Fatal(err)
	}
	heard.await(t, 30*time.Second, func() bool { return len(heard.verdicts()) == 2 })
	end()
	watching.Wait()
	if n := heard.count(report.DeviceDone); n != 2 {
		t.Errorf("%d devices were finished, want each once", n)
	}
	if ended.code != report.ExitProblems {
		t.Errorf("exit code %d: %s", ended.code, ended.stderr)
	}
}

// serveUntil serves a tray until stop is called, and stop waits for the end.
func serveUntil(t *testing.T, tray *sim.Tray, listener net.Listener) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- tray.Serve(ctx, listener) }()
	return func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}
