package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
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
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
)

// benches is a fleet of a size that one hub should carry.
const benches = 50

// alone is how many reports are published one by one.
const alone = 100

// typical is a report as benches send it, of some 60 kilobytes.
func typical(b *testing.B) (packed []byte, cut string) {
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
	if packed, cut, err = envelope.Pack(r); err != nil {
		b.Fatal(err)
	}
	return packed, cut
}

// spread lets fifty publish n messages in all, each one after the other.
func spread(b *testing.B, n int, publish func(of, i int) error) {
	var all sync.WaitGroup
	for of := range benches {
		all.Go(func() {
			for i := of; i < n; i += benches {
				if err := publish(of, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkFleet publishes reports at fifty benches and waits until all are at the sink of one
// hub. Beside it, in the same run, the same bytes go into one stream with nothing behind it,
// synced to the same disk as often: the ratio is what a second stream, a link, a sink, and
// taking out again what was put in cost. A hundred more then go one by one.
func BenchmarkFleet(b *testing.B) {
	packed, cut := typical(b)
	items := make([]outbox.Item, b.N+alone)
	number := map[string]int{}
	for i := range items {
		id, err := envelope.NewID()
		if err != nil {
			b.Fatal(err)
		}
		items[i], number[id] = outbox.Item{ID: id, Cut: cut, Report: packed}, i
	}
	bare := bareStream(b, items[:b.N])

	var names []string
	for i := range benches {
		names = append(names, fmt.Sprintf("bench-%02d", i))
	}
	f := newFleet(b, names...)
	quiet := slog.New(slog.DiscardHandler)
	arrived, left := make([]time.Time, len(items)), make([]time.Time, len(items))
	var mu sync.Mutex
	missing := b.N
	waitForAll := func() {
		b.Helper()
		for last, since := 0, time.Now(); ; time.Sleep(100 * time.Microsecond) {
			mu.Lock()
			now := missing
			mu.Unlock()
			switch {
			case now == 0:
				return
			case now != last:
				last, since = now, time.Now()
			case time.Since(since) > 2*time.Minute:
				b.Fatalf("%d reports are missing, and none has come for long", now)
			}
		}
	}
	hub := f.hub(b, func(_ context.Context, m Message) error {
		mu.Lock()
		defer mu.Unlock()
		if i := number[m.ID]; arrived[i].IsZero() {
			arrived[i] = time.Now()
			missing--
		}
		return nil
	})
	hub.Log = quiet
	running(b, hub.Run)
	before := heap()
	fleet := make([]*Bench, benches)
	for i, name := range names {
		fleet[i] = f.bench(b, name, hub.Listen)
		fleet[i].Log, fleet[i].Dir = quiet, ownDisk(b)
		running(b, fleet[i].Run)
	}
	for _, bench := range fleet {
		linked(b, bench)
	}
	perBench := float64(heap()-before) / benches

	var again atomic.Int64
	publish := func(of, i int) error {
		left[i] = time.Now()
		err := fleet[of].Publish(b.Context(), items[i])
		for ; err != nil && b.Context().Err() == nil; err = fleet[of].Publish(b.Context(), items[i]) {
			again.Add(1) // as an outbox does
			time.Sleep(time.Second)
		}
		return err
	}

	b.ResetTimer()
	began := time.Now()
	spread(b, b.N, publish)
	published := time.Since(began)
	b.StopTimer()
	mu.Lock()
	waiting := missing
	mu.Unlock()
	onDisk := size(b, hub.Dir)
	for _, bench := range fleet {
		onDisk += size(b, bench.Dir)
	}
	b.StartTimer()
	waitForAll()
	through := time.Since(began)
	b.StopTimer()

	// And then some that have the whole way to themselves.
	for i := b.N; i < len(items); i++ {
		mu.Lock()
		missing++
		mu.Unlock()
		if err := publish(i%benches, i); err != nil {
			b.Fatal(err)
		}
		waitForAll()
	}
	lags := func(from, to int) (sorted []time.Duration) {
		for i := from; i < to; i++ {
			sorted = append(sorted, arrived[i].Sub(left[i]))
		}
		slices.Sort(sorted)
		return sorted
	}
	pressed, single := lags(0, b.N), lags(b.N, len(items))
	rate := float64(b.N) / through.Seconds()
	b.ReportMetric(rate, "reports/s")
	b.ReportMetric(float64(b.N)/published.Seconds(), "published/s")
	b.ReportMetric(bare, "bare/s")
	b.ReportMetric(rate/bare, "of-bare")
	b.ReportMetric(pressed[len(pressed)*99/100].Seconds()*1000, "pressed-p99-ms")
	b.ReportMetric(single[len(single)/2].Seconds()*1000, "alone-p50-ms")
	b.ReportMetric(perBench/1e6, "heap-MB/bench")
	b.ReportMetric(float64(onDisk)/float64(max(waiting, 1)), "disk-B/waiting")
	b.ReportMetric(float64(len(packed)), "B/report")
	b.ReportMetric(float64(again.Load()), "published-again")
}

// ownDisk is a folder in memory, where there is one: in life each bench has a disk of its own,
// and fifty on the hub's disk would measure that.
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

// bareStream is how many of the items a second one stream takes, from fifty publishers.
func bareStream(b *testing.B, items []outbox.Item) float64 {
	s, err := start(&server.Options{ServerName: "bare", DontListen: true, StoreDir: b.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer stop(s)
	conn, err := connect(s, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := js.CreateStream(b.Context(), jetstream.StreamConfig{Name: "BARE", Subjects: []string{"bare"}}); err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	spread(b, len(items), func(_, i int) error {
		_, err := js.PublishMsg(b.Context(), &nats.Msg{Subject: "bare", Data: items[i].Report}, jetstream.WithMsgID(items[i].ID))
		return err
	})
	return float64(len(items)) / time.Since(began).Seconds()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// size is how many bytes the files in a folder take.
func size(b *testing.B, folder string) (bytes int64) {
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // a file that went meanwhile
		}
		if info, err := entry.Info(); err == nil && !entry.IsDir() {
			bytes += info.Size()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}
