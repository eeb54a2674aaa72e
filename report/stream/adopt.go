package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/stream/credentials"
	"github.com/backupdoctor/backupdoctor/report/stream/envelope"
)

// Unnamed is the name of a bench that no hub has given one. No hub gives this one.
const Unnamed = credentials.Unnamed

// adopt moves the reports that the bench kept before a hub gave it a name into the stream of
// that name, one after the other and under their ids, and removes the stream that they were in.
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
	for seq := state.FirstSeq; seq <= state.LastSeq; seq++ {
		if err := u.move(ctx, old, seq, log); err != nil {
			return fmt.Errorf("adopting earlier reports: %w", err)
		}
	}
	if err := u.js.DeleteStream(ctx, name); err != nil {
		return fmt.Errorf("adopting earlier reports: %w", err)
	}
	if state.Msgs > 0 {
		log.Info("reports from before there was a hub are sent too", "reports", state.Msgs)
	}
	return nil
}

// move seals a report of an unnamed bench as this bench's own, and removes it where it was
// once it is here. One that was moved already, and not removed, is known again by its id.
func (u *benchStream) move(ctx context.Context, from jetstream.Stream, seq uint64, log *slog.Logger) error {
	msg, err := from.GetMsg(ctx, seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e, _, err := envelope.Open(msg.Data)
	if err != nil {
		return err
	}
	e.Bench = u.wiring.Bench
	sealed, err := envelope.Seal(e)
	if err != nil {
		return err
	}
	if err := u.put(ctx, e, sealed, log); err != nil {
		return err
	}
	return from.DeleteMsg(ctx, seq)
}
