package relay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// forwarded is how many reports a bench has under way to its hub at once. With more, fifty
// benches that come back at the same time keep the hub's stream so busy with writing that its
// sink is starved, and wait so long for acknowledgements that they send reports again.
const forwarded = 4

// hubConsumer is the consumer through which a bench forwards its stream.
const hubConsumer = "hub"

// open makes that consumer anew: what the last one was given and did not acknowledge is
// delivered at once.
func (u *benchStream) open(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	if err := forget(ctx, u.js, u.wiring.Stream, hubConsumer); err != nil {
		return nil, fmt.Errorf("preparing to forward the stream: %w", err)
	}
	consumer, err := u.js.CreateConsumer(ctx, u.wiring.Stream, jetstream.ConsumerConfig{
		Durable:       hubConsumer,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWithin,
		MaxAckPending: 2 * forwarded,
		MemoryStorage: true, // what was acknowledged is not in the stream, and needs no remembering
	})
	if err != nil {
		return nil, fmt.Errorf("preparing to forward the stream: %w", err)
	}
	return consumer, nil
}

// hubWithin is how long a hub may take to acknowledge the next report, over a slow line too.
// What comes later is not lost: the report is sent again, and acknowledged again.
const hubWithin = 5 * time.Second

// errUnacknowledged is a report of which the hub says nothing.
var errUnacknowledged = errors.New("the hub does not acknowledge reports")

// forward publishes messages of the bench's stream to the hub, all at once, and tells for
// each whether the hub's stream has acknowledged it. Where only the acknowledgement was lost,
// the message is published again under its id, of which the hub's stream keeps the first.
func (u *benchStream) forward(ctx context.Context, messages []jetstream.Msg) []error {
	errs := make([]error, len(messages))
	acks := make([]jetstream.PubAckFuture, len(messages))
	for i, msg := range messages {
		acks[i], errs[i] = u.js.PublishMsgAsync(u.forHub(msg), jetstream.WithExpectStream(reportsStream))
	}
	acknowledged := 0
	silence := time.NewTimer(hubWithin)
	defer silence.Stop()
	for i, ack := range acks {
		if errs[i] != nil {
			continue
		}
		select {
		case <-ack.Ok():
			acknowledged++
			silence.Reset(hubWithin)
		case errs[i] = <-ack.Err():
		case <-silence.C:
			silence.Reset(0) // for those behind it
			errs[i] = errUnacknowledged
		case <-ctx.Done():
			errs[i] = ctx.Err()
		}
	}
	if acknowledged < len(messages) {
		u.js.CleanupPublisher() // nobody waits for the other acknowledgements any more
	}
	if acknowledged == 0 {
		for i, err := range errs {
			errs[i] = fmt.Errorf("%w: %w", errNotNow, err)
		}
	}
	return errs
}

// forHub is a message as it goes to the hub: what Publish put into the stream, and how it
// stands with the stream now.
func (u *benchStream) forHub(msg jetstream.Msg) *nats.Msg {
	m := nats.NewMsg(u.wiring.Hub)
	m.Data = msg.Data()
	for _, name := range []string{jetstream.MsgIDHeader, SchemaHeader, BenchHeader, ToolHeader, CutHeader} {
		if value := msg.Headers().Get(name); value != "" {
			m.Header.Set(name, value)
		}
	}
	m.Header.Set(DiscardedHeader, strconv.FormatUint(u.discarded.Load(), 10))
	if meta, err := msg.Metadata(); err == nil {
		m.Header.Set(WaitingHeader, strconv.FormatUint(meta.NumPending, 10))
	}
	return m
}
