package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
)

// eventually waits until something is so: for as long as a slow machine may need.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("it never came about that %s", what)
}

// freeAddress is one of this computer at which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// A lockedBuffer is a log that several goroutines write to.
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

// logged gives a logger, whose lines are shown where the test fails.
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

// A shelf is a sink in memory: how often each message was taken.
type shelf struct {
	mu      sync.Mutex
	taken   map[string]int
	order   []Message
	fails   func(Message) error // nil if it never does
	refused int
}

func (s *shelf) sink(_ context.Context, m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		if err := s.fails(m); err != nil {
			s.refused++
			return err
		}
	}
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	if s.taken[m.ID]++; s.taken[m.ID] == 1 {
		s.order = append(s.order, m)
	}
	return nil
}

func (s *shelf) failWith(fails func(Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
}

func (s *shelf) messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.order...)
}

// has tells whether all of these were taken.
func (s *shelf) has(ids []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.taken[id] == 0 {
			return false
		}
	}
	return true
}

// mustHold fails unless exactly these were taken.
func (s *shelf) mustHold(t testing.TB, ids []string) {
	t.Helper()
	eventually(t, "all acknowledged reports are at the sink", func() bool { return s.has(ids) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) != len(ids) {
		t.Errorf("the sink holds %d reports, %d were acknowledged", len(s.taken), len(ids))
	}
}

// running runs something until the test ends, or stop is called.
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

// A fleet is a folder of credentials, with benches that were added.
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

// hub gives a hub that listens at a free address.
func (f *fleet) hub(t testing.TB, sink Sink) *Hub {
	t.Helper()
	log, _ := logged(t, "the hub")
	return &Hub{Dir: t.TempDir(), Credentials: f.folder.Node(), Listen: "tls://" + freeAddress(t), Sink: sink, Log: log}
}

// bench gives a bench that is linked to a hub, or to whatever is at the address.
func (f *fleet) bench(t testing.TB, name, hub string) *Bench {
	t.Helper()
	log, _ := logged(t, "bench "+name)
	return &Bench{Tool: "1.4.0", Dir: t.TempDir(), Hubs: []string{hub}, Credentials: f.creds[name], Log: log, reconnect: 100 * time.Millisecond}
}

// sample is a report on one device, whose name makes it as long as need be.
func sample(name string) report.Report {
	return report.Report{
		Header: report.NewHeader(report.KindReport), Subject: report.OfDevices,
		Devices: []report.Device{{UDID: "00008110-000A1B2C3D4E5F60", Name: name, Verdict: "failing", Findings: []report.Finding{}}},
	}
}

// one is such a report as an outbox has it.
func one(t testing.TB, name string) outbox.Item {
	t.Helper()
	item, err := made(name)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

// publish publishes n reports, and gives their ids once all were acknowledged.
func publish(t testing.TB, b *Bench, n int) (ids []string) {
	t.Helper()
	for i := range n {
		item := one(t, fmt.Sprintf("iPhone %d", i))
		mustPublish(t, b, item)
		ids = append(ids, item.ID)
	}
	return ids
}

// mustPublish publishes a report as a pump does: again and again while the stream is down.
func mustPublish(t testing.TB, b *Bench, item outbox.Item) {
	t.Helper()
	eventually(t, "a report is acknowledged", func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		err := b.Publish(ctx, item)
		if err != nil && !errors.Is(err, ErrDown) {
			t.Logf("publishing: %v", err)
		}
		return err == nil
	})
}

// benchState is that of a bench which runs.
func benchState(t testing.TB, b *Bench) (state BenchState) {
	t.Helper()
	eventually(t, "the bench runs", func() bool {
		var err error
		state, err = b.State(context.Background())
		return err == nil
	})
	return state
}

// drained waits until a hub has acknowledged everything that a bench keeps.
func drained(t testing.TB, b *Bench) {
	t.Helper()
	eventually(t, "the hub has acknowledged all that the bench kept", func() bool { return benchState(t, b).Waiting == 0 })
}

// linked waits until a bench is linked to its hub.
func linked(t testing.TB, b *Bench) {
	t.Helper()
	eventually(t, "the bench is linked", func() bool { return benchState(t, b).Linked })
}
