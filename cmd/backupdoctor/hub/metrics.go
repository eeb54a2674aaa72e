package hub

import (
	"context"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/prometheus/client_golang/prometheus"
)

// hubMetrics collects the stream metrics of a hub; the database has its own.
type hubMetrics struct {
	benches engine
	store   *ledger.Store
	known   *health
	pages   *web.Connections
	status  string // path of the status file
}

var (
	hubUp        = hubMetric("up", "Whether the stream of the hub was written and read back in the last seconds: 1 if so.")
	hubPart      = hubMetric("part_up", "Whether a part of the hub has worked in the last seconds: 1 if so.", "part")
	hubFree      = hubMetric("free_bytes", "Free bytes on the disk of the hub's data folder.")
	hubPages     = hubMetric("page_connections", "Connections to the pages, by whether the client has signed in.", "state")
	hubCut       = hubMetric("page_connections_cut_total", "Connections of clients that had not signed in, closed to make room.")
	hubConns     = hubMetric("bench_connections", "Connections to the address for benches, by whether the client has given credentials.", "state")
	hubConnsCut  = hubMetric("bench_connections_cut_total", "Connections to the address for benches without credentials, closed to make room.")
	hubWaiting   = hubMetric("waiting_reports", "Reports that the hub has and the database has not.")
	hubSetAside  = hubMetric("set_aside_messages", "Messages that are kept aside, because they can never be stored.", "reason")
	hubLinked    = hubMetric("linked_benches", "Benches that are connected to this node.")
	hubBenchWait = hubMetric("bench_waiting_reports", "Reports that a bench has numbered and the database does not have.", "bench")
	hubShare     = hubMetric("bench_share_ratio", "How much of its share a bench uses, from 0 to 1: of the hub's stream, of the unknown checks, or of the rejected messages. Over it only that bench waits, or is only counted.", "bench", "of")
	hubBenchHere = hubMetric("bench_linked", "Whether a bench is connected to this node: 1 if so.", "bench")
	hubBenchSeen = hubMetric("bench_last_linked_timestamp_seconds", "When a bench was last seen connected to this node.", "bench")
	hubLost      = hubMetric("bench_lost_reports_total", "Reports that neither the bench nor the database has.", "bench")
)

func hubMetric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("backupdoctor_hub_"+name, help, labels, nil)
}

// measureWithin is how long the stream may take to answer a scrape.
const measureWithin = 5 * time.Second

// Describe implements [prometheus.Collector].
func (m hubMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{hubUp, hubPart, hubFree, hubPages, hubCut, hubConns, hubConnsCut, hubWaiting, hubSetAside, hubLinked, hubBenchWait, hubBenchHere, hubBenchSeen, hubShare, hubLost} {
		out <- desc
	}
}

// Collect implements [prometheus.Collector]. A value that cannot be read yields no sample.
func (m hubMetrics) Collect(out chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	pages := m.pages.Count()
	gauge(hubPages, float64(pages.Anonymous), "anonymous")
	gauge(hubPages, float64(pages.SignedIn), "signed-in")
	out <- prometheus.MustNewConstMetric(hubCut, prometheus.CounterValue, float64(pages.Cut))
	for _, part := range m.known.all() {
		up := 0.0
		if part.works(time.Now()) {
			up = 1
		}
		gauge(hubPart, up, part.Part)
		switch part.Part {
		case streamPart:
			gauge(hubUp, up)
		case roomPart:
			if !part.OKAt.IsZero() || part.Free > 0 {
				gauge(hubFree, float64(part.Free))
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), measureWithin)
	defer cancel()
	if gaps, err := m.store.Gaps(ctx); err == nil {
		for bench, sum := range gapsByBench(gaps) {
			gauge(hubBenchWait, float64(sum.Waiting), bench)
			out <- prometheus.MustNewConstMetric(hubLost, prometheus.CounterValue, float64(sum.Lost), bench)
		}
	}
	if counts, err := m.store.SetAsideCounts(ctx); err == nil {
		for reason, n := range counts {
			gauge(hubSetAside, float64(n), string(reason))
		}
	}
	if shares, err := m.store.Shares(ctx); err == nil {
		for bench, used := range shares {
			gauge(hubShare, used.Checks, bench, "checks")
			gauge(hubShare, used.Rejects, bench, "rejects")
		}
	}
	state, err := m.benches.State(ctx)
	if err != nil {
		return
	}
	for bench, n := range state.InStream {
		gauge(hubShare, float64(n)/relay.Share, bench, "stream")
	}
	gauge(hubWaiting, float64(state.Waiting))
	if state.Linked != nil {
		gauge(hubLinked, float64(len(state.Linked)))
		gauge(hubConns, float64(len(state.Linked)), "authenticated")
		m.collectLinks(gauge, state.Linked)
	}
	if state.Unauthenticated != nil {
		gauge(hubConns, float64(state.Unauthenticated.Now), "unauthenticated")
		out <- prometheus.MustNewConstMetric(hubConnsCut, prometheus.CounterValue, float64(state.Unauthenticated.Cut))
	}
}

// collectLinks reports whether each bench that was ever connected is connected now, and when it last
// was.
func (m hubMetrics) collectLinks(gauge func(*prometheus.Desc, float64, ...string), linked []string) {
	before, err := readStatus(m.status)
	if err != nil {
		return
	}
	for bench, at := range before.LinkedAt {
		here := 0.0
		if slices.Contains(linked, bench) {
			here = 1
		}
		gauge(hubBenchHere, here, bench)
		gauge(hubBenchSeen, float64(at.Unix()), bench)
	}
}
