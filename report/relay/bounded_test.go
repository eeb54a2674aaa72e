package relay

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// TestFetchIsBounded checks that messages are fetched by length, not only by number, and none is
// left out.
func TestFetchIsBounded(t *testing.T) {
	t.Parallel()
	js, end := bare(t, server.Options{ServerName: "fetched"})
	defer end()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	consumer, err := js.CreateConsumer(t.Context(), "S", jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ messages, length, fetches int }{
		{fetched + 1, 1, 2},
		{fetchedBytes/longest + fetchStep + 2, longest, 2},
	} {
		for range c.messages {
			if _, err := js.Publish(t.Context(), "s", make([]byte, c.length)); err != nil {
				t.Fatal(err)
			}
		}
		got, fetches := 0, 0
		for ; got < c.messages; fetches++ {
			messages, err := fetch(t.Context(), consumer, fetched)
			if err != nil {
				t.Fatal(err)
			}
			got += len(messages)
			if len(messages) > fetched || len(messages)*c.length > fetchedBytes+fetchStep*longest {
				t.Errorf("%d messages of %d bytes were fetched at once", len(messages), c.length)
			}
		}
		if got != c.messages || fetches < c.fetches {
			t.Errorf("%d of %d messages were fetched, %d times", got, c.messages, fetches)
		}
	}
}

// A weighing store has the size of the largest batch.
type weighing struct {
	shelf
	mu      sync.Mutex
	largest int
	single  int // size of the largest message
}

func (w *weighing) Put(ctx context.Context, messages []Message) error {
	size := 0
	w.mu.Lock()
	for _, m := range messages {
		size += m.size()
		w.single = max(w.single, m.size())
	}
	w.largest = max(w.largest, size)
	w.mu.Unlock()
	return w.shelf.Put(ctx, messages)
}

// TestBatchesAreBounded sends short reports that need much memory once they are decoded.
func TestBatchesAreBounded(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	w := weighing{shelf: shelf{down: ErrDown}}
	hub := f.hub(t, &w)
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	r := sample("one of many findings")
	r.Devices[0].Findings = make([]report.Finding, 1)
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(text), `"findings":[{`)
	if !found {
		t.Fatalf("no finding is in %s", text)
	}
	const objects = 20_000
	many := []byte(before + `"findings":[` + strings.Repeat("{},", objects) + "{" + after)
	const reports = 12
	var ids []string
	for range reports {
		id, err := made("")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, mustKeep(t, bench, receipt.Item{ID: id.ID, Report: many}))
	}
	eventually(t, "all are in the stream", func() bool {
		up := hub.streams()
		if up == nil {
			return false
		}
		n, err := inStream(t.Context(), up.js, "north")
		return err == nil && n == reports
	})
	w.refuseAll(nil)
	w.mustHold(t, ids)
	w.mu.Lock()
	defer w.mu.Unlock()
	if need := objects * int(unsafe.Sizeof(report.Finding{})); w.single < need {
		t.Errorf("a message that takes at least %d bytes counts as %d", need, w.single)
	}
	if limit := batchBytes + runtime.GOMAXPROCS(0)*w.single; w.largest > limit {
		t.Errorf("messages of %d bytes were stored at once, more than %d", w.largest, limit)
	}
}

// TestBufferIsBounded checks that a hub refuses what it has no memory for, and that the benches send
// it again.
func TestBufferIsBounded(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	hub.buffered = 4 << 10
	bench := f.bench(t, "north", hub.Listen)
	log, told := logged(t, "the bench")
	bench.Log = log
	ids := []string{mustKeep(t, bench, one(t, strings.Repeat("x", 8<<10)))}
	stop := running(t, hub.Run)
	running(t, bench.Run)
	eventually(t, "the report is refused", func() bool { return strings.Contains(told.String(), "too many requests") })
	if state := benchState(t, bench); state.Waiting != 1 || len(s.messages()) != 0 {
		t.Errorf("the bench shows %+v", state)
	}
	stop()
	hub.buffered = 0
	running(t, hub.Run)
	s.mustHold(t, ids)
	drained(t, bench)
}
