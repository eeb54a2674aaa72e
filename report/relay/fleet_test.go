package relay

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// eventually waits until a condition holds, long enough for a slow machine.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("it never came about that %s", what)
}

// givenAddresses are the results of freeAddress.
var givenAddresses sync.Map

// freeAddress returns an unused address of this computer, and never the same twice. Its port is below
// those that the system gives to outgoing connections, one of which might take it before a hub listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		listener, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		listener.Close()
		if _, given := givenAddresses.LoadOrStore(address, true); !given {
			return address
		}
	}
	t.Fatal("no free address")
	return ""
}

// A lockedBuffer is a log for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// logged returns a logger whose lines are shown if the test fails.
func logged(t testing.TB, who string) (*slog.Logger, *lockedBuffer) {
	t.Helper()
	log := new(lockedBuffer)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s logged:\n%s", who, log)
		}
	})
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelInfo})), log
}

// running calls run until the test ends or stop is called.
func running(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("it ended with: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// A fleet is a credentials folder with some benches.
type fleet struct {
	folder *credentials.Folder
	creds  map[string]string
}

func newFleet(t testing.TB, benches ...string) *fleet {
	t.Helper()
	folder, err := credentials.Create(filepath.Join(t.TempDir(), "fleet"))
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{folder: folder, creds: map[string]string{}}
	f.add(t, benches...)
	return f
}

func (f *fleet) add(t testing.TB, benches ...string) {
	t.Helper()
	files, err := f.folder.AddBench(benches...)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range benches {
		f.creds[name] = files[i]
	}
}

// hub returns a hub that listens on a free address.
func (f *fleet) hub(t testing.TB, store Store) *Hub {
	t.Helper()
	log, _ := logged(t, "the hub")
	return &Hub{Dir: t.TempDir(), Credentials: f.folder.Node(), Listen: "tls://" + freeAddress(t), Store: store, Log: log}
}

// A testBench is a bench with its history.
type testBench struct {
	*Bench
	history *ledger.Store
	run     string // in its history
	n       int    // devices in it
	began   time.Time
	wake    chan struct{}
}

// bench returns a bench that connects to the address of a hub.
func (f *fleet) bench(t testing.TB, name, hub string) *testBench {
	t.Helper()
	log, _ := logged(t, "bench "+name)
	b := &Bench{Tool: "1.4.0", Dir: t.TempDir(), Hubs: []string{hub}, Credentials: f.creds[name], Log: log, reconnect: 100 * time.Millisecond}
	return withHistory(t, b, filepath.Join(b.Dir, "history.sqlite"))
}

// withHistory gives a bench a history, which is closed at the end of the test.
func withHistory(t testing.TB, b *Bench, path string) *testBench {
	t.Helper()
	s, err := ledger.OpenHistory(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	tb := &testBench{Bench: b, history: s, began: time.Now().Add(-time.Minute), wake: make(chan struct{}, 1)}
	b.Ledger, b.Wake = s, tb.wake
	if tb.run, err = begunRun(s); err != nil {
		t.Fatal(err)
	}
	return tb
}

// begunRun begins a run in a history and returns its ID.
func begunRun(s *ledger.Store) (string, error) {
	id, err := envelope.NewID()
	if err != nil {
		return "", err
	}
	return id, s.Begin(context.Background(), ledger.Run{ID: id, Started: time.Now()})
}

// keep stores a device with a report in the history.
func (b *testBench) keep(item receipt.Item) error {
	b.n++
	d := sample("x").Devices[0]
	d.UDID, d.TakenAt = fmt.Sprintf("00008110-%016X", b.n), time.Now()
	if err := b.history.AddAndSend(context.Background(), b.run, d, item); err != nil {
		return err
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return nil
}

// sample returns a report on one device, whose name makes it as long as needed.
func sample(name string) report.Report {
	return report.Report{
		Header: report.NewHeader(report.KindReport), Subject: report.OfDevices,
		Devices: []report.Device{{UDID: "00008110-000A1B2C3D4E5F60", Name: name, Verdict: "failing", Findings: []report.Finding{}}},
	}
}

// made makes a report that contains only a name.
func made(name string) (receipt.Item, error) {
	packed, cut, err := envelope.Pack(sample(name))
	if err != nil {
		return receipt.Item{}, err
	}
	id, err := envelope.NewID()
	return receipt.Item{ID: id, Cut: cut, Report: packed}, err
}

// one returns such a report.
func one(t testing.TB, name string) receipt.Item {
	t.Helper()
	item, err := made(name)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

// publish stores n reports and returns their IDs.
func publish(t testing.TB, b *testBench, n int) (ids []string) {
	t.Helper()
	for i := range n {
		ids = append(ids, mustKeep(t, b, one(t, fmt.Sprintf("iPhone %d", i))))
	}
	return ids
}

// mustKeep stores a report and returns its ID.
func mustKeep(t testing.TB, b *testBench, item receipt.Item) string {
	t.Helper()
	if err := b.keep(item); err != nil {
		t.Fatal(err)
	}
	return item.ID
}

// benchState returns the state of a bench.
func benchState(t testing.TB, b *testBench) (state BenchState) {
	t.Helper()
	state, err := b.State(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// drained waits until receipts cover all reports of a bench.
func drained(t testing.TB, b *testBench) {
	t.Helper()
	eventually(t, "the hub has all reports", func() bool { return benchState(t, b).Waiting == 0 })
}

// linked waits until a bench is connected to its hub.
func linked(t testing.TB, b *testBench) {
	t.Helper()
	eventually(t, "the bench is linked", func() bool { return benchState(t, b).Linked })
}
