package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

func TestReportsReachTheSink(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, s.sink)
	north, south := f.bench(t, "north", hub.Listen), f.bench(t, "south", hub.Listen)
	running(t, north.Run)
	running(t, south.Run)
	// A hub that joins later gets what was kept.
	ids := publish(t, north, 5)
	if state := benchState(t, north); state.Waiting != 5 || state.Linked || state.Oldest.IsZero() || state.Bytes == 0 {
		t.Errorf("without its hub the bench's state is %+v", state)
	}
	running(t, hub.Run)
	ids = append(ids, publish(t, south, 5)...)
	ids = append(ids, publish(t, north, 5)...)
	s.mustHold(t, ids)
	drained(t, north)
	drained(t, south)

	for _, m := range s.messages() {
		if m.Schema != envelope.Schema || m.Tool != "1.4.0" || m.Opened.Devices[0].Verdict != "failing" || len(m.Report) == 0 {
			t.Errorf("the sink was given %+v", m)
		}
	}
	want := HubState{SetAside: map[envelope.Reason]uint64{}, Linked: []string{"north", "south"}}
	eventually(t, "nothing waits at the hub, and both benches are linked", func() bool {
		state, err := hub.State(t.Context())
		return err == nil && cmp.Equal(want, state)
	})
}

// TestOrderOfABenchIsKept, over many batches.
func TestOrderOfABenchIsKept(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	ids := publish(t, bench, 5*fetched+1)
	running(t, hub.Run)
	ids = append(ids, publish(t, bench, 5*fetched+1)...)
	s.mustHold(t, ids)
	for i, m := range s.messages() {
		if m.ID != ids[i] {
			t.Fatalf("in the place of report %d came %q", i, m.Opened.Devices[0].Name)
		}
	}
}

// TestBenchWithoutAHubKeeps: the same stream, and the hub that joins after a restart gets it.
func TestBenchWithoutAHubKeeps(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	alone := &Bench{Name: "north", Tool: "1.3.0", Dir: bench.Dir, Log: bench.Log}
	stop := running(t, alone.Run)
	ids := publish(t, alone, 3)
	stop()
	if err := alone.Publish(t.Context(), one(t, "late")); !errors.Is(err, ErrDown) {
		t.Errorf("a stream that was stopped takes a report with %v", err)
	}
	if _, err := alone.State(t.Context()); !errors.Is(err, ErrDown) {
		t.Errorf("a stream that was stopped has a state, and the error %v", err)
	}
	running(t, hub.Run)
	running(t, bench.Run)
	s.mustHold(t, ids)
	if m := s.messages()[0]; m.Tool != "1.3.0" {
		t.Errorf("the report is said to be sealed by %s", m.Tool)
	}
}

// TestHubGivesTheBenchAName: what it kept before is sent under the name that it has now.
func TestHubGivesTheBenchAName(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	alone := &Bench{Tool: "1.3.0", Dir: bench.Dir, Log: bench.Log}
	stop := running(t, alone.Run)
	ids := publish(t, alone, 2*fetched)
	info, err := alone.stream().info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := alone.stream().discard(t.Context(), info.State.FirstSeq+3, time.Time{}, alone.Log); err != nil {
		t.Fatal(err)
	}
	ids = ids[3:]
	stop()
	running(t, hub.Run)
	stop = running(t, bench.Run)
	ids = append(ids, publish(t, bench, 1)...)
	s.mustHold(t, ids)
	for _, m := range s.messages() {
		if m.Bench != "north" {
			t.Errorf("a report is said to be of bench %q", m.Bench)
		}
	}
	if state := benchState(t, bench); state.Discarded != 3 {
		t.Errorf("of 3 that were discarded under the old name %d are known", state.Discarded)
	}
	// Nothing is left behind under the old name.
	drained(t, bench)
	stop()
	running(t, alone.Run)
	if state := benchState(t, alone); state.Waiting != 0 {
		t.Errorf("without a name the bench has %d reports", state.Waiting)
	}
}

// TestHubCannotReachIntoABench: not even one that grants itself all. The hub of this test has
// the bench's own credentials, and so no bounds that are not the bench's.
func TestHubCannotReachIntoABench(t *testing.T) {
	t.Parallel()
	log, _ := logged(t, "a hub that knows no bounds")
	hub, err := start(&server.Options{
		ServerName: "rogue", Host: "127.0.0.1", Port: server.RANDOM_PORT, StoreDir: t.TempDir(), JetStreamDomain: "rogue",
		LeafNode: server.LeafNodeOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT},
	}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(hub) })
	varz, err := hub.Varz(nil)
	if err != nil {
		t.Fatal(err)
	}
	f := newFleet(t, "north")
	bench := f.bench(t, "north", "nats://"+net.JoinHostPort(varz.LeafNode.Host, strconv.Itoa(varz.LeafNode.Port)))
	running(t, bench.Run)
	publish(t, bench, 3)
	linked(t, bench)
	conn, err := connect(hub, log)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	up := bench.stream()
	for _, request := range []string{"STREAM.INFO.", "STREAM.MSG.GET.", "STREAM.PURGE.", "STREAM.DELETE."} {
		for _, api := range []string{"$JS." + up.wiring.Domain + ".API.", "$JS.API."} {
			if reply, err := conn.Request(api+request+up.wiring.Stream, []byte(`{"seq":1}`), time.Second); err == nil && !strings.Contains(string(reply.Data), `"error"`) {
				t.Errorf("%s is answered by %s", api+request, reply.Data)
			}
		}
	}
	if state := benchState(t, bench); state.Waiting != 3 {
		t.Errorf("%d of 3 reports are left", state.Waiting)
	}
}

// TestUnreadableReportIsLeftBehind: it holds up none of those that are sent under a new name.
func TestUnreadableReportIsLeftBehind(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	log, told := logged(t, "the bench with an unreadable report")
	bench.Log = log
	alone := &Bench{Tool: "1.3.0", Dir: bench.Dir, Log: log}
	stop := running(t, alone.Run)
	ids := publish(t, alone, 1)
	up := alone.stream()
	if _, err := up.js.Publish(t.Context(), up.wiring.Local, []byte("no envelope")); err != nil {
		t.Fatal(err)
	}
	ids = append(ids, publish(t, alone, 1)...)
	stop()
	running(t, hub.Run)
	stop = running(t, bench.Run)
	s.mustHold(t, ids)
	drained(t, bench)
	stop()
	if !strings.Contains(told.String(), "cannot be read") {
		t.Errorf("it told nobody: %s", told)
	}
	running(t, alone.Run)
	if state := benchState(t, alone); state.Waiting != 1 {
		t.Errorf("%d reports were left behind, want the unreadable one", state.Waiting)
	}
}

func TestBenchDiscardsTheOldestAndTells(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	log, told := logged(t, "the bench that discards")
	bench.Log, bench.Keep.Bytes = log, 1<<20
	stop := running(t, bench.Run)
	var ids []string
	for i := range 20 {
		item := one(t, strings.Repeat("x", 60_000*(1+i%3)))
		mustPublish(t, bench, item)
		ids = append(ids, item.ID)
	}
	state := benchState(t, bench)
	if state.Discarded == 0 || state.Discarded+state.Waiting != 20 || state.Bytes > 1<<20 || state.Bytes < 1<<19 {
		t.Fatalf("the state is %+v", state)
	}
	if !strings.Contains(told.String(), "discarded") || !strings.Contains(told.String(), fmt.Sprintf("inAll=%d", state.Discarded)) {
		t.Errorf("it told nobody: %s", told)
	}
	// The count outlives the process, and the hub is told.
	stop()
	running(t, bench.Run)
	if again := benchState(t, bench); again.Discarded != state.Discarded {
		t.Errorf("after a restart %d are said to be discarded, before it %d", again.Discarded, state.Discarded)
	}
	running(t, hub.Run)
	drained(t, bench)
	ids = append(ids[state.Discarded:], publish(t, bench, 1)...)
	s.mustHold(t, ids)
	messages := s.messages()
	if last := messages[len(messages)-1]; last.Discarded != state.Discarded {
		t.Errorf("the hub is told of %d that were discarded", last.Discarded)
	}
}

func TestBenchDiscardsWhatIsTooOldWhenANewReportComes(t *testing.T) {
	t.Parallel()
	log, told := logged(t, "the bench")
	bench := &Bench{Name: "north", Dir: t.TempDir(), Log: log}
	stop := running(t, bench.Run)
	publish(t, bench, 4)
	stop()
	// Any time is too long now; nothing happens until there is something newer.
	bench.Keep.Age = time.Nanosecond
	running(t, bench.Run)
	if state := benchState(t, bench); state.Waiting != 4 {
		t.Errorf("before a new report the state is %+v", state)
	}
	bench.Keep.Age = time.Hour
	publish(t, bench, 1)
	if state := benchState(t, bench); state.Waiting != 5 || state.Discarded != 0 {
		t.Errorf("within the age the state is %+v", state)
	}
	bench.Keep.Age = time.Nanosecond
	publish(t, bench, 1)
	if state := benchState(t, bench); state.Waiting != 0 && state.Waiting != 1 || state.Discarded+state.Waiting != 6 {
		t.Errorf("beyond the age the state is %+v", state)
	}
	if lines := strings.Count(told.String(), "were discarded"); lines != 1 {
		t.Errorf("it is told in %d lines:\n%s", lines, told)
	}
}

func TestSameReportTwiceIsOne(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	item := one(t, "twice")
	mustPublish(t, bench, item)
	mustPublish(t, bench, item)
	if state := benchState(t, bench); state.Waiting != 1 {
		t.Errorf("twice within a bench's memory is %d", state.Waiting)
	}
	running(t, hub.Run)
	drained(t, bench)
	mustPublish(t, bench, item)
	ids := append([]string{item.ID}, publish(t, bench, 1)...)
	s.mustHold(t, ids)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[item.ID] != 1 {
		t.Errorf("the sink was given it %d times", s.taken[item.ID])
	}
}

// TestConfigurationThatCannotWork ends at once, with a word that helps.
func TestConfigurationThatCannotWork(t *testing.T) {
	f := newFleet(t, "north")
	hub := func(change func(*Hub)) func(context.Context) error {
		h := f.hub(t, nil)
		change(h)
		return h.Run
	}
	bench := func(change func(*Bench)) func(context.Context) error {
		b := f.bench(t, "north", "tls://127.0.0.1")
		change(b)
		return b.Run
	}
	guest := func(change func(*Guest)) func(context.Context) error {
		log, _ := logged(t, "the guest")
		g := &Guest{Server: "nats://127.0.0.1:1", Log: log}
		change(g)
		return g.Run
	}
	for name, test := range map[string]struct {
		run  func(context.Context) error
		want string
	}{
		"a bench with a name of two words":      {bench(func(b *Bench) { b.Hubs, b.Name = nil, "north west" }), `"north west" cannot name a bench`},
		"a bench that keeps next to nothing":    {bench(func(b *Bench) { b.Keep.Bytes = 100 }), "too few"},
		"a bench with a name that is none":      {bench(func(b *Bench) { b.Hubs, b.Name = nil, "No. 1" }), `"No. 1" cannot name a bench`},
		"a bench with credentials of others":    {bench(func(b *Bench) { b.Name = "south" }), `those of bench "north", and this is bench "south"`},
		"a bench without credentials":           {bench(func(b *Bench) { b.Credentials = filepath.Join(t.TempDir(), "none") }), "reading credentials"},
		"a bench in plain text":                 {bench(func(b *Bench) { b.Hubs = []string{"nats://192.0.2.7"} }), "plain text"},
		"a bench in plain text by name":         {bench(func(b *Bench) { b.Hubs = []string{"nats://localhost.example.com"} }), "plain text"},
		"a bench with half TLS":                 {bench(func(b *Bench) { b.Hubs = []string{"tls://h", "nats://localhost"} }), "in the same way"},
		"a bench with a password in an address": {bench(func(b *Bench) { b.Hubs = []string{"tls://a:b@h"} }), "not the address of a hub"},
		"a bench with a hub of the web":         {bench(func(b *Bench) { b.Hubs = []string{"https://h"} }), "not the address of a hub"},
		"a bench with roots that are none":      {bench(func(b *Bench) { b.Roots = f.creds["north"] + "x" }), "reading certificates"},
		"a hub in plain text":                   {hub(func(h *Hub) { h.Listen = "nats://0.0.0.0:7422" }), "plain text"},
		"a hub without credentials":             {hub(func(h *Hub) { h.Credentials = t.TempDir() }), "opening the credentials of a hub"},
		"a hub with half a certificate":         {hub(func(h *Hub) { h.Certificate = "x.pem" }), "certificate"},
		"a node without a name":                 {hub(func(h *Hub) { h.Cluster = &Cluster{Listen: "127.0.0.1:1"} }), "needs a name"},
		"a node that knows of one other": {hub(func(h *Hub) {
			h.Name, h.Cluster = "a", &Cluster{Listen: "127.0.0.1:1", Routes: []string{"127.0.0.1:2"}}
		}), "knows of 1 others"},
		"a node that meets nowhere": {hub(func(h *Hub) {
			h.Name, h.Cluster = "a", &Cluster{Listen: "here", Routes: []string{"127.0.0.1:1", "127.0.0.1:2"}}
		}), "where the nodes"},
		"a node with a route to nowhere": {hub(func(h *Hub) {
			h.Name, h.Cluster = "a", &Cluster{Listen: "127.0.0.1:1", Routes: []string{"there", "there"}}
		}), "where another node"},
		"a guest in plain text": {guest(func(g *Guest) { g.Server = "nats://192.0.2.7" }), "plain text"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := test.run(ctx); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ended with %v, want …%s…", err, test.want)
			}
		})
	}
}

func TestBenchDoesNotGiveUpReportsOfAnotherName(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	bench := f.bench(t, "north", "tls://127.0.0.1:1")
	before := &Bench{Name: "old-name", Dir: bench.Dir, Log: bench.Log}
	stop := running(t, before.Run)
	publish(t, before, 2)
	stop()
	err := bench.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), `2 reports of bench "old-name"`) {
		t.Errorf("it ended with %v", err)
	}
}

// TestFolderIsRunOnce: two servers on one store would ruin it.
func TestFolderIsRunOnce(t *testing.T) {
	t.Parallel()
	log, _ := logged(t, "the bench")
	first := &Bench{Name: "north", Dir: t.TempDir(), Log: log}
	stop := running(t, first.Run)
	ids := publish(t, first, 1)
	second := &Bench{Name: "north", Dir: first.Dir, Log: log}
	running(t, second.Run)
	if err := second.Publish(t.Context(), one(t, "x")); !errors.Is(err, ErrDown) {
		t.Errorf("the second takes a report with %v", err)
	}
	// It takes over once the first has ended.
	stop()
	publish(t, second, len(ids))
	if state := benchState(t, second); state.Waiting != 2 {
		t.Errorf("the state is %+v", state)
	}
}

// TestSinkThatFails: nothing is lost while it is down, and the order of a bench is kept.
func TestSinkThatFails(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(Message) error { return errors.New("the database is starting up") }}
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	running(t, hub.Run)
	running(t, bench.Run)
	ids := publish(t, bench, 100)
	drained(t, bench)
	eventually(t, "the sink was tried again and again", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.refused > 1
	})
	s.failWith(nil)
	s.mustHold(t, ids)
}

// TestMessagesThatCanNeverBeStored are set aside with a reason, counted, and hold up none.
func TestMessagesThatCanNeverBeStored(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(m Message) error {
		switch m.Opened.Devices[0].Name {
		case "refused":
			return fmt.Errorf("%w: no such tenant", ErrRefused)
		case "panics":
			panic("index out of range")
		case "never now":
			return errors.New("lock timeout")
		}
		return nil
	}}
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	running(t, hub.Run)
	running(t, bench.Run)
	benchState(t, bench)

	ids := publish(t, bench, 2)
	for _, name := range []string{"refused", "panics", "never now"} {
		mustPublish(t, bench, one(t, name))
	}
	// These cannot be made with Publish.
	raw := func(text string, length int) {
		msg := nats.NewMsg(bench.stream().wiring.Local)
		msg.Data = append([]byte(text), make([]byte, length)...)
		if _, err := bench.stream().js.PublishMsg(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	sealed := func(change func(*envelope.Envelope)) string {
		item := one(t, "x")
		e := envelope.Envelope{ID: item.ID, Bench: "north", Report: item.Report}
		change(&e)
		text, err := envelope.Seal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	raw("not JSON", 0)
	raw("", 0)
	raw("{", 300<<10)
	raw("{", longest-1<<10)
	raw(strings.Replace(sealed(func(*envelope.Envelope) {}), `"1.0"`, `"9.0"`, 1), 0)
	raw(sealed(func(e *envelope.Envelope) { e.Bench = "south" }), 0)
	ids = append(ids, publish(t, bench, 40)...)
	s.mustHold(t, ids)

	want := map[envelope.Reason]uint64{envelope.Refused: 2, envelope.Undecodable: 2, envelope.TooLong: 2, envelope.UnknownSchema: 1, envelope.Forged: 1}
	var state HubState
	eventually(t, "all are set aside, and only what may yet be stored stays", func() bool {
		var err error
		state, err = hub.State(t.Context())
		return err == nil && cmp.Equal(want, state.SetAside) && state.Waiting == 1
	})
	s.failWith(nil)
	eventually(t, "what only failed is stored", func() bool { return len(s.messages()) == len(ids)+1 })

	aside, err := hub.streams().js.Stream(t.Context(), asideStream)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := aside.GetLastMsgForSubject(t.Context(), asideSubject+"refused.north")
	if err != nil {
		t.Fatal(err)
	}
	if why := msg.Header.Get(WhyHeader); !strings.Contains(why, "index out of range") || msg.Header.Get(ReasonHeader) != "refused" || !envelope.ValidID(msg.Header.Get(jetstream.MsgIDHeader)) {
		t.Errorf("it was set aside with %v", msg.Header)
	}
}
