package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

const (
	storeWithin = time.Minute // per batch
	maxWhy      = 500         // bytes
	// maxFailures is how many times storing a message must have failed, while others were stored,
	// before it is set aside.
	maxFailures = 4
)

// A receiver moves the messages of a hub's stream to its store, and sends receipts.
type receiver struct {
	conn     *nats.Conn
	js       jetstream.JetStream
	store    Store
	log      *slog.Logger
	tries    *tries
	rejected setAsideLog
}

// tries distinguish a faulty message from a faulty store. Only the goroutine that takes messages
// uses them.
type tries struct {
	stored  uint64            // messages stored so far
	failing map[uint64]uint64 // value of stored when a message first failed, by stream sequence
}

func newTries() *tries { return &tries{failing: map[uint64]uint64{}} }

// receive drains the stream of a hub until the context ends.
func (r receiver) receive(ctx context.Context, on streamSettings) {
	drain{
		open: func(ctx context.Context) (jetstream.Consumer, error) { return on.prepare(ctx, r.js) },
		may:  on.leads, take: r.take, many: fetched, ackWait: on.ackWait, log: r.log,
	}.run(ctx)
}

// take opens and stores messages, as many at once as batchBytes allows. Once none of them could be
// stored, the others are postponed.
func (r receiver) take(ctx context.Context, messages []jetstream.Msg) []error {
	errs := make([]error, len(messages))
	for first := 0; first < len(messages); {
		var batch []opened
		for size := 0; first+len(batch) < len(messages) && size < batchBytes; {
			for _, o := range openAll(messages[first+len(batch):]) {
				batch = append(batch, o)
				size += o.message.size()
			}
		}
		last := first + len(batch)
		if !r.takeBatch(ctx, messages[first:last], batch, errs[first:last]) {
			for i := last; i < len(errs); i++ {
				errs[i] = errNotNow
			}
			break
		}
		first = last
	}
	return errs
}

// batchBytes limits the memory of the messages that are opened and stored at once.
const batchBytes = 32 << 20

// An opened message has an error if it can never be stored.
type opened struct {
	message Message
	err     error
}

// openAll opens the first messages, as many as there are processors, in their order.
func openAll(messages []jetstream.Msg) []opened {
	list := make([]opened, min(len(messages), runtime.GOMAXPROCS(0)))
	var all sync.WaitGroup
	for i := range list {
		all.Go(func() { list[i].message, list[i].err = open(messages[i]) })
	}
	all.Wait()
	return list
}

// takeBatch stores messages in one transaction. If that fails, each message gets its own, so that one
// that cannot be stored does not delay others. It sets the error of each, and reports whether any was
// stored or set aside.
func (r receiver) takeBatch(ctx context.Context, messages []jetstream.Msg, list []opened, errs []error) (any bool) {
	var batch []Message
	var of []int // index in messages of each element of batch
	heard := map[ledgerOf]bool{}
	for i, o := range list {
		if o.err != nil {
			errs[i] = r.setAside(ctx, messages[i], o.err)
			heard[ledgerOf{sender(messages[i]), numberOf(messages[i]).Ledger}] = errs[i] == nil
			continue
		}
		batch, of = append(batch, o.message), append(of, i)
	}
	err := r.put(ctx, batch)
	stored := false
	if err != nil && len(batch) > 1 {
		for i, m := range batch {
			if ctx.Err() != nil {
				errs[of[i]] = errNotNow
				continue
			}
			errs[of[i]] = r.put(ctx, []Message{m})
			if stored = stored || errs[of[i]] == nil; !stored && i == enough {
				for ; i < len(batch); i++ {
					errs[of[i]] = errNotNow // trying the rest is pointless
				}
				break
			}
		}
	} else if err != nil {
		errs[of[0]] = err
	}
	for i, m := range batch {
		at := of[i]
		if err := errs[at]; err != nil && !errors.Is(err, errNotNow) {
			errs[at] = r.failed(ctx, messages[at], m, err)
		}
		if errs[at] == nil {
			heard[ledgerOf{m.Bench, m.Number.Ledger}] = true
		}
	}
	for l, ok := range heard {
		if ok && l.ledger != "" {
			r.send(ctx, l)
		}
	}
	return slices.Contains(errs, nil)
}

// enough is how many messages must fail in a row before the rest is postponed.
const enough = 3

// failed decides what to do with a message that could not be stored by itself. If it failed
// repeatedly while others were stored, the message is at fault.
func (r receiver) failed(ctx context.Context, msg jetstream.Msg, m Message, err error) error {
	var reason envelope.Reason
	if errors.As(err, &reason) {
		return r.setAside(ctx, msg, err)
	}
	meta, unknown := msg.Metadata()
	if unknown != nil || ctx.Err() != nil {
		return err
	}
	place := meta.Sequence.Stream
	since, known := r.tries.failing[place]
	if !known {
		if len(r.tries.failing) > 10_000 {
			clear(r.tries.failing) // most entries are of messages stored since
		}
		since = r.tries.stored
		r.tries.failing[place] = since
	}
	if meta.NumDelivered >= maxFailures && r.tries.stored > since {
		delete(r.tries.failing, place)
		if err = r.put(ctx, []Message{m}); err == nil {
			return nil
		}
		if r.setAside(ctx, msg, err) == nil {
			return nil
		}
	}
	r.log.Warn("a report cannot be stored now", "bench", sender(msg), "message", idOf(msg), "error", err)
	return err
}

// open reads a message and verifies its sender by its subject, on which only that bench's
// credentials may publish.
func open(msg jetstream.Msg) (Message, error) {
	e, report, err := envelope.Open(msg.Data())
	if err != nil {
		return Message{}, err
	}
	if msg.Subject() != credentials.WiringOf(e.Bench).Reports {
		return Message{}, fmt.Errorf("%w: it names bench %q and came from %q", envelope.Forged, e.Bench, sender(msg))
	}
	number := numberOf(msg)
	if id := msg.Headers().Get(IDHeader); number.Ledger != "" && id != e.ID {
		return Message{}, fmt.Errorf("%w: its header names another message", envelope.Forged)
	}
	meta, err := msg.Metadata()
	if err != nil {
		return Message{}, err
	}
	return Message{Envelope: e, Opened: report, Number: number, Whole: msg.Data(), Arrived: meta.Timestamp, Sent: sentAt(msg)}, nil
}

// numberOf returns the number of a message, zero if it has none.
func numberOf(msg jetstream.Msg) receipt.Number {
	header := msg.Headers()
	n := receipt.Number{Ledger: header.Get(LedgerHeader), Chain: header.Get(ChainHeader)}
	n.Sequence, _ = strconv.ParseInt(header.Get(NumberHeader), 10, 64)
	if !n.Valid() {
		return receipt.Number{}
	}
	return n
}

// sentAt returns when a bench sent a message, zero if unknown.
func sentAt(msg jetstream.Msg) time.Time {
	sent, err := time.Parse(time.RFC3339Nano, msg.Headers().Get(SentHeader))
	if err != nil {
		return time.Time{}
	}
	return sent
}

// idOf returns the ID in a message's header, "" if invalid.
func idOf(msg jetstream.Msg) string {
	if id := msg.Headers().Get(IDHeader); envelope.ValidID(id) {
		return id
	}
	return ""
}

// sender returns the bench that sent a message.
func sender(msg jetstream.Msg) string { return benchOf(msg.Subject(), credentials.Reports) }

// put calls the store. If the store panics, the message is refused.
func (r receiver) put(ctx context.Context, messages []Message) (err error) {
	if len(messages) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: storing it panicked: %v", envelope.Refused, p)
		}
	}()
	err = r.store.Put(ctx, messages)
	if err == nil {
		r.tries.stored += uint64(len(messages))
	}
	return err
}

// setAside stores a message that can never be stored as a report, with the reason, and returns once
// that is committed.
func (r receiver) setAside(ctx context.Context, msg jetstream.Msg, why error) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	reason := envelope.Refused
	errors.As(why, &reason)
	words := why.Error()
	err := r.store.SetAside(ctx, Reject{
		Bench: sender(msg), ID: idOf(msg), Number: numberOf(msg), Reason: reason,
		Why: strings.ToValidUTF8(words[:min(len(words), maxWhy)], "\uFFFD"), Whole: msg.Data(),
	})
	if err != nil {
		return fmt.Errorf("setting a message aside: %w", err)
	}
	r.rejected.tell(r.log, sender(msg), reason, why)
	return nil
}

// ledgerOf identifies a ledger of a bench.
type ledgerOf struct{ bench, ledger string }

// send sends a receipt. If it gets lost, the bench asks for one.
func (r receiver) send(ctx context.Context, l ledgerOf) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	is, err := r.store.Receipt(ctx, l.bench, l.ledger)
	if err != nil {
		r.log.Warn("a receipt cannot be sent now", "bench", l.bench, "error", err)
		return
	}
	is.Clock = time.Now().UTC()
	text, err := json.Marshal(is)
	if err == nil {
		err = r.conn.Publish(credentials.WiringOf(l.bench).Receipts, text)
	}
	if err != nil {
		r.log.Warn("a receipt cannot be sent now", "bench", l.bench, "error", err)
	}
}
