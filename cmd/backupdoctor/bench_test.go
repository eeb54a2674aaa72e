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

// roundTrip is how far away the simulated devices of the benchmarks are.
const roundTrip = 5 * time.Millisecond

// BenchmarkTray scans trays of simulated devices by the program as it is: a process of its
// own, from the command line to the report as JSON. The devices answer from this process, on
// the same cores. It reports
//
//	ms/scan       how long the scan took, the median
//	x-limit       that, over the time that nothing can beat: the longer of one device's
//	              round trips and CPU, and of all devices' CPU, that of both processes, over
//	              the cores; not told of trays with devices that stall
//	p99-ms        within which 99 % of the healthy devices were done, each from its turn
//	MB            memory of the scan at most, on Linux
//
// What stalls or dawdles among them must not change the p99 of the others.
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
		if testing.Short() && c.devices > 100 {
			break
		}
		b.Run(fmt.Sprintf("devices=%d/jobs=%d/faulty=%d", c.devices, c.jobs, c.devices/50*len(c.faults)), func(b *testing.B) {
			benchmarkTray(b, c.devices, c.jobs, c.faults)
		})
	}
}

func benchmarkTray(b *testing.B, count, jobs int, faults []sim.Fault) {
	address, tray := fill(b, count, faults)
	path := roundTrips(b, address, tray) * roundTrip
	flags := []string{"scan", "--usbmux", address, "--timeout", "4s", "--quiet", "--no-history", "-o", "ndjson", "-o", "json=" + os.DevNull, "--force"}
	if jobs > 0 { // else it adapts
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
	if len(faults) == 0 { // else it waits for those that stall
		b.ReportMetric(float64(quantile(took, 0.5))/float64(limit), "x-limit")
	}
	b.ReportMetric(milliseconds(quantile(turns, 0.99)), "p99-ms")
	if memory > 0 {
		b.ReportMetric(float64(memory)/1e6, "MB")
	}
	b.ReportMetric(0, "ns/op") // ms/scan says it
}

// BenchmarkOneDevice scans one device, from the start of the process to its exit, with the history
// as by default. It reports
//
//	ms/scan   how long that took, the median
//	start-ms  of it, how long a process takes that does nothing
//	x-path    ms/scan over the critical path of the device, with the start of the process
func BenchmarkOneDevice(b *testing.B) {
	b.Setenv("BACKUPDOCTOR_HISTORY", filepath.Join(b.TempDir(), "history.sqlite"))
	address, tray := fill(b, 21, nil)
	path := roundTrips(b, address, tray) * roundTrip
	last := loadDevice(b.Fatalf, "healthy-iphone").Clone(20).UDID()
	for _, udid := range tray.UDIDs() {
		if udid != last {
			tray.Detach(udid)
		}
	}
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
	b.ReportMetric(float64(each)/float64(path+idle), "x-path")
	b.ReportMetric(0, "ns/op") // ms/scan says it
}

// fill serves a tray of healthy devices, of which one in fifty has each of the faults.
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

// roundTrips counts those that a device forces one after the other: its conversation with
// lockdownd, with connecting and the TLS handshake before it.
func roundTrips(b *testing.B, address string, tray *sim.Tray) time.Duration {
	b.Helper()
	asProgram(b, "devices", "--usbmux", address) // so that all are warm
	before := len(tray.Requests())
	last := loadDevice(b.Fatalf, "healthy-iphone").Clone(20).UDID() // which is healthy in every tray
	asProgram(b, "scan", "--usbmux", address, "--udid", last, "--quiet", "--no-history", "--json")
	trips := time.Duration(2)
	for _, r := range tray.Requests()[before:] {
		if r.Service == "lockdown" && r.UDID == last {
			trips++
		}
	}
	return trips
}

// asProgram runs a command line in a process of its own and returns what it wrote, and how
// much memory it took at most, in bytes; 0 where the system does not tell.
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

// highWater is the most memory that a process has taken until it ended. What the system
// tells of it afterwards counts in the memory of the process that started it.
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

// healthyTurns are the times that the healthy devices took, each from its turn.
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
	return turns[:want] // without those that are slow
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
