// Package metrics exports the state of a fleet to Prometheus. It caches nothing: each scrape
// queries the database, which stores all counts.
package metrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTimeout is how long a scrape may take.
const scrapeTimeout = 10 * time.Second

// A Collector collects the metrics of a fleet. Names end in their unit, and those of counters in
// total.
type Collector struct {
	Store *ledger.Store
	Log   *slog.Logger
}

var (
	up       = describe("backupdoctor_fleet_up", "Whether the database answered: 1 if so.")
	devices  = describe("backupdoctor_fleet_devices", "Devices by their verdict, as they were last read.", "verdict")
	inPart   = describe("backupdoctor_fleet_incomplete_devices", "Devices that were read only in part, whatever their verdict; those not examined at all are not among them.")
	backups  = describe("backupdoctor_fleet_backup_devices", "Devices by what is known of their last iCloud backup: known, never or unknown.", "backup")
	causes   = describe("backupdoctor_fleet_cause_devices", "Devices by the causes that were last found on them; hint is true where the cause may be another.", "check", "status", "hint")
	reports  = describe("backupdoctor_fleet_reports_received_total", "Reports that were kept.", "bench")
	refused  = describe("backupdoctor_fleet_reports_refused_total", "Reports that the database refused, by reason; what could not even be opened is among those that were set aside.", "reason")
	leftOut  = describe("backupdoctor_fleet_findings_left_out_total", "Findings of checks that this program does not know and that were left out: the bench has sent too many of those.", "bench")
	clock    = describe("backupdoctor_fleet_bench_clock_ahead_seconds", "How far the clock of a bench was ahead of the hub's when it sent its last report.", "bench")
	lag      = describe("backupdoctor_fleet_bench_lag_seconds", "How long after it was read the last report of a bench was received.", "bench")
	received = describe("backupdoctor_fleet_bench_last_received_timestamp_seconds", "When the last report of a bench was received, in seconds since 1970.", "bench")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe implements [prometheus.Collector].
func (c Collector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{up, devices, inPart, backups, causes, reports, refused, leftOut, clock, lag, received} {
		out <- desc
	}
}

// Collect implements [prometheus.Collector]. Values that cannot be read have no sample.
func (c Collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	answered := 1.0
	for _, collect := range []func(context.Context, chan<- prometheus.Metric) error{c.totals, c.benches, c.refusals} {
		if err := collect(ctx, out); err != nil {
			c.Log.Error("the fleet cannot be measured", "error", err)
			answered = 0
		}
	}
	out <- gauge(up, answered)
}

func (c Collector) totals(ctx context.Context, out chan<- prometheus.Metric) error {
	t, err := c.Store.Totals(ctx, "")
	if err != nil {
		return err
	}
	for _, v := range checks.Verdicts() {
		out <- gauge(devices, float64(t.Verdicts[v]), string(v))
	}
	if n := t.Verdicts[""]; n > 0 {
		out <- gauge(devices, float64(n), "unknown")
	}
	out <- gauge(inPart, float64(t.Incomplete))
	out <- gauge(backups, float64(t.Known), string(ledger.BackupKnown))
	out <- gauge(backups, float64(t.Never), string(ledger.BackupNever))
	out <- gauge(backups, float64(t.Unknown), string(ledger.BackupUnknown))
	for _, cause := range t.Causes {
		out <- gauge(causes, float64(cause.Problems), cause.Check, "problem", "")
		hint := ""
		if cause.Hint() {
			hint = "true"
		}
		out <- gauge(causes, float64(cause.Warnings), cause.Check, "warning", hint)
	}
	return nil
}

func (c Collector) benches(ctx context.Context, out chan<- prometheus.Metric) error {
	for b, err := range ledger.All(func(page ledger.Page) (ledger.List[ledger.Bench], error) { return c.Store.Benches(ctx, page) }) {
		if err != nil {
			return err
		}
		out <- prometheus.MustNewConstMetric(reports, prometheus.CounterValue, float64(b.Reports), b.Name)
		out <- prometheus.MustNewConstMetric(leftOut, prometheus.CounterValue, float64(b.LeftOut), b.Name)
		out <- gauge(clock, float64(b.ClockAhead), b.Name)
		out <- gauge(lag, float64(b.LagSeconds), b.Name)
		out <- gauge(received, float64(b.ReceivedAt.Unix()), b.Name)
	}
	return nil
}

func (c Collector) refusals(ctx context.Context, out chan<- prometheus.Metric) error {
	counted, err := c.Store.Refusals(ctx)
	if err != nil {
		return err
	}
	for reason, n := range counted {
		out <- prometheus.MustNewConstMetric(refused, prometheus.CounterValue, float64(n), string(reason))
	}
	return nil
}

func gauge(desc *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}
