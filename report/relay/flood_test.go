package relay

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// flood publishes the longest messages of a bench as fast as the connection takes them, until the
// test ends.
func (v attacker) flood(t *testing.T, bench string) {
	t.Helper()
	long := &nats.Msg{Subject: credentials.WiringOf(bench).Reports, Data: []byte("{" + strings.Repeat(" ", longest-2<<10))}
	named := &nats.Msg{Subject: long.Subject, Header: nats.Header{nats.MsgIdHdr: {strings.Repeat("x", 60<<10)}}, Data: []byte("{}")}
	end := make(chan struct{})
	var flooding sync.WaitGroup
	flooding.Go(func() {
		for {
			select {
			case <-end:
				return
			default:
			}
			// The hub answers each with an error, or takes it: both are of no interest here.
			if errors.Join(v.conn.PublishMsg(long), v.conn.PublishMsg(named), v.conn.Flush()) != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		close(end)
		v.conn.Close()
		flooding.Wait()
	})
}

// TestFloodOfABench checks the share of each bench: one that sends without a pause fills its own
// part of the stream only, and the reports of the others arrive, each once.
func TestFloodOfABench(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	s := shelf{down: errors.New("the database is starting up")}
	hub := f.hub(t, &s)
	running(t, hub.Run)
	north := f.bench(t, "north", hub.Listen)
	running(t, north.Run)
	linked(t, north)
	share := func(bench string) int64 {
		n, err := inStream(t.Context(), hub.streams().js, bench)
		if err != nil {
			return -1
		}
		return n
	}
	// While the store takes nothing, each fills its share.
	f.attacker(t, "south", hub.Listen).flood(t, "south")
	eventually(t, "the share of the flooding bench is full", func() bool { return share("south") == window })
	const more = window + window/4
	ids := publish(t, north, more)
	eventually(t, "the other bench has filled its own share", func() bool { return share("north") == window })
	eventually(t, "the other bench says that it waits", func() bool { return benchState(t, north).Full })
	if state, err := hub.State(t.Context()); err != nil || state.InStream["north"] != Share || state.InStream["south"] != Share {
		t.Errorf("the shares are %v, %v", state.InStream, err)
	}
	if n := share("south"); n > window {
		t.Errorf("%d messages of the flooding bench are in the stream", n)
	}
	// Once it takes reports, those of the other bench arrive while the flood goes on.
	s.refuseAll(nil)
	ids = append(ids, publish(t, north, more)...)
	s.mustHold(t, ids)
	drained(t, north)
	if state := benchState(t, north); !state.Linked || state.Full || state.SetAside+state.Lost > 0 {
		t.Errorf("the other bench shows %+v", state)
	}
	info, err := hub.streams().js.Stream(t.Context(), reportsStream)
	if err != nil {
		t.Fatal(err)
	}
	if state := info.CachedInfo().State; state.Msgs > window || state.Bytes > window*longest {
		t.Errorf("the stream holds %d messages of %d bytes", state.Msgs, state.Bytes)
	}
}
