package relay

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

func TestReportsReachTheSink(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, &s)
	north, south := f.bench(t, "north", hub.Listen), f.bench(t, "south", hub.Listen)
	running(t, north.Run)
	running(t, south.Run)
	// A hub that joins later gets the stored reports.
	ids := publish(t, north, 5)
	if state := benchState(t, north); state.Waiting != 5 || state.Linked {
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
	want := HubState{InStream: map[string]uint64{}, Linked: []string{"north", "south"}, Unauthenticated: &Unauthenticated{}}
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
	hub := f.hub(t, &s)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	batches := 5
	if testing.Short() {
		batches = 2
	}
	ids := publish(t, bench, batches*fetched+1)
	running(t, hub.Run)
	ids = append(ids, publish(t, bench, batches*fetched+1)...)
	s.mustHold(t, ids)
	for i, m := range s.messages() {
		if m.ID != ids[i] {
			t.Fatalf("in the place of report %d came %q", i, m.Opened.Devices[0].Name)
		}
	}
}

// TestBenchWithoutAHubKeeps checks that a hub joined later gets the reports, under the name that it
// assigns.
func TestBenchWithoutAHubKeeps(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	bench := f.bench(t, "north", hub.Listen)
	bench.Hubs = nil
	stop := running(t, bench.Run)
	ids := publish(t, bench, 3)
	if state := benchState(t, bench); state.Waiting != 3 || state.Linked {
		t.Errorf("without a hub the state is %+v", state)
	}
	stop()
	bench.Hubs = []string{hub.Listen}
	running(t, hub.Run)
	running(t, bench.Run)
	s.mustHold(t, ids)
	drained(t, bench)
	if m := s.messages()[0]; m.Bench != "north" || m.Number.Sequence != 1 {
		t.Errorf("the first report came as %+v", m)
	}
}

// TestConfigurationThatCannotWork checks that Run ends immediately with a helpful message.
func TestConfigurationThatCannotWork(t *testing.T) {
	f := newFleet(t, "north")
	hub := func(change func(*Hub)) func(context.Context) error {
		h := f.hub(t, nil)
		change(h)
		return h.Run
	}
	bench := func(change func(*Bench)) func(context.Context) error {
		b := f.bench(t, "north", "tls://127.0.0.1")
		change(b.Bench)
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
		}), "the cluster address of this node"},
		"a node with a route to nowhere": {hub(func(h *Hub) {
			h.Name, h.Cluster = "a", &Cluster{Listen: "127.0.0.1:1", Routes: []string{"there", "there"}}
		}), "the address of another node"},
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

// TestHistoryIsSentByOneProcess checks that the second takes over when the first ends.
func TestHistoryIsSentByOneProcess(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	first := f.bench(t, "north", hub.Listen)
	stop := running(t, first.Run)
	linked(t, first)
	log, told := logged(t, "the second process")
	second := withHistory(t, &Bench{Tool: "1.4.0", Dir: first.Dir, Hubs: first.Hubs, Credentials: first.Credentials, Log: log, reconnect: first.reconnect}, filepath.Join(first.Dir, "history.sqlite"))
	running(t, second.Run)
	eventually(t, "the second is kept out", func() bool { return strings.Contains(told.String(), "another program") })
	ids := append(publish(t, second, 2), publish(t, first, 2)...) // the first sends the reports of both
	s.mustHold(t, ids)
	stop()
	s.mustHold(t, append(ids, publish(t, second, 1)...))
}

// TestSinkThatFails checks that nothing is lost during the failure, and that the order of a bench
// is kept.
func TestSinkThatFails(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(Message) error { return errors.New("the database is starting up") }}
	hub := f.hub(t, &s)
	bench := f.bench(t, "north", hub.Listen)
	running(t, hub.Run)
	running(t, bench.Run)
	ids := publish(t, bench, 100)
	eventually(t, "the sink was tried again and again", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.refused > 1
	})
	s.failWith(nil)
	s.mustHold(t, ids)
}

// TestMessagesThatCanNeverBeStored checks that they are set aside with a reason, counted, and delay
// no others.
func TestMessagesThatCanNeverBeStored(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(m Message) error {
		switch m.Opened.Devices[0].Name {
		case "panics":
			panic("index out of range")
		case "never":
			return errors.New("a row that the database does not take")
		}
		return nil
	}}
	hub := f.hub(t, &s)
	running(t, hub.Run)
	// A bench that sends messages no real bench would.
	v := f.attacker(t, "north", hub.Listen)
	raw := func(text string, length int) {
		msg := nats.NewMsg(credentials.WiringOf("north").Reports)
		msg.Data = append([]byte(text), make([]byte, length)...)
		eventually(t, "the stream takes a message", func() bool {
			_, err := v.conn.RequestMsg(msg, time.Second)
			return err == nil
		})
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
	want := map[string]int{"undecodable": 2, "too-long": 2, "unknown-schema": 1, "forged": 1}
	eventually(t, "all are set aside", func() bool { return cmp.Equal(want, s.reasons()) })
	v.conn.Close()

	bench := f.bench(t, "north", hub.Listen)
	ids := publish(t, bench, 2)
	for _, name := range []string{"panics", "never"} {
		mustKeep(t, bench, one(t, name))
	}
	ids = append(ids, publish(t, bench, 40)...)
	running(t, bench.Run)
	s.mustHold(t, ids)
	want["refused"] = 2
	eventually(t, "both are set aside", func() bool { return cmp.Equal(want, s.reasons()) })
	drained(t, bench)
	eventually(t, "the bench is told", func() bool { return benchState(t, bench).SetAside == 2 })
}

// TestLostDatabaseIsFilledAgain checks that a hub with an empty or old database gets the missing
// reports from the benches.
func TestLostDatabaseIsFilledAgain(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	ids := publish(t, bench, 150)
	s.mustHold(t, ids)
	drained(t, bench)
	s.forget()
	ids = append(ids, publish(t, bench, 1)...)
	s.mustHold(t, ids)
	drained(t, bench)
	for i, m := range s.messages()[:100] {
		if m.Number.Sequence < 1 || s.taken[m.ID] > 2 {
			t.Errorf("report %d came %d times", i, s.taken[m.ID])
		}
	}
}

// TestLostStreamIsFilledAgain checks that reports lost from the stream before they were stored are
// sent again.
func TestLostStreamIsFilledAgain(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(Message) error { return errors.New("the database is starting up") }}
	hub := f.hub(t, &s)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	ids := publish(t, bench, 100)
	eventually(t, "the stream is full", func() bool {
		state, err := hub.State(t.Context())
		return err == nil && state.Waiting == window
	})
	if err := hub.streams().js.DeleteStream(t.Context(), reportsStream); err != nil {
		t.Fatal(err)
	}
	s.failWith(nil)
	s.mustHold(t, ids)
	drained(t, bench)
}

// TestRestoredHistory reuses numbers that the hub has for other reports. Nothing is lost, and no
// missing report counts as received.
func TestRestoredHistory(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	stop := running(t, bench.Run)
	ids := publish(t, bench, 5)
	s.mustHold(t, ids)
	drained(t, bench)
	stop()
	copied := filepath.Join(t.TempDir(), "history.sqlite")
	if err := bench.history.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(bench.Dir, "history.sqlite"))
	if err == nil {
		err = os.WriteFile(copied, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	after := withHistory(t, bench.Bench, filepath.Join(bench.Dir, "history.sqlite"))
	stop = running(t, after.Run)
	ids = append(ids, publish(t, after, 10)...)
	s.mustHold(t, ids)
	drained(t, after)
	stop()
	restored := f.bench(t, "north", hub.Listen)
	restored = withHistory(t, restored.Bench, copied)
	ids = append(ids, publish(t, restored, 20)...)
	running(t, restored.Run)
	s.mustHold(t, ids)
	drained(t, restored)
}

// TestBenchWithAnotherName sends the remaining reports under the old name first.
func TestBenchWithAnotherName(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south", "west")
	var s shelf
	hub := f.hub(t, &s)
	bench := f.bench(t, "north", hub.Listen)
	stop := running(t, bench.Run)
	ids := publish(t, bench, 3)
	eventually(t, "its credentials are kept", func() bool {
		list, err := bench.history.Ledgers(t.Context())
		return err == nil && list[0].Bench == "north"
	})
	stop()
	bench.Credentials = f.creds["south"]
	stop = running(t, bench.Run)
	eventually(t, "it numbers reports for the new name", func() bool {
		list, err := bench.history.Ledgers(t.Context())
		return err == nil && len(list) == 2
	})
	ids = append(ids, publish(t, bench, 2)...)
	running(t, hub.Run)
	s.mustHold(t, ids)
	drained(t, bench)
	by := map[string]int{}
	for _, m := range s.messages() {
		by[m.Bench]++
	}
	if by["north"] != 3 || by["south"] != 2 {
		t.Errorf("reports came from %v", by)
	}

	// If the old credentials were revoked, their reports are held, and new ones are sent.
	stop()
	bench.Hubs = nil
	held := publish(t, bench, 2)
	if err := f.folder.Revoke("south"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hub knows that they were revoked", func() bool {
		set, err := (&Bench{Hubs: []string{hub.Listen}}).settings(bench.copyOf("south"))
		if err != nil {
			t.Fatal(err)
		}
		conn, err := nats.Connect(set.servers, set.options...)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	bench.Credentials, bench.Hubs = f.creds["west"], []string{hub.Listen}
	running(t, bench.Run)
	eventually(t, "it is known why they are held", func() bool {
		state := benchState(t, bench)
		return state.Linked && len(state.OtherNames) == 1 && state.OtherNames[0].Bench == "south" && state.OtherNames[0].Waiting == 2 && strings.Contains(state.OtherNames[0].Why, "revoked")
	})
	s.mustHold(t, append(ids, publish(t, bench, 1)...))
	if s.has(held[:1]) {
		t.Error("a report came under a name that was revoked")
	}
}

// TestWhatABenchForgotIsCountedAsLost checks both sides.
func TestWhatABenchForgotIsCountedAsLost(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	bench := f.bench(t, "north", hub.Listen)
	publish(t, bench, 3)
	if err := bench.history.Finish(t.Context(), bench.run, time.Now(), report.Report{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := bench.history.Prune(t.Context(), ledger.Pruning{Before: time.Now().Add(time.Hour), Force: true}); err != nil {
		t.Fatal(err)
	}
	var err error
	if bench.run, err = begunRun(bench.history); err != nil {
		t.Fatal(err)
	}
	ids := publish(t, bench, 4)
	running(t, hub.Run)
	running(t, bench.Run)
	s.mustHold(t, ids)
	eventually(t, "both sides know of 3 that are lost", func() bool { return benchState(t, bench).Lost == 3 && benchState(t, bench).Waiting == 0 })
}

// TestWithdrawnReceipts checks that bench resend makes the hub accept reports again.
func TestWithdrawnReceipts(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	ids := publish(t, bench, 5)
	s.mustHold(t, ids)
	drained(t, bench)
	if n, err := bench.history.Resend(t.Context(), time.Now().Add(-time.Hour)); n != 5 || err != nil {
		t.Fatalf("%d reports are sent again, %v", n, err)
	}
	eventually(t, "all came twice", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, id := range ids {
			if s.taken[id] != 2 {
				return false
			}
		}
		return true
	})
	drained(t, bench)
}

// TestSlowStoreIsAskedOnce even if each report takes longer than the redelivery delay.
func TestSlowStoreIsAskedOnce(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	s := shelf{fails: func(Message) error { time.Sleep(30 * time.Millisecond); return nil }}
	hub := f.hub(t, &s)
	hub.ackWait = 200 * time.Millisecond
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	ids := publish(t, bench, 40)
	running(t, bench.Run)
	s.mustHold(t, ids)
	drained(t, bench)
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, n := range s.taken {
		if n != 1 {
			t.Errorf("report %s was stored %d times", id, n)
		}
	}
}
