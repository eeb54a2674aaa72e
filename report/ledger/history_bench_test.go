package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// The history used by the benchmarks: 27 000 visits of 2 000 devices with 37 findings each. With
// -short it has a fiftieth of the runs.
const (
	historyRuns    = 500
	historyVisits  = 54 // per run
	historyDevices = 2000
	historyRows    = 37 // stored findings per visit
)

// BenchmarkMillion queries a history of a million findings. It reports
//
//	ms/op    response time
//	x-limit  response time relative to the limit of 100 ms
//	MB       file size
func BenchmarkMillion(b *testing.B) {
	path, runs := filepath.Join(b.TempDir(), "history.sqlite"), historyRuns
	if testing.Short() {
		runs /= 50
	}
	fillHistory(b, path, runs)
	info, err := os.Stat(path)
	must(b, err)
	s := openedHistory(b, path)
	now := monday.Add(time.Duration(runs) * aDay)
	for _, question := range []struct {
		name string
		ask  func() error
	}{
		{"stale", func() error { _, err := s.Stale(b.Context(), now, 14); return err }},
		{"device", func() error { _, err := s.Device(b.Context(), benchID(7), 20); return err }},
		{"runs", func() error { _, err := s.Runs(b.Context(), 20); return err }},
		{"slots", func() error { _, err := s.Health(b.Context(), 50); return err }},
		{"resume", func() error {
			must(b, holds.release(s.path, runID(7)))
			_, err := s.Resume(b.Context(), runID(7))
			return err
		}},
		{"open", func() error { other, err := OpenHistory(b.Context(), path); must(b, err); return other.Close() }},
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

// fillHistory writes the history of the benchmarks, a run at a time.
func fillHistory(b *testing.B, path string, runs int) {
	s, err := OpenHistory(b.Context(), path)
	must(b, err)
	sick := tray(b)[0]
	var sample []report.Finding
	for i := range historyRows {
		f := sick.Findings[i%len(sick.Findings)]
		f.Check = fmt.Sprintf("check-%d", i)
		f.Status = []string{"ok", "unknown", "warning", "problem"}[i%4]
		sample = append(sample, f)
	}
	sick.Findings = sample
	for run := range runs {
		at := monday.Add(time.Duration(run) * aDay)
		must(b, s.Begin(b.Context(), Run{ID: runID(run), Started: at, Tool: "1.2.3", Host: "linux"}))
		var prepared []preparedMessage
		for slot := range historyVisits {
			d := sick
			n := (run*historyVisits + slot) % historyDevices
			d.UDID, d.Slot, d.Name = benchID(n), fmt.Sprint(slot), fmt.Sprintf("iPhone of number %d", n)
			d.TakenAt, d.LastBackup = at, at.Add(-time.Duration(n%40)*aDay)
			d.Asset = []report.Field{{Name: "Asset tag", Value: fmt.Sprintf("A-%d", n)}}
			p, err := ownMessage(report.Run{ID: runID(run), Subject: report.OfDevices}, d, at)
			must(b, err)
			prepared = append(prepared, p)
		}
		must(b, s.write(b.Context(), func(tx transaction) error { return keep(b.Context(), tx, prepared) }))
	}
	var findings int
	must(b, s.read(b.Context(), func(tx transaction) error {
		return tx.QueryRowContext(b.Context(), "SELECT count(*) FROM findings").Scan(&findings)
	}))
	if want := runs * historyVisits * historyRows; findings != want {
		b.Fatalf("%d findings in the history, want %d", findings, want)
	}
	must(b, s.Close())
}

// BenchmarkAdd stores the devices of a tray, one commit each, and reports
//
//	ms/device  how long a run waits for each device
//	x-limit    that, relative to the 20 ms available per device in a scan of a thousand in 20 s
func BenchmarkAdd(b *testing.B) {
	s := fresh(b)
	devices := tray(b)
	must(b, s.Begin(b.Context(), Run{ID: runID(1), Started: monday}))
	n := 0
	for b.Loop() {
		d := devices[n%len(devices)]
		d.UDID = benchID(n)
		must(b, s.Add(b.Context(), runID(1), d))
		n++
	}
	each := float64(b.Elapsed()) / float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(each/float64(time.Millisecond), "ms/device")
	b.ReportMetric(each/float64(20*time.Millisecond), "x-limit")
}
