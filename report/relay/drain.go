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
	fetched     = 128              // messages taken from a hub's stream at once
	fetchWithin = 5 * time.Second  // how long to wait for the first of them
	ackWithin   = 30 * time.Second // after that the stream delivers a message again
	minPause    = 100 * time.Millisecond
	maxPause    = 5 * time.Second // while nothing is taken
	minDelay    = time.Second
	maxDelay    = 30 * time.Second // of a message that was not taken
)

// errNotNow is a message that is not at fault: it is delivered again as soon as may be.
var errNotNow = errors.New("nothing is taken now")

// A drain takes messages out of a stream, and acknowledges each once something else has it
// for good.
type drain struct {
	open    func(context.Context) (jetstream.Consumer, error) // again where it was lost
	may     func(*jetstream.ConsumerInfo) error               // an error while another node takes the messages
	take    func(context.Context, []jetstream.Msg) []error    // one for each message, nil where it has it for good
	many    int                                               // messages taken at once
	ackWait time.Duration                                     // after which the stream delivers a message again
	log     *slog.Logger
}

// leadEvery is how often a node of a cluster asks whether it is the one that takes messages.
const leadEvery = time.Second

// run drains until the context ends.
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

// leads asks whether this node is the one that takes messages.
func (d drain) leads(ctx context.Context, consumer jetstream.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	info, err := consumer.Info(ctx)
	if err != nil {
		return err
	}
	return d.may(info)
}

// fetch gives the messages that are there, in the order in which they came and so many at
// most, as soon as there is one.
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
	batch, err := consumer.FetchNoWait(many - 1)
	if err != nil {
		return messages, nil // what is amiss is found out next time
	}
	for msg := range batch.Messages() {
		messages = append(messages, msg)
	}
	return messages, nil
}

// handle has messages taken, and returns an error if none is. Those that are not come again,
// and later each time, so that they hold up none.
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
		// If the stream does not hear of it, it delivers the message again by itself.
		if err := msg.NakWithDelay(delay); err != nil {
			d.log.Debug("a message cannot be given back", "error", err)
		}
	}
	if taken == 0 {
		return first
	}
	return nil
}

// holdOn tells the stream that messages are worked on, so that it does not deliver them again
// while that takes long, until done is called.
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
				msg.InProgress() // one that is not heard is delivered again, which is no harm
			}
		}
	})
}

// later is how long to wait before a message is tried again.
func later(msg jetstream.Msg) time.Duration {
	meta, err := msg.Metadata()
	if err != nil {
		return maxDelay
	}
	return min(minDelay<<min(meta.NumDelivered-1, 16), maxDelay)
}

// forget removes a consumer, so that the next of its name is given at once what this one was
// given and did not acknowledge. What was acknowledged is no longer in the stream.
func forget(ctx context.Context, js jetstream.JetStream, stream, consumer string) error {
	err := js.DeleteConsumer(ctx, stream, consumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return err
}
