package history

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// The history of the benchmarks: 27 000 visits of 2 000 devices with 37 findings each.
const (
	benchRuns    = 500
	benchVisits  = 54 // in one run
	benchDevices = 2000
	benchRows    = 37 // findings of one visit that are kept
)

// limit is how long an answer may take.
const limit = 100 * time.Millisecond

// BenchmarkMillion asks a history of a million findings. It reports
//
//	ms/op    how long the answer took
//	x-limit  that, over the 100 ms that it may take
//	MB       the size of the file
func BenchmarkMillion(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.sqlite")
	fill(b, path)
	info, err := os.Stat(path)
	must(b, err)
	s := opened(b, path)
	now := monday.Add(benchRuns * aDay)
	for _, question := range []struct {
		name string
		ask  func() error
	}{
		{"stale", func() error { _, err := s.Stale(b.Context(), now, 14); return err }},
		{"device", func() error { _, err := s.Device(b.Context(), benchUDID(7), 20); return err }},
		{"runs", func() error { _, err := s.Runs(b.Context(), 20); return err }},
		{"slots", func() error { _, err := s.Health(b.Context(), 50); return err }},
		{"resume", func() error {
			must(b, holds.release(s.path, runID(7)))
			_, err := s.Resume(b.Context(), runID(7))
			return err
		}},
		{"open", func() error { other, err := Open(b.Context(), path); must(b, err); return other.Close() }},
	} {
		b.Run(question.name, func(b *testing.B) {
			for b.Loop() {
				must(b, question.ask())
			}
			each := float64(b.Elapsed()) / float64(b.N)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(each/float64(time.Millisecond), "ms/op")
			b.ReportMetric(each/float64(limit), "x-limit")
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}

func benchUDID(n int) string { return fmt.Sprintf("00008110-%016X", n) }

// fill writes the history of the benchmarks, a run at a time.
func fill(b *testing.B, path string) {
	s, err := Open(b.Context(), path)
	must(b, err)
	sick := tray(b)[0]
	detail, err := pack(sick)
	must(b, err)
	var findings []report.Finding
	for i := range benchRows {
		f := sick.Findings[i%len(sick.Findings)]
		f.Status = []string{"ok", "unknown", "warning", "problem"}[i%4]
		findings = append(findings, f)
	}
	sick.Findings = findings
	for run := range benchRuns {
		at := monday.Add(time.Duration(run) * aDay)
		must(b, s.Begin(b.Context(), Run{ID: runID(run), Started: at, Tool: "1.2.3", Host: "linux"}))
		must(b, s.do(b.Context(), writing, func(conn *sqlite.Conn) error {
			for slot := range benchVisits {
				d := sick
				n := (run*benchVisits + slot) % benchDevices
				d.UDID, d.Slot, d.Name = benchUDID(n), fmt.Sprint(slot), fmt.Sprintf("iPhone of number %d", n)
				d.TakenAt, d.LastBackup = at, at.Add(-time.Duration(n%40)*aDay)
				if _, err := addDevice(conn, runID(run), d, `[{"name":"Asset tag","value":"A-1234"}]`, detail); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must(b, s.do(b.Context(), reading, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT count(*) FROM findings", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			if got, want := row.ColumnInt(0), benchRuns*benchVisits*benchRows; got != want {
				b.Fatalf("%d findings in the history, want %d", got, want)
			}
			return nil
		}})
	}))
	must(b, s.Close())
}

// BenchmarkAdd keeps the devices of a tray, one commit each, and reports
//
//	ms/device  how long that holds a run up for each device
//	x-limit    that, over the 20 ms of a device's share of a scan of a thousand in 20 s
func BenchmarkAdd(b *testing.B) {
	s := fresh(b)
	devices := tray(b)
	must(b, s.Begin(b.Context(), Run{ID: runID(1), Started: monday}))
	n := 0
	for b.Loop() {
		d := devices[n%len(devices)]
		d.UDID = benchUDID(n)
		must(b, s.Add(b.Context(), runID(1), d))
		n++
	}
	each := float64(b.Elapsed()) / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(each/float64(time.Millisecond), "ms/device")
	b.ReportMetric(each/float64(20*time.Millisecond), "x-limit")
}
