package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// ReasonHeader is why a message was set aside, and WhyHeader is that in words.
const (
	ReasonHeader = "Backupdoctor-Reason"
	WhyHeader    = "Backupdoctor-Why"
)

const (
	sinkWithin = 20 * time.Second // for one message
	enough     = 3                // benches whose messages fail in a row: there is no use in trying the rest
	maxWhy     = 500              // bytes
)

// A receiver brings the messages of a hub's stream to its sink.
type receiver struct {
	js   jetstream.JetStream
	sink Sink
	log  *slog.Logger
}

// receive drains the streams of a hub until the context ends.
func (r receiver) receive(ctx context.Context, on footing) {
	open := func(ctx context.Context) (jetstream.Consumer, error) { return on.prepare(ctx, r.js) }
	drain{open, r.take, fetched, r.log}.run(ctx)
}

// take handles messages in the order in which they came. Behind one that fails, those of the
// same bench are left for the next time, and those of others are not.
func (r receiver) take(ctx context.Context, messages []jetstream.Msg) []error {
	errs := make([]error, len(messages))
	failed := map[string]bool{}
	inARow := 0
	for i, msg := range messages {
		bench := sender(msg)
		if inARow == enough || failed[bench] || ctx.Err() != nil {
			errs[i] = errNotNow
			continue
		}
		if errs[i] = r.handle(ctx, msg); errs[i] == nil {
			inARow = 0
			continue
		}
		failed[bench] = true
		inARow++
		r.log.Warn("a report cannot be stored now", "bench", bench, "message", msg.Headers().Get(jetstream.MsgIDHeader), "error", errs[i])
	}
	return errs
}

// handle brings one message to the sink, or sets it aside.
func (r receiver) handle(ctx context.Context, msg jetstream.Msg) error {
	m, err := open(msg)
	if err == nil {
		err = r.store(ctx, m)
	}
	var reason envelope.Reason
	if errors.As(err, &reason) {
		return r.setAside(ctx, msg, reason, err)
	}
	return err
}

// open reads a message and makes sure whose it is: its subject is the one on which the
// credentials of that bench let it publish, and no other's.
func open(msg jetstream.Msg) (Message, error) {
	e, report, err := envelope.Open(msg.Data())
	if err != nil {
		return Message{}, err
	}
	if msg.Subject() != credentials.WiringOf(e.Bench).Hub {
		return Message{}, fmt.Errorf("%w: it names bench %q and came from %q", envelope.Forged, e.Bench, sender(msg))
	}
	return Message{
		Envelope:  e,
		Opened:    report,
		Discarded: count(msg, DiscardedHeader),
		Waiting:   count(msg, WaitingHeader),
	}, nil
}

// sender is the bench that a message came from.
func sender(msg jetstream.Msg) string {
	return strings.TrimPrefix(msg.Subject(), credentials.Subjects)
}

// count reads a number that a bench may tell, 0 if it does not.
func count(msg jetstream.Msg, header string) uint64 {
	n, err := strconv.ParseUint(msg.Headers().Get(header), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// store calls the sink. One that panics on a message refuses it.
func (r receiver) store(ctx context.Context, m Message) (err error) {
	ctx, cancel := context.WithTimeout(ctx, sinkWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: it panicked: %v", envelope.Refused, p)
		}
	}()
	err = r.sink(ctx, m)
	if errors.Is(err, ErrRefused) {
		return fmt.Errorf("%w: %w", envelope.Refused, err)
	}
	return err
}

// setAside keeps a message that can never be stored, with the reason, and returns once it is
// on disk.
func (r receiver) setAside(ctx context.Context, msg jetstream.Msg, reason envelope.Reason, why error) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	aside := nats.NewMsg(asideSubject + string(reason) + "." + sender(msg))
	aside.Data = msg.Data()
	for _, header := range []string{jetstream.MsgIDHeader, SchemaHeader, BenchHeader, ToolHeader, CutHeader} {
		if value := msg.Headers().Get(header); value != "" {
			aside.Header.Set(header, value)
		}
	}
	aside.Header.Set(ReasonHeader, string(reason))
	words := why.Error()
	aside.Header.Set(WhyHeader, strings.ToValidUTF8(words[:min(len(words), maxWhy)], "\uFFFD"))
	if _, err := r.js.PublishMsg(ctx, aside); err != nil {
		return fmt.Errorf("setting a message aside: %w", err)
	}
	r.log.Warn("a message was set aside", "bench", sender(msg), "reason", string(reason), "why", why)
	return nil
}
