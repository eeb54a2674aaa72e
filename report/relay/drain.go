package relay

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	fetched      = 128              // messages fetched from a hub's stream at once
	fetchedBytes = 16 << 20         // after so many bytes no more are fetched
	fetchStep    = 16               // messages requested before their length is known
	fetchWithin  = 5 * time.Second  // wait for the first of them
	ackWithin    = 30 * time.Second // redelivery delay of unacknowledged messages
	minPause     = 100 * time.Millisecond
	maxPause     = 5 * time.Second // between attempts while no messages are accepted
	minDelay     = time.Second
	maxDelay     = 30 * time.Second // before a failed message is redelivered
)

// errNotNow is returned for a message that is not at fault: it is redelivered as soon as possible.
var errNotNow = errors.New("no messages are accepted now")

// A drain takes messages out of a stream, and acknowledges each once it is stored permanently.
type drain struct {
	open    func(context.Context) (jetstream.Consumer, error) // called again if the consumer is lost
	may     func(*jetstream.ConsumerInfo) error               // returns an error while another node takes the messages
	take    func(context.Context, []jetstream.Msg) []error    // returns one error per message, nil if it is stored permanently
	many    int                                               // messages fetched at once
	ackWait time.Duration                                     // redelivery delay of unacknowledged messages
	log     *slog.Logger
}

// leadEvery is how often a node of a cluster checks whether it is the one that takes messages.
const leadEvery = time.Second

// run drains the stream until the context ends.
func (d drain) run(ctx context.Context) {
	var consumer jetstream.Consumer
	pause := minPause
	var asked time.Time
	for ctx.Err() == nil {
		var messages []jetstream.Msg
		var err error
		if consumer == nil {
			consumer, err = d.open(ctx)
		}
		if err == nil && time.Since(asked) > leadEvery {
			err, asked = d.leads(ctx, consumer), time.Now()
		}
		if errors.Is(err, errNotLeading) {
			asked = time.Time{}
			select {
			case <-ctx.Done():
			case <-time.After(leadEvery / 2):
			}
			continue
		}
		if err == nil {
			messages, err = fetch(ctx, consumer, d.many)
		}
		if err != nil {
			consumer = nil
		} else {
			err = d.handle(ctx, messages)
		}
		if err == nil || ctx.Err() != nil {
			pause = minPause
			continue
		}
		d.log.Warn("reports wait in the stream", "error", err, "again", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

// leads checks whether this node is the one that takes messages.
func (d drain) leads(ctx context.Context, consumer jetstream.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return err
	}
	return d.may(info)
}

// fetch returns the available messages in order, as soon as there is one: at most many, and hardly
// more than fetchedBytes.
func fetch(ctx context.Context, consumer jetstream.Consumer, many int) ([]jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	first, err := consumer.Next(jetstream.FetchContext(ctx))
	if errors.Is(err, nats.ErrTimeout) || ctx.Err() != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	messages := []jetstream.Msg{first}
	length := len(first.Data())
	for more := true; more && len(messages) < many && length < fetchedBytes; {
		step := min(fetchStep, many-len(messages))
		batch, err := consumer.FetchNoWait(step)
		if err != nil {
			break // a persistent error shows up in the next call
		}
		before := len(messages)
		for msg := range batch.Messages() {
			messages = append(messages, msg)
			length += len(msg.Data())
		}
		more = len(messages) == before+step
	}
	return messages, nil
}

// handle passes messages to take, and returns an error if none was accepted. Failed messages are
// redelivered with growing delays, so that they do not hold up others.
func (d drain) handle(ctx context.Context, messages []jetstream.Msg) error {
	taken := 0
	var first error
	done := d.holdOn(messages)
	errs := d.take(ctx, messages)
	done()
	for i, err := range errs {
		msg := messages[i]
		if err == nil {
			err = msg.Ack()
		}
		if err == nil {
			taken++
			continue
		}
		var delay time.Duration
		if !errors.Is(err, errNotNow) {
			delay = later(msg)
		}
		first = cmp.Or(first, err)
		// If this gets lost, the stream redelivers the message anyway.
		if err := msg.NakWithDelay(delay); err != nil {
			d.log.Debug("a message cannot be given back", "error", err)
		}
	}
	if taken == 0 {
		return first
	}
	return nil
}

// holdOn tells the stream that messages are still in progress, until done is called, so that it
// does not redeliver them if that takes long.
func (d drain) holdOn(messages []jetstream.Msg) (done func()) {
	return background(context.Background(), func(ctx context.Context) {
		tick := time.NewTicker(d.ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for _, msg := range messages {
				msg.InProgress() // on failure the message is redelivered, which is harmless
			}
		}
	})
}

// later returns how long to wait before a message is retried.
func later(msg jetstream.Msg) time.Duration {
	meta, err := msg.Metadata()
	if err != nil {
		return maxDelay
	}
	return min(minDelay<<min(meta.NumDelivered-1, 16), maxDelay)
}

// forget removes a consumer, so that the next one of its name immediately receives the messages
// that this one had not acknowledged. Acknowledged messages have already left the stream.
func forget(ctx context.Context, js jetstream.JetStream, stream, consumer string) error {
	err := js.DeleteConsumer(ctx, stream, consumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return err
}
