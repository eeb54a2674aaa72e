package outbox

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	batch          = 32 // items read at once
	minPause       = 100 * time.Millisecond
	maxPause       = 30 * time.Second // between two tries, where the stream cannot take anything
	publishWithin  = 15 * time.Second
	databaseWithin = 15 * time.Second
)

// A Pump moves items from an outbox to a stream. The functions of the outbox are the
// caller's, who knows how its database is to be locked.
type Pump struct {
	Next    func(ctx context.Context, limit int) ([]Item, error) // the oldest items, which stay
	Done    func(ctx context.Context, ids []string) error        // removes items
	Publish func(context.Context, Item) error                    // returns once the stream has the item for good
	Wake    <-chan struct{}                                      // something was added; may be nil
	Every   time.Duration                                        // how often to look without being woken; 0 is every 2 seconds
	Log     *slog.Logger
}

// Run moves items until the context ends, whose error it returns. It gives up on nothing: an
// item that is not acknowledged is tried again, after longer and longer pauses, and none
// behind it overtakes.
func (p Pump) Run(ctx context.Context) error {
	every := p.Every
	if every == 0 {
		every = 2 * time.Second
	}
	pause := minPause
	for {
		moved, err := p.move(ctx)
		var wait time.Duration
		var wake <-chan struct{}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			p.Log.Warn("reports wait in the outbox", "error", err, "again", pause)
			wait, pause = pause, min(2*pause, maxPause)
		case moved == batch:
			pause = minPause
			continue
		default:
			wait, wake, pause = every, p.Wake, minPause
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-time.After(wait):
		}
	}
}

// move publishes one batch, and removes as much of it as was acknowledged, also where the
// rest was not.
func (p Pump) move(ctx context.Context) (int, error) {
	within, cancel := context.WithTimeout(ctx, databaseWithin)
	items, err := p.Next(within, batch)
	cancel()
	if err != nil || len(items) == 0 {
		return 0, err
	}
	var done []string
	for _, item := range items {
		within, cancel := context.WithTimeout(ctx, publishWithin)
		err = p.Publish(within, item)
		cancel()
		if err != nil {
			break
		}
		done = append(done, item.ID)
	}
	if len(done) == 0 {
		return 0, err
	}
	// What was acknowledged is removed even if the program is just asked to end.
	within, cancel = context.WithTimeout(context.WithoutCancel(ctx), databaseWithin)
	defer cancel()
	return len(done), errors.Join(err, p.Done(within, done))
}
