package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// soakFor returns the duration of the soak: some seconds, or BACKUPDOCTOR_SOAK, which CI sets
// under the race detector.
func soakFor(t *testing.T) time.Duration {
	t.Helper()
	length, err := time.ParseDuration(os.Getenv("BACKUPDOCTOR_SOAK"))
	if err != nil {
		return 6 * time.Second
	}
	return length
}

// ampleTimeout returns a timeout that no healthy device of the soak exceeds, however busy this
// computer is: many times what one device alone takes now.
func ampleTimeout(t *testing.T) time.Duration {
	t.Helper()
	address, _ := attach(t, loadDevice(t.Fatalf, "healthy-iphone"))
	began := time.Now()
	if s := typed(t, t.Context(), "scan", "--usbmux", address); s.code != 0 {
		t.Fatalf("a healthy device alone: exit code %d\n%s", s.code, s.stderr)
	}
	return min(max(100*time.Since(began), 20*time.Second), 3*time.Minute)
}

// soakFaults are the faults of the soak's devices.
var soakFaults = []sim.Fault{
	{Kind: sim.Stall, At: "lockdown"},
	{Kind: sim.HalfStall, At: "com.apple.disk_usage"},
	{Kind: sim.Reset, At: "root"},
	{Kind: sim.Detach, At: "com.apple.mobile.backup"},
	{Kind: sim.Truncated, At: "StartSession"},
	{Kind: sim.Oversized, At: "root"},
	{Kind: sim.PlistBomb, At: "com.apple.mobile.backup"},
	{Kind: sim.Garbage, At: "lockdown"},
	{Kind: sim.WrongTypes},
	{Kind: sim.Unpaired},
	{Kind: sim.StaleTLS},
	{Kind: sim.Trickle, At: "com.apple.fmip"},
}

// A tray of 40 devices (24 with -short), 12 of which have a fault each, is watched while devices
// are plugged and unplugged at random. Every healthy device must get the right row, no wait may
// exceed the deadline of a device, and nothing may be left behind.
func TestSoak(t *testing.T) {
	var devices []*sim.Device
	want := map[string]string{} // verdict of each healthy device, by UDID
	count := 40
	if testing.Short() {
		count = 24 // under the race detector, reading one takes many times as long
	}
	for n := range count {
		name, verdict := "healthy-iphone", "backed-up"
		if n%2 == 1 {
			name, verdict = "icloud-backup-off", "failing"
		}
		d := loadDevice(t.Fatalf, name).Clone(n)
		d.LocationID = sim.HubLocation(1+n/20, 1+n%20)
		if n < len(soakFaults) {
			d.Faults = append(d.Faults, soakFaults[n])
		} else {
			want[d.UDID()] = verdict
		}
		devices = append(devices, d)
	}
	timeout := ampleTimeout(t)
	t.Logf("each device has %v", timeout)
	address, tray := attach(t)
	files, goroutines := openFiles(), runtime.NumGoroutine()

	ctx, end := context.WithCancel(t.Context())
	heard := new(tape)
	var ended session
	var watching sync.WaitGroup
	watching.Go(func() {
		ended = typedTo(t, ctx, nil, heard, "watch", "--usbmux", address, "--timeout", timeout.String(), "--quiet", "-o", "ndjson")
	})
	seed := rand.Uint64()
	t.Logf("the moves are those of seed %d", seed)
	if err := tray.Shake(ctx, rand.New(rand.NewPCG(seed, 0)), soakFor(t)/8, devices...); err != nil {
		t.Fatal(err)
	}
	// A device that was unplugged while it was read is examined again, and that counts.
	heard.await(t, 2*timeout+30*time.Second, func() bool {
		verdicts := heard.verdicts()
		return len(verdicts) == len(devices) && containsAll(verdicts, want)
	})
	end()
	watching.Wait()

	verdicts := heard.verdicts()
	for udid, verdict := range want {
		if verdicts[udid] != verdict {
			t.Errorf("%s is %q, want %q", udid, verdicts[udid], verdict)
		}
	}
	// The rest allows for a busy scheduler.
	if slowest := heard.slowest(); slowest > timeout+10*time.Second {
		t.Errorf("a device was waited for during %v with a timeout of %v", slowest, timeout)
	}
	var r report.Report
	if last := heard.last(report.RunSummary); last == nil || last.Report == nil {
		t.Errorf("the run has no summary; exit code %d, %s", ended.code, ended.stderr)
	} else if r = *last.Report; r.Summary.Devices != len(devices) {
		t.Errorf("%d devices in the summary, want %d", r.Summary.Devices, len(devices))
	}
	comesDownTo(t, "goroutines", goroutines, runtime.NumGoroutine)
	comesDownTo(t, "open files", files, openFiles)
}

func containsAll(all, some map[string]string) bool {
	for key, value := range some {
		if all[key] != value {
			return false
		}
	}
	return true
}

// comesDownTo waits until a count is at most want.
func comesDownTo(t *testing.T, what string, want int, count func() int) {
	t.Helper()
	for range 500 {
		if count() <= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	t.Errorf("%d %s are left, there were %d; what runs now:\n%s", count(), what, want, stacks)
}

// openFiles returns how many files this process has open, or 0 if unknown.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// A tape records the events of a run as they are written.
type tape struct {
	mu     sync.Mutex
	rest   []byte
	events []report.Event
}

func (t *tape) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest = append(t.rest, p...)
	for {
		line, rest, whole := bytes.Cut(t.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		t.rest = rest
		var e report.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return 0, fmt.Errorf("%q: %w", line, err)
		}
		t.events = append(t.events, e)
	}
}

// verdicts returns the last result of each device, by UDID.
func (t *tape) verdicts() map[string]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	verdicts := map[string]string{}
	for _, e := range t.events {
		if e.Type == report.DeviceDone {
			verdicts[e.UDID] = e.Device.Verdict
		}
	}
	return verdicts
}

// count returns the number of events of a type.
func (t *tape) count(what string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, e := range t.events {
		if e.Type == what {
			n++
		}
	}
	return n
}

// slowest returns the longest time for one examination. The time for a visit depends on when
// the device is unplugged and replugged.
func (t *tape) slowest() (longest time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	began := map[string]time.Time{}
	for _, e := range t.events {
		switch {
		case e.Type == report.DeviceState && (e.State == report.Reading || e.State == report.Retrying):
			began[e.UDID] = e.At
		case e.Type == report.DeviceState && e.State == report.Waiting, e.Type == report.DeviceDone:
			if at, under := began[e.UDID]; under {
				longest = max(longest, e.At.Sub(at))
				delete(began, e.UDID)
			}
		}
	}
	return longest
}

// last returns the last event of a type, or nil.
func (t *tape) last(what string) *report.Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range slices.Backward(t.events) {
		if e.Type == what {
			return &e
		}
	}
	return nil
}

// await waits for a condition, and fails the test after limit.
func (t *tape) await(tb testing.TB, limit time.Duration, so func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(limit); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Errorf("nothing more happens, and only %d devices are finished", len(t.verdicts()))
			return
		}
	}
}
