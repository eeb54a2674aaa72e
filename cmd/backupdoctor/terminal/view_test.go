package terminal

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// viewOn returns a view on a terminal of 80 columns and 24 lines.
func viewOn(w io.Writer) *View {
	return newView(w, format.Options{UTF8: true}, func() (int, int) { return 80, 24 })
}

// A device that is unplugged leaves the view, and its result stays above.
func TestViewOfAWatch(t *testing.T) {
	var screen bytes.Buffer
	v := viewOn(&screen)
	v.hear(report.Event{Type: report.DeviceAttached, UDID: "a", State: report.Waiting})
	v.hear(report.Event{Type: report.DeviceAttached, UDID: "b", State: report.Waiting})
	v.hear(report.Event{Type: report.DeviceDone, UDID: "a", Name: "Ada", Device: &report.Device{Name: "Ada", Verdict: string(checks.BackedUp)}})
	v.hear(report.Event{Type: report.DeviceDetached, UDID: "a"})
	v.hear(report.Event{Type: report.DeviceState, UDID: "b", Name: "Kitchen", State: report.Reading})
	v.draw()
	if want := "1  Ada · Backed up\n"; !strings.Contains(screen.String(), want) {
		t.Errorf("%q does not stand on the screen:\n%q", want, screen.String())
	}
	if len(v.tray.Rows) != 1 || v.tray.Rows[0].Name != "Kitchen" || v.rows["b"] != 0 {
		t.Errorf("the rows are %+v, the places %v", v.tray.Rows, v.rows)
	}
}

// BenchmarkView shows a tray of a thousand devices during a scan. cpu-ms/s is its cost per
// second of the scan: ten frames, and the events of 180 devices, which two cores examine in a
// second. %-of-scan is that cost relative to the CPU time of the scan, which uses all cores;
// the goal is 5.
func BenchmarkView(b *testing.B) {
	const devices, perSecond = 1000, 180
	v := viewOn(io.Discard)
	done := &report.Device{Verdict: string(checks.Failing), Findings: []report.Finding{{Check: "backup-turned-off", Status: string(checks.Problem)}}}
	for n := range devices {
		v.hear(report.Event{Type: report.DeviceAttached, UDID: fmt.Sprint(n), State: report.Waiting})
	}
	start := time.Now()
	for n := 0; b.Loop(); n++ {
		for i := range perSecond {
			udid := fmt.Sprint((n*perSecond + i) % devices)
			v.hear(report.Event{Type: report.DeviceState, UDID: udid, State: report.Reading})
			v.hear(report.Event{Type: report.DeviceDone, UDID: udid, Name: "Kitchen iPhone", Device: done})
		}
		for range time.Second / frame {
			v.draw()
		}
	}
	second := 1000 * time.Since(start).Seconds() / float64(b.N)
	b.ReportMetric(second, "cpu-ms/s")
	b.ReportMetric(100*second/float64(1000*runtime.NumCPU()), "%-of-scan")
	b.ReportMetric(0, "ns/op")
}
