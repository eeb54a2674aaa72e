package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// benches returns the size of a fleet: the fifty that one hub should support, or five with -short.
func benches() int {
	if testing.Short() {
		return 5
	}
	return 50
}

// typical returns a report as benches send it, of about 60 kB.
func typical(b *testing.B) []byte {
	b.Helper()
	text, err := os.ReadFile("../../testdata/reports/tray-of-six.json")
	if err != nil {
		b.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		b.Fatal(err)
	}
	r.Devices = r.Devices[:1]
	packed, _, err := envelope.Pack(r)
	if err != nil {
		b.Fatal(err)
	}
	return packed
}

// sized returns a report of a given length, whose name cannot be shortened.
func sized(b *testing.B, length int) []byte {
	b.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	name := make([]byte, length-500)
	for i := range name {
		name[i] = "0123456789abcdef"[random.IntN(16)]
	}
	packed, _, err := envelope.Pack(sample(string(name)))
	if err != nil {
		b.Fatal(err)
	}
	return packed
}

// ofDevice returns a report of another device. A hub takes longer for many readings of one device at
// the same time, which do not occur.
func ofDevice(report []byte, n int) []byte {
	const name = `"udid":"`
	start := bytes.Index(report, []byte(name)) + len(name)
	end := start + bytes.IndexByte(report[start:], '"')
	return slices.Concat(report[:start], fmt.Appendf(nil, "00008110-%016X", n), report[end:])
}

// spread has a publisher for each bench send n messages in all, each one after another.
func spread(b *testing.B, n int, publish func(of, i int) error) {
	var all sync.WaitGroup
	for of := range benches() {
		all.Go(func() {
			for i := of; i < n; i += benches() {
				if err := publish(of, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkFleet sends the stored reports of a fleet to one hub, until the benches have
// receipts for all of them. For comparison, the same run writes the same bytes to a single stream
// without a consumer, synced to the same disk with every report: of-bare is the ratio.
//
// The cost of the guarantees is measured layer by layer: "stream" is a hub whose store does
// nothing, "database" has a hub's store in SQLite, which syncs each batch.
func BenchmarkFleet(b *testing.B) {
	for _, size := range []struct {
		name   string
		report []byte
	}{{"8kB", sized(b, 8<<10)}, {"64kB", sized(b, 64<<10)}, {"typical", typical(b)}} {
		for _, layer := range []string{"stream", "database"} {
			b.Run(size.name+"/"+layer, func(b *testing.B) { benchmarkFleet(b, size.report, layer) })
		}
	}
}

// A counting store counts what the underlying store takes.
type counting struct {
	Store
	taken atomic.Int64
}

func (c *counting) Put(ctx context.Context, messages []Message) error {
	err := c.Store.Put(ctx, messages)
	if err == nil {
		c.taken.Add(int64(len(messages)))
	}
	return err
}

// A gated ledger has nothing to send until it is opened.
type gated struct {
	Ledger
	open *atomic.Bool
}

func (g gated) Ledgers(ctx context.Context) ([]receipt.Ledger, error) {
	if !g.open.Load() {
		return nil, nil
	}
	return g.Ledger.Ledgers(ctx)
}

func benchmarkFleet(b *testing.B, report []byte, layer string) {
	bare := bareStream(b, b.N, report)
	var names []string
	for i := range benches() {
		names = append(names, fmt.Sprintf("bench-%02d", i))
	}
	f := newFleet(b, names...)
	quiet := slog.New(slog.DiscardHandler)
	store := &counting{Store: new(shelf)}
	if layer == "database" {
		opened, err := ledger.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "fleet.db"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { opened.Close() })
		store.Store = database{opened}
	}
	hub := f.hub(b, store)
	hub.Log = quiet
	running(b, hub.Run)
	before := heap()
	var open atomic.Bool
	fleet := make([]*testBench, benches())
	for i, name := range names {
		bench := f.bench(b, name, hub.Listen)
		bench.Log = quiet
		bench = withHistory(b, bench.Bench, filepath.Join(ownDisk(b), "history.sqlite"))
		bench.Ledger = gated{bench.history, &open}
		fleet[i] = bench
	}
	spread(b, b.N, func(of, i int) error {
		id, err := envelope.NewID()
		if err != nil {
			return err
		}
		return fleet[of].keep(receipt.Item{ID: id, Report: ofDevice(report, i)})
	})
	for i, bench := range fleet {
		running(b, bench.Run)
		eventually(b, "the bench is linked", func() bool {
			bench.mu.Lock()
			defer bench.mu.Unlock()
			l := bench.links[names[i]]
			if l == nil {
				return false
			}
			is, _ := l.state()
			return is
		})
	}
	perBench := (heap() - before) / float64(benches())

	b.ResetTimer()
	began := time.Now()
	open.Store(true)
	for _, bench := range fleet {
		select {
		case bench.wake <- struct{}{}:
		default:
		}
	}
	var stored time.Duration
	for covered := 0; covered < benches(); time.Sleep(time.Millisecond) {
		if stored == 0 && store.taken.Load() >= int64(b.N) {
			stored = time.Since(began)
		}
		covered = 0
		if stored == 0 {
			continue
		}
		for _, bench := range fleet {
			state, err := bench.State(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if state.Waiting == 0 {
				covered++
			}
		}
	}
	through := time.Since(began)
	b.StopTimer()
	rate := float64(b.N) / stored.Seconds()
	b.ReportMetric(rate, "reports/s")
	b.ReportMetric(float64(b.N)/through.Seconds(), "receipts/s")
	b.ReportMetric(bare, "bare/s")
	b.ReportMetric(rate/bare, "of-bare")
	b.ReportMetric(perBench/1e6, "heap-MB/bench")
	b.ReportMetric(float64(len(report)), "B/report")
	b.ReportMetric(float64(store.taken.Load()-int64(b.N)), "stored-again")
}

// BenchmarkAlone measures the time from storing a report to its receipt, without other load.
func BenchmarkAlone(b *testing.B) {
	report := typical(b)
	f := newFleet(b, "north")
	hub := f.hub(b, new(shelf))
	running(b, hub.Run)
	bench := f.bench(b, "north", hub.Listen)
	running(b, bench.Run)
	linked(b, bench)
	var lags []time.Duration
	for b.Loop() {
		id, err := envelope.NewID()
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		mustKeep(b, bench, receipt.Item{ID: id, Report: report})
		for benchState(b, bench).Waiting > 0 {
			time.Sleep(100 * time.Microsecond)
		}
		lags = append(lags, time.Since(began))
	}
	slices.Sort(lags)
	b.ReportMetric(lags[len(lags)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(lags[len(lags)*99/100].Seconds()*1000, "p99-ms")
}

// ownDisk returns a folder in memory, if available: real benches have their own disks, and fifty on
// the hub's disk would distort the result.
func ownDisk(b *testing.B) string {
	folder, err := os.MkdirTemp("/dev/shm", "backupdoctor-bench-*")
	if err != nil {
		return b.TempDir()
	}
	b.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			b.Error(err)
		}
	})
	return folder
}

// bareStream measures how many reports per second a single stream takes from a publisher for each bench.
func bareStream(b *testing.B, n int, report []byte) float64 {
	js, end := bare(b, server.Options{ServerName: "bare", SyncAlways: true})
	defer end()
	if _, err := js.CreateStream(b.Context(), jetstream.StreamConfig{Name: "BARE", Subjects: []string{"bare"}}); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	spread(b, n, func(_, _ int) error {
		_, err := js.PublishMsg(b.Context(), &nats.Msg{Subject: "bare", Data: report})
		return err
	})
	return float64(n) / time.Since(began).Seconds()
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// bare starts a server of its own, until end is called.
func bare(tb testing.TB, options server.Options) (js jetstream.JetStream, end func()) {
	tb.Helper()
	log := slog.New(slog.DiscardHandler)
	options.DontListen, options.StoreDir = true, tb.TempDir()
	s, err := start(&options, log)
	if err != nil {
		tb.Fatal(err)
	}
	conn, err := connect(s, log)
	if err != nil {
		stop(s)
		tb.Fatal(err)
	}
	end = func() {
		conn.Close()
		stop(s)
	}
	if js, err = jetstream.New(conn); err != nil {
		end()
		tb.Fatal(err)
	}
	return js, end
}
