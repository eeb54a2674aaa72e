//go:build unix

package usb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
)

// roundTrip is the round trip time of the simulated devices.
const roundTrip = 5 * time.Millisecond

// BenchmarkScan reads trays of simulated devices, which share this computer's cores with the
// reader. For each tray size it reports
//
//	ms/scan        median time for the whole tray
//	x-limit        that, relative to the lower bound: the longer of one device's round
//	               trips and CPU time, and of all devices' CPU time divided by the cores
//	x-path         for one device: that, relative to path-ms, its critical path of round trips
//	p99-ms         time within which 99 % of the devices were done, each from its own start
//	cpu-ms/device  CPU time of reader and simulation together
//	KiB/device     peak heap above that of the idle tray, including garbage, divided by
//	               the number of devices; reader and simulation together
//
// The critical path is the lockdownd session, which handles one request at a time, including its
// setup: connecting and a TLS handshake. The service sessions are shorter and run concurrently.
func BenchmarkScan(b *testing.B) {
	for _, count := range []int{1, 10, 40, 100, 1000} {
		if testing.Short() && count > 40 {
			break
		}
		b.Run(fmt.Sprintf("devices=%d", count), func(b *testing.B) { benchmarkScan(b, count) })
	}
}

func benchmarkScan(b *testing.B, count int) {
	healthy := patient(b, "healthy-iphone")
	healthy.Latency = roundTrip
	devices := make([]*sim.Device, count)
	for n := range devices {
		devices[n] = healthy.Clone(n)
	}
	tray := newTray(b, devices...)
	client := serve(b, tray)
	found, err := client.Find(b.Context())
	if err != nil || len(found) != count {
		b.Fatalf("found %d devices, %v; want %d", len(found), err, count)
	}
	path := time.Duration(roundTrips(b, client, tray, found[0])) * sim.Timed(roundTrip)

	workers := min(count, 32*runtime.NumCPU())
	var scans, own []time.Duration
	heap, stop := watchHeap()
	cpu := processCPU(b)
	for b.Loop() {
		start := time.Now()
		own = append(own, scanAll(b, client, found, workers)...)
		scans = append(scans, time.Since(start))
	}
	cpu = processCPU(b) - cpu
	stop()

	each := quantile(scans, 0.5)
	cpuEach := cpu / time.Duration(b.N*count)
	limit := max(path+cpuEach, time.Duration(count)*cpuEach/time.Duration(runtime.NumCPU()))
	b.ReportMetric(milliseconds(each), "ms/scan")
	b.ReportMetric(float64(each)/float64(limit), "x-limit")
	if count == 1 {
		b.ReportMetric(float64(each)/float64(path), "x-path")
		b.ReportMetric(milliseconds(path), "path-ms")
	}
	b.ReportMetric(milliseconds(quantile(own, 0.99)), "p99-ms")
	b.ReportMetric(milliseconds(cpuEach), "cpu-ms/device")
	b.ReportMetric(float64(heap())/1024/float64(count), "KiB/device")
	b.ReportMetric(0, "ns/op") // reported as ms/scan
}

// roundTrips counts the round trips on the critical path, from the requests to one device.
func roundTrips(b *testing.B, client Client, tray *sim.Tray, a Attached) int {
	b.Helper()
	client.Read(b.Context(), a, 0)
	const connect, handshake = 1, 1 // a TLS 1.3 handshake
	trips := connect + handshake
	for _, request := range tray.Requests() {
		if request.Service == "lockdown" && request.UDID == a.UDID {
			trips++
		}
	}
	return trips
}

// scanAll reads every device, several at a time, and returns the time each took.
func scanAll(b *testing.B, client Client, devices []Attached, workers int) []time.Duration {
	took := make([]time.Duration, len(devices))
	next := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range next {
				start := time.Now()
				snapshot := client.Read(b.Context(), devices[i], 0)
				took[i] = time.Since(start)
				if _, err := snapshot.Live.Disk.FreeBytes.Get(); err != nil || snapshot.Live.Ended.Reason != "" {
					b.Errorf("device %d was not read: %v, %v", i, err, snapshot.Live.Ended)
				}
			}
		})
	}
	for i := range devices {
		next <- i
	}
	close(next)
	group.Wait()
	return took
}

// BenchmarkShell does what a user would otherwise do for one device: loop over the same domains
// with ideviceinfo.
func BenchmarkShell(b *testing.B) {
	tool, err := exec.LookPath("ideviceinfo")
	if err != nil {
		b.Skip("ideviceinfo is not installed")
	}
	healthy := patient(b, "healthy-iphone")
	healthy.Latency = roundTrip
	client := serve(b, newTray(b, healthy))
	environment := append(os.Environ(), "USBMUXD_SOCKET_ADDRESS=UNIX:"+strings.TrimPrefix(client.Address, "unix://"))
	for b.Loop() {
		for _, domain := range append([]string{"", domainBackup}, laterDomains...) {
			command := exec.CommandContext(b.Context(), tool, "-x")
			if domain != "" {
				command.Args = append(command.Args, "-q", domain)
			}
			command.Env = environment
			if out, err := command.CombinedOutput(); err != nil {
				b.Fatalf("%v: %v: %s", command.Args, err, out)
			}
		}
	}
	b.ReportMetric(milliseconds(b.Elapsed()/time.Duration(b.N)), "ms/scan")
	b.ReportMetric(0, "ns/op")
}

// quantile returns the smallest value that at least the given share of all values do not exceed.
func quantile(all []time.Duration, share float64) time.Duration {
	slices.Sort(all)
	return all[int(float64(len(all)-1)*share)]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// processCPU returns the CPU time used by this process so far.
func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// watchHeap samples the heap size until it is stopped. more returns the largest growth.
func watchHeap() (more func() uint64, stop func()) {
	runtime.GC()
	base := heapSize()
	most := base
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() {
		for ctx.Err() == nil {
			most = max(most, heapSize())
			time.Sleep(2 * time.Millisecond)
		}
	})
	return func() uint64 { return most - base }, func() { cancel(); watching.Wait() }
}

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
