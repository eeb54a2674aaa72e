package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// Unnamed is the name of a bench that no hub has given one. No hub gives this one.
const Unnamed = credentials.Unnamed

// adopt moves the reports that the bench kept before a hub gave it a name into the stream of
// that name, one after the other and under their ids, and removes the stream that they were in.
// One that cannot be read, as of a newer version, stays there and holds up none.
func (u *benchStream) adopt(ctx context.Context, log *slog.Logger) error {
	name := credentials.WiringOf(Unnamed).Stream
	if u.wiring.Stream == name {
		return nil
	}
	old, err := u.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("adopting earlier reports: %w", err)
	}
	state := old.CachedInfo().State
	moved, left := 0, 0
	for seq := state.FirstSeq; seq <= state.LastSeq; seq++ {
		var unreadable envelope.Reason
		switch here, err := u.move(ctx, old, seq, log); {
		case errors.As(err, &unreadable):
			log.Error("a report from before there was a hub cannot be read, and is not sent", "report", seq, "error", err)
			left++
		case err != nil:
			return fmt.Errorf("adopting earlier reports: %w", err)
		case here:
			moved++
		}
	}
	if moved > 0 {
		log.Info("reports from before there was a hub are sent too", "reports", moved)
	}
	if left > 0 {
		return nil
	}
	if discarded, err := strconv.ParseUint(old.CachedInfo().Config.Metadata[discardedKey], 10, 64); err == nil && discarded > 0 {
		u.discarded.Add(discarded)
		if err := u.save(ctx); err != nil {
			return err
		}
	}
	if err := u.js.DeleteStream(ctx, name); err != nil {
		return fmt.Errorf("adopting earlier reports: %w", err)
	}
	return nil
}

// move seals a report of an unnamed bench as this bench's own, and removes it where it was
// once it is here; false if it is not there any more. One that was moved already, and not
// removed, is known again by its id.
func (u *benchStream) move(ctx context.Context, from jetstream.Stream, seq uint64, log *slog.Logger) (moved bool, err error) {
	msg, err := from.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e, _, err := envelope.Open(msg.Data)
	if err != nil {
		return false, err
	}
	e.Bench = u.wiring.Bench
	sealed, err := envelope.Seal(e)
	if err != nil {
		return false, err
	}
	if err := u.put(ctx, e, sealed, log); err != nil {
		return false, err
	}
	return true, from.DeleteMsg(ctx, seq)
}
