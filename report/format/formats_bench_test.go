package format

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// largeCount returns the number of devices in a large report: a thousand, or fifty with -short.
func largeCount() int {
	if testing.Short() {
		return 50
	}
	return 1000
}

// BenchmarkFormats writes a report of largeCount devices, each like one in the recording of a
// tray, in every format. It reports the time, the speed, and the time relative to WriteJSON for
// the same report in the same run.
func BenchmarkFormats(b *testing.B) {
	r := largeReport(b)
	for _, f := range formats {
		if f.Terminal || f.Name == "html" { // has its own benchmark
			continue
		}
		write := func(w io.Writer, r report.Report) error { return f.Write(w, r, Options{}) }
		if f.Name == Streamed {
			write = writeDevicesDone
		}
		b.Run(f.Ending, func(b *testing.B) {
			var size int
			var spent, spentOnJSON time.Duration
			for b.Loop() {
				began := time.Now()
				size = sizeOf(b, write, r)
				written := time.Now()
				sizeOf(b, WriteJSON, r)
				spent += written.Sub(began)
				spentOnJSON += time.Since(written)
			}
			b.ReportMetric(spent.Seconds()*1e3/float64(b.N), "ms")
			b.ReportMetric(float64(size)*float64(b.N)/spent.Seconds()/1e6, "MB/s")
			b.ReportMetric(float64(size)/1e6, "MB")
			b.ReportMetric(float64(spent)/float64(spentOnJSON), "x-json")
			b.ReportMetric(0, "ns/op") // reported as ms instead
		})
	}
}

func largeReport(b *testing.B) report.Report {
	b.Helper()
	run := runOf(recordings(b)["tray-of-six"])
	tray := run.Examined
	run.Examined = nil
	for i := range largeCount() {
		e := tray[i%len(tray)]
		e.Snapshot.Device.UDID = fmt.Sprintf("00008110-%016X", i)
		run.Examined = append(run.Examined, e)
	}
	return report.New(run)
}

// writeDevicesDone writes the final event of each device.
func writeDevicesDone(w io.Writer, r report.Report) error {
	for i := range r.Devices {
		if err := WriteEvent(w, report.Event{Header: report.NewHeader(report.KindEvent), Type: report.DeviceDone, At: r.TakenAt, Device: &r.Devices[i]}); err != nil {
			return err
		}
	}
	return nil
}

func sizeOf(b *testing.B, write func(io.Writer, report.Report) error, r report.Report) int {
	var out bytes.Buffer
	if err := write(&out, r); err != nil {
		b.Fatal(err)
	}
	return out.Len()
}
