package metrics

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetrics(t *testing.T) {
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "fleet.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	_, err = store.Put(t.Context(), ledger.Message{
		ID: "01936000-0000-7000-8000-000000000001", Bench: "oslo", Received: at.Add(time.Hour),
		Report: report.Report{Devices: []report.Device{{
			UDID: "a", TakenAt: at, Verdict: "failing", NoLastBackup: "absent", Findings: []report.Finding{{Check: "signed-out", Status: "problem"}},
		}}},
	}, ledger.Message{Bench: "oslo"})
	if err != nil {
		t.Fatal(err)
	}
	c := Collector{Store: store, Log: slog.New(slog.DiscardHandler)}
	const want = `
		# HELP backupdoctor_fleet_backup_devices Devices by what is known of their last iCloud backup: known, never or unknown.
		# TYPE backupdoctor_fleet_backup_devices gauge
		backupdoctor_fleet_backup_devices{backup="known"} 0
		backupdoctor_fleet_backup_devices{backup="never"} 1
		backupdoctor_fleet_backup_devices{backup="unknown"} 0
		# HELP backupdoctor_fleet_bench_lag_seconds How long after it was read the last report of a bench was received.
		# TYPE backupdoctor_fleet_bench_lag_seconds gauge
		backupdoctor_fleet_bench_lag_seconds{bench="oslo"} 3600
		# HELP backupdoctor_fleet_cause_devices Devices by the causes that were last found on them; hint is true where the cause may be another.
		# TYPE backupdoctor_fleet_cause_devices gauge
		backupdoctor_fleet_cause_devices{check="signed-out",hint="",status="problem"} 1
		backupdoctor_fleet_cause_devices{check="signed-out",hint="true",status="warning"} 0
		# HELP backupdoctor_fleet_reports_received_total Reports that were kept.
		# TYPE backupdoctor_fleet_reports_received_total counter
		backupdoctor_fleet_reports_received_total{bench="oslo"} 1
		# HELP backupdoctor_fleet_reports_refused_total Reports that the database refused, by reason; what could not even be opened is among those that were set aside.
		# TYPE backupdoctor_fleet_reports_refused_total counter
		backupdoctor_fleet_reports_refused_total{reason="bad-id"} 1
		# HELP backupdoctor_fleet_up Whether the database answered: 1 if so.
		# TYPE backupdoctor_fleet_up gauge
		backupdoctor_fleet_up 1
	`
	if err := testutil.CollectAndCompare(c, strings.NewReader(want), "backupdoctor_fleet_up", "backupdoctor_fleet_backup_devices", "backupdoctor_fleet_bench_lag_seconds",
		"backupdoctor_fleet_cause_devices", "backupdoctor_fleet_reports_received_total", "backupdoctor_fleet_reports_refused_total"); err != nil {
		t.Error(err)
	}
	problems, err := testutil.CollectAndLint(c)
	if err != nil || len(problems) > 0 {
		t.Errorf("the metrics break conventions: %v, %v", problems, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := testutil.CollectAndCompare(c, strings.NewReader("# HELP backupdoctor_fleet_up Whether the database answered: 1 if so.\n# TYPE backupdoctor_fleet_up gauge\nbackupdoctor_fleet_up 0\n")); err != nil {
		t.Error(err)
	}
}
