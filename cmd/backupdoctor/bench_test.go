//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// roundTrip is the simulated network latency of the benchmarks' devices.
const roundTrip = 5 * time.Millisecond

// BenchmarkTray scans trays of simulated devices with the program in a process of its own, from
// the command line to the JSON report. The devices answer from this process, on the same cores.
// It reports
//
//	ms/scan       median time of a scan
//	x-limit       ms/scan relative to its lower bound, which is the larger of one device's
//	              round trips and CPU time, and the CPU time of all devices in both processes
//	              divided by the cores; not reported for trays with stalled devices
//	p99-ms        99th percentile of the healthy devices' times, each from its turn
//	MB            peak memory of the scan, on Linux
//
// Stalled or slow devices must not change the p99 of the others.
func BenchmarkTray(b *testing.B) {
	stalled := sim.Fault{Kind: sim.Stall, At: "lockdown"}
	slow := sim.Fault{Kind: sim.Stall, At: "com.apple.disk_usage", Seconds: 2}
	for _, c := range []struct {
		devices, jobs int
		faults        []sim.Fault // of one device in fifty each
	}{
		{40, 0, nil},
		{100, 0, nil},
		{100, 64, nil},
		{100, 64, []sim.Fault{stalled, slow}},
		{1000, 0, nil},
		{1000, 64, nil},
		{1000, 64, []sim.Fault{stalled, slow}},
	} {
		if testing.Short() && c.devices > 40 && (c.devices > 100 || c.faults == nil) {
			continue
		}
		b.Run(fmt.Sprintf("devices=%d/jobs=%d/faulty=%d", c.devices, c.jobs, c.devices/50*len(c.faults)), func(b *testing.B) {
			benchmarkTray(b, c.devices, c.jobs, c.faults)
		})
	}
}

func benchmarkTray(b *testing.B, count, jobs int, faults []sim.Fault) {
	address, tray := fill(b, count, faults)
	_, requests := lockdownRequests(b, address, tray)
	path := roundTrips(requests)
	flags := []string{"scan", "--usbmux", address, "--timeout", "10s", "--quiet", "--no-history", "-o", "ndjson", "-o", "json=" + os.DevNull, "--force"}
	if jobs > 0 { // otherwise it adapts
		flags = append(flags, "--jobs", fmt.Sprint(jobs))
	}
	var took, turns []time.Duration
	var memory int64
	own, theirs := processTime(b), time.Duration(0)
	for b.Loop() {
		start := time.Now()
		events, state, most := asProgram(b, flags...)
		took = append(took, time.Since(start))
		turns = append(turns, healthyTurns(b, events, count-count/50*len(faults))...)
		theirs += state.UserTime() + state.SystemTime()
		memory = max(memory, most)
	}
	cpu := (processTime(b) - own + theirs) / time.Duration(b.N)
	limit := max(path+cpu/time.Duration(count), cpu/time.Duration(runtime.NumCPU()))
	b.ReportMetric(milliseconds(quantile(took, 0.5)), "ms/scan")
	if len(faults) == 0 { // otherwise it waits for those that stall
		b.ReportMetric(float64(quantile(took, 0.5))/float64(limit), "x-limit")
	}
	b.ReportMetric(milliseconds(quantile(turns, 0.99)), "p99-ms")
	if memory > 0 {
		b.ReportMetric(float64(memory)/1e6, "MB")
	}
	b.ReportMetric(0, "ns/op") // replaced by ms/scan
}

// BenchmarkOneDevice scans one device, from the start of the process to its exit, with the
// default history. It reports
//
//	ms/scan   median time of a scan
//	start-ms  the part of it that an idle process takes
//	path-ms   the device's critical path: the same requests, one after another, and nothing else
//	x-path    ms/scan relative to start-ms and path-ms
//	x-trips   ms/scan relative to start-ms and the bare round trips, as if the device and TLS took
//	          no processor time
func BenchmarkOneDevice(b *testing.B) {
	b.Setenv("BACKUPDOCTOR_HISTORY", filepath.Join(b.TempDir(), "history.sqlite"))
	address, tray := fill(b, 21, nil)
	last, requests := lockdownRequests(b, address, tray)
	for _, udid := range tray.UDIDs() {
		if udid != last {
			tray.Detach(udid)
		}
	}
	path := criticalPath(b, address, last, requests)
	var took, start []time.Duration
	for b.Loop() {
		began := time.Now()
		asProgram(b, "version")
		start = append(start, time.Since(began))
		began = time.Now()
		asProgram(b, "scan", "--usbmux", address, "--quiet")
		took = append(took, time.Since(began))
	}
	each, idle := quantile(took, 0.5), quantile(start, 0.5)
	b.ReportMetric(milliseconds(each), "ms/scan")
	b.ReportMetric(milliseconds(idle), "start-ms")
	b.ReportMetric(milliseconds(path), "path-ms")
	b.ReportMetric(float64(each)/float64(path+idle), "x-path")
	b.ReportMetric(float64(each)/float64(roundTrips(requests)+idle), "x-trips")
	b.ReportMetric(0, "ns/op") // replaced by ms/scan
}

// fill serves a tray of healthy devices, of which one in fifty has each fault.
func fill(b *testing.B, count int, faults []sim.Fault) (address string, tray *sim.Tray) {
	b.Helper()
	healthy := loadDevice(b.Fatalf, "healthy-iphone")
	healthy.Latency = roundTrip
	devices := make([]*sim.Device, count)
	for n := range devices {
		devices[n] = healthy.Clone(n)
		devices[n].LocationID = uint32(n + 1)
		if at := n % 50; at < len(faults) {
			devices[n].Faults = append(devices[n].Faults, faults[at])
		}
	}
	return attach(b, devices...)
}

// roundTrips returns how long the round trips take that a device requires in sequence: its session
// with lockdownd, preceded by connecting and the TLS handshake.
func roundTrips(requests []sim.Request) time.Duration {
	const connect, handshake = 1, 1
	return time.Duration(connect+handshake+len(requests)) * roundTrip
}

// lockdownRequests returns what a scan asks lockdownd of a healthy device, in order.
func lockdownRequests(b *testing.B, address string, tray *sim.Tray) (udid string, requests []sim.Request) {
	b.Helper()
	asProgram(b, "devices", "--usbmux", address) // to warm up all devices
	before := len(tray.Requests())
	udid = loadDevice(b.Fatalf, "healthy-iphone").Clone(20).UDID() // healthy in every tray
	asProgram(b, "scan", "--usbmux", address, "--udid", udid, "--quiet", "--no-history", "--json")
	for _, r := range tray.Requests()[before:] {
		if r.Service == "lockdown" && r.UDID == udid {
			requests = append(requests, r)
		}
	}
	return udid, requests
}

// asProgram runs a command line in a process of its own. It returns the output and the peak
// memory in bytes, or 0 if the system does not report it.
func asProgram(b testing.TB, args ...string) (out []byte, state *os.ProcessState, memory int64) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	program := exec.Cmd{Path: self, Args: append([]string{"backupdoctor"}, args...), Stdout: &stdout, Stderr: &stderr, Env: os.Environ()}
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { memory = highWater(program.Process.Pid, ended) })
	err = program.Wait()
	close(ended)
	watching.Wait()
	if _, ended := err.(*exec.ExitError); err != nil && !ended || stderr.Len() > 0 {
		b.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return stdout.Bytes(), program.ProcessState, memory
}

// highWater returns the peak memory of a process. What the system reports after its exit
// includes that of the process that started it.
func highWater(pid int, ended <-chan struct{}) (most int64) {
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil {
			if _, rest, found := strings.Cut(string(status), "VmHWM:"); found {
				var kB int64
				if _, err := fmt.Sscan(rest, &kB); err == nil {
					most = max(most, kB*1024)
				}
			}
		}
		select {
		case <-ended:
			return most
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// healthyTurns returns the times taken by the healthy devices, each from its turn.
func healthyTurns(b *testing.B, stream []byte, want int) []time.Duration {
	b.Helper()
	began := map[string]time.Time{}
	var turns []time.Duration
	for line := range bytes.Lines(stream) {
		var e report.Event
		if err := json.Unmarshal(line, &e); err != nil {
			b.Fatal(err)
		}
		switch {
		case e.Type == report.DeviceState && e.State == report.Reading:
			began[e.UDID] = e.At
		case e.Type == report.DeviceDone && e.Device.Verdict == "backed-up" && e.Device.Reason == "" && e.Device.Retried == "":
			turns = append(turns, e.At.Sub(began[e.UDID]))
		}
	}
	if len(turns) < want {
		b.Fatalf("%d of %d healthy devices were examined", len(turns), want)
	}
	slices.Sort(turns)
	return turns[:want] // without the slow ones
}

func processTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func quantile(all []time.Duration, share float64) time.Duration {
	slices.Sort(all)
	return all[int(float64(len(all)-1)*share)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
