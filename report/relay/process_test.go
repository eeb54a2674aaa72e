package relay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// These tests run benches and hubs as separate processes, so that they can be killed: the test
// binary runs itself, with its role in the environment.
const roleVariable = "BACKUPDOCTOR_STREAM_ROLE"

// A role describes a process: a hub if it has a sink, otherwise a bench.
type role struct {
	Name, Dir, Credentials string
	Listen                 string // of a hub
	Cluster                *Cluster
	Sink                   string   // database of a hub
	Hubs                   []string // of a bench
	Adds                   int      // how many reports it stores
}

// asHub returns the role of a hub.
func asHub(h *Hub, sink string) role {
	return role{Name: h.Name, Dir: h.Dir, Credentials: h.Credentials, Listen: h.Listen, Cluster: h.Cluster, Sink: sink}
}

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(roleVariable)
	if !ok {
		os.Exit(m.Run())
	}
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		panic(err)
	}
	fmt.Fprintln(os.Stderr, "ended:", r.play(slog.New(slog.NewTextHandler(os.Stderr, nil))))
	os.Exit(1)
}

func (r role) play(log *slog.Logger) error {
	if r.Sink != "" {
		store, err := ledger.Open(context.Background(), "sqlite:"+r.Sink)
		if err != nil {
			return err
		}
		hub := Hub{Name: r.Name, Dir: r.Dir, Credentials: r.Credentials, Listen: r.Listen, Cluster: r.Cluster, Store: database{store}, Log: log, ackWait: 2 * time.Second}
		return hub.Run(context.Background())
	}
	bench := Bench{Name: r.Name, Dir: r.Dir, Credentials: r.Credentials, Hubs: r.Hubs, Log: log, reconnect: 100 * time.Millisecond}
	return actAsBench(&bench, r.Adds)
}

// actAsBench stores reports in a history and sends them. It prints each report once it is stored:
// from then on it must not be lost.
func actAsBench(b *Bench, adds int) error {
	store, err := ledger.OpenHistory(context.Background(), filepath.Join(b.Dir, "..", "history.sqlite"))
	if err != nil {
		return err
	}
	run, err := begunRun(store)
	if err != nil {
		return err
	}
	wake := make(chan struct{}, 1)
	b.Ledger, b.Wake = store, wake
	kept := &testBench{Bench: b, history: store, run: run, wake: wake}
	go func() {
		for i := range adds {
			item, err := made(fmt.Sprintf("iPhone %d", i))
			if err == nil {
				err = kept.keep(item)
			}
			if err != nil {
				panic(err)
			}
			fmt.Println(item.ID)
		}
	}()
	return b.Run(context.Background())
}

// A database is the store of a hub that is killed.
type database struct{ *ledger.Store }

func (d database) Put(ctx context.Context, messages []Message) error {
	var list []ledger.Message
	for _, m := range messages {
		list = append(list, ledger.Message{
			ID: m.ID, Bench: m.Bench, Received: time.Now(), Report: m.Opened, Cut: m.Cut, JSON: m.Report, Number: m.Number, Whole: m.Whole,
		})
	}
	_, err := d.Store.Put(ctx, list...)
	return err
}

func (d database) SetAside(ctx context.Context, r Reject) error {
	return d.Store.SetAside(ctx, ledger.Reject{
		Bench: r.Bench, ID: r.ID, Number: r.Number, Reason: string(r.Reason), Why: r.Why, Received: time.Now(), Message: r.Whole,
	})
}

func (d database) Sync(ctx context.Context, bench string, st receipt.Statement) (receipt.Receipt, error) {
	return d.Store.Sync(ctx, bench, st, time.Now())
}

// stored returns the reports in the database of a hub.
func stored(t testing.TB, path string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	if _, err := os.Stat(path); err != nil {
		return ids
	}
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadOnly)
	if err != nil {
		return ids // still being created
	}
	defer conn.Close()
	conn.SetBusyTimeout(10 * time.Second)
	err = sqlitex.Execute(conn, "SELECT id FROM reports", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error { ids[row.ColumnText(0)] = true; return nil },
	})
	if err != nil && !strings.Contains(err.Error(), "no such table") {
		t.Fatal(err)
	}
	return ids
}

// mustBeStored waits until the database has exactly these reports.
func mustBeStored(t testing.TB, path string, ids []string) {
	t.Helper()
	missing := len(ids)
	eventually(t, "all acknowledged reports are at the sink", func() bool {
		in := stored(t, path)
		missing = 0
		for _, id := range ids {
			if !in[id] {
				missing++
			}
		}
		return missing == 0
	})
	if in := stored(t, path); len(in) != len(ids) {
		t.Errorf("the sink holds %d reports, %d were acknowledged", len(in), len(ids))
	}
}

// A process is a bench or a hub that can be killed.
type process struct {
	command *exec.Cmd
	mu      sync.Mutex
	lines   []string
}

func launch(t testing.TB, who string, r role) *process {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{command: exec.Command(os.Args[0])}
	p.command.Env = append(os.Environ(), roleVariable+"="+string(text))
	_, log := logged(t, who)
	p.command.Stderr = log
	output, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			p.mu.Lock()
			p.lines = append(p.lines, lines.Text())
			p.mu.Unlock()
		}
	}()
	t.Cleanup(func() { p.command.Process.Kill() })
	return p
}

// said returns what the process has printed.
func (p *process) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.lines...)
}

// kill ends the process like a power cut, and returns what it had printed.
func (p *process) kill(t testing.TB) []string {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.command.Wait(); err != nil && !errors.As(err, &exit) && !errors.Is(err, io.ErrClosedPipe) {
		t.Logf("waiting for a process that was killed: %v", err)
	}
	return p.said()
}

// TestBenchIsKilled kills a bench several times while it writes: what it had added reaches the
// sink.
func TestBenchIsKilled(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	bench := role{Dir: filepath.Join(t.TempDir(), "stream"), Hubs: []string{hub.Listen}, Credentials: f.creds["north"]}
	busy := bench
	busy.Adds = 100_000
	var added []string
	for _, after := range []int{1, 60, 130, 35} {
		p := launch(t, "the bench that is killed", busy)
		before := len(s.messages())
		eventually(t, "it has added some, and some have arrived", func() bool {
			return len(p.said()) >= after && (after == 1 || len(s.messages()) > before+after/3)
		})
		added = append(added, p.kill(t)...)
	}
	launch(t, "the bench that is not killed", bench)
	eventually(t, "all that was added is at the sink", func() bool { return s.has(added) })
	// A report added just before the kill may not have been printed.
	if n := len(s.messages()); n > len(added)+4 {
		t.Errorf("the sink holds %d reports, %d were added", n, len(added))
	}
}

// steadily stores reports until stop is called, which returns their IDs.
func steadily(t testing.TB, b *testBench, every time.Duration) (count func() int, stop func() []string) {
	t.Helper()
	var mu sync.Mutex
	var ids []string
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-end:
				return
			case <-time.After(every):
			}
			item, err := made(fmt.Sprintf("iPhone %d", i))
			if err == nil {
				err = b.keep(item)
			}
			if err != nil {
				t.Errorf("a report cannot be kept: %v", err)
				return
			}
			mu.Lock()
			ids = append(ids, item.ID)
			mu.Unlock()
		}
	}()
	count = func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(ids)
	}
	stop = sync.OnceValue(func() []string {
		close(end)
		<-ended
		return ids
	})
	t.Cleanup(func() { stop() })
	return count, stop
}

// TestHubIsKilled kills a hub several times while reports arrive.
func TestHubIsKilled(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	sink := filepath.Join(t.TempDir(), "sink.db")
	hub := f.hub(t, nil)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	_, stop := steadily(t, bench, 5*time.Millisecond)
	for range 4 {
		p := launch(t, "the hub that is killed", asHub(hub, sink))
		before := len(stored(t, sink))
		eventually(t, "some more reports are at the sink", func() bool { return len(stored(t, sink)) > before+20 })
		p.kill(t)
	}
	launch(t, "the hub that is not killed", asHub(hub, sink))
	mustBeStored(t, sink, stop())
	drained(t, bench)
}

// nodes returns the three nodes of a hub.
func (f *fleet) nodes(t testing.TB) (hubs []*Hub) {
	t.Helper()
	var routes []string
	for range 3 {
		routes = append(routes, freeAddress(t))
	}
	for i, name := range []string{"a", "b", "c"} {
		hub := f.hub(t, nil)
		hub.Name = name
		hub.Cluster = &Cluster{Listen: routes[i], Routes: append(append([]string(nil), routes[:i]...), routes[i+1:]...)}
		hubs = append(hubs, hub)
	}
	return hubs
}

// TestNodesAreKilled checks that one of three may fail, and that without two nothing is
// acknowledged and nothing lost. BACKUPDOCTOR_LONG=1 kills ten of them.
func TestNodesAreKilled(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	sink := filepath.Join(t.TempDir(), "sink.db")
	hubs := f.nodes(t)
	bench := f.bench(t, "north", "")
	bench.Hubs = nil
	var nodes []*process
	for _, hub := range hubs {
		bench.Hubs = append(bench.Hubs, hub.Listen)
		nodes = append(nodes, launch(t, "node "+hub.Name, asHub(hub, sink)))
	}
	running(t, bench.Run)
	_, stop := steadily(t, bench, 10*time.Millisecond)
	more := func(than int) {
		t.Helper()
		eventually(t, "reports come through", func() bool { return len(stored(t, sink)) > than+20 })
	}
	more(0)
	kills := 1
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		kills = 8
	}
	for i := range kills {
		i %= len(nodes)
		nodes[i].kill(t)
		more(len(stored(t, sink)))
		nodes[i] = launch(t, "node "+hubs[i].Name+", again", asHub(hubs[i], sink))
		more(len(stored(t, sink)))
	}

	nodes[1].kill(t)
	nodes[2].kill(t)
	// A single node accepts nothing, and the bench keeps all new reports.
	waiting := benchState(t, bench).Waiting
	eventually(t, "reports wait at the bench", func() bool { return benchState(t, bench).Waiting > waiting+50 })
	launch(t, "node b, again", asHub(hubs[1], sink))
	launch(t, "node c, again", asHub(hubs[2], sink))
	mustBeStored(t, sink, stop())
	drained(t, bench)
}

// TestNodesTellEachOtherOfBenches adds and revokes a bench in one folder; the other nodes have
// older copies of the folder.
func TestNodesTellEachOtherOfBenches(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	hubs := f.nodes(t)
	var s shelf
	for i, hub := range hubs {
		hub.Store = &s
		if i > 0 {
			hub.Credentials = t.TempDir()
			if err := os.CopyFS(hub.Credentials, os.DirFS(f.folder.Node())); err != nil {
				t.Fatal(err)
			}
		}
		running(t, hub.Run)
	}
	eventually(t, "the cluster stands", func() bool {
		_, err := hubs[2].State(t.Context())
		return err == nil
	})
	f.add(t, "north")
	far := f.bench(t, "north", hubs[2].Listen)
	far.Credentials = filepath.Join(t.TempDir(), "north.creds")
	if err := os.Rename(f.creds["north"], far.Credentials); err != nil {
		t.Fatal(err)
	}
	running(t, far.Run)
	s.mustHold(t, publish(t, far, 3))
	if err := f.folder.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its connection ends", func() bool { return !benchState(t, far).Linked })
}

// TestTwoBenchesOfOneNameInACluster checks that two benches with the same credentials at different
// nodes lose nothing: only one is connected at a time, and each has numbers of its own.
func TestTwoBenchesOfOneNameInACluster(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	hubs := f.nodes(t)
	var s shelf
	for _, hub := range hubs {
		hub.Store = &s
		running(t, hub.Run)
	}
	first, second := f.bench(t, "north", hubs[0].Listen), f.bench(t, "north", hubs[1].Listen)
	log, told := logged(t, "the second bench")
	second.Log = log
	stop := running(t, first.Run)
	linked(t, first)
	ids := publish(t, first, 3)
	s.mustHold(t, ids) // the cluster stands
	running(t, second.Run)
	later := publish(t, second, 3)
	eventually(t, "the second is refused at another node", func() bool {
		return strings.Contains(told.String(), "maximum account active connections exceeded")
	})
	ids = append(ids, publish(t, first, 3)...)
	s.mustHold(t, ids)
	drained(t, first)
	stop()
	s.mustHold(t, append(ids, later...))
	drained(t, second)
	if r := s.reasons(); len(r) > 0 {
		t.Errorf("set aside were %v", r)
	}
}

// TestNodeWaitsForItsAddress checks that a node whose address for the others is in use says so, and
// starts once it is free.
func TestNodeWaitsForItsAddress(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	var s shelf
	hub := f.hub(t, &s)
	hub.Name, hub.Cluster = "a", &Cluster{Listen: freeAddress(t), Routes: []string{freeAddress(t), freeAddress(t)}}
	log, told := logged(t, "the hub")
	hub.Log = log
	other, err := net.Listen("tcp", hub.Cluster.Listen)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	running(t, hub.Run)
	eventually(t, "it says why it does not start", func() bool {
		return strings.Contains(told.String(), `msg="the stream is created again" error="starting the stream: Error listening on router port`)
	})
	other.Close()
	eventually(t, "it starts", func() bool { return hub.streams() != nil })
}

// TestNobodyElseJoinsTheCluster covers a node without the key of the folder's certificate.
func TestNobodyElseJoinsTheCluster(t *testing.T) {
	t.Parallel()
	ours, theirs := newFleet(t), newFleet(t)
	var s shelf
	hub, other := ours.hub(t, &s), theirs.hub(t, &s)
	hub.Name, hub.Cluster = "a", &Cluster{Listen: freeAddress(t), Routes: []string{freeAddress(t), freeAddress(t)}}
	log, told := logged(t, "the hub that is called upon")
	hub.Log = log
	other.Name, other.Cluster = "b", &Cluster{Listen: freeAddress(t), Routes: []string{hub.Cluster.Listen, freeAddress(t)}}
	running(t, hub.Run)
	eventually(t, "the hub listens", func() bool {
		conn, err := net.Dial("tcp", hub.Cluster.Listen)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	running(t, other.Run)
	eventually(t, "the other node is rejected", func() bool {
		return strings.Contains(told.String(), "TLS route handshake error: remote error: tls: bad certificate")
	})
	eventually(t, "the hub runs", func() bool { return hub.streams() != nil })
	if n := hub.streams().server.NumRoutes(); n != 0 {
		t.Errorf("it has %d routes", n)
	}
}
