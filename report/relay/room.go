package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// discardedKey is where the stream of a bench remembers how much it has discarded.
const discardedKey = "backupdoctor.discarded"

// makeRoom discards the oldest reports, counts them, and tells.
func (u *benchStream) makeRoom(ctx context.Context, reports uint64, log *slog.Logger) error {
	info, err := u.info(ctx)
	if err != nil {
		return err
	}
	return u.discard(ctx, info.State.FirstSeq+reports, info.State.FirstTime, log)
}

// dropOlder discards the reports that were published before a time, all at once.
func (u *benchStream) dropOlder(ctx context.Context, than time.Time, log *slog.Logger) error {
	stream, err := u.stream(ctx)
	if err != nil {
		return err
	}
	state := stream.CachedInfo().State
	if state.Msgs == 0 || !state.FirstTime.Before(than) {
		return nil
	}
	keep := state.FirstSeq + 1 // the first report that stays
	for keep <= state.LastSeq {
		next, err := stream.GetMsg(ctx, keep, jetstream.WithGetMsgSubject(u.wiring.Local)) // or the one behind it
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break // none stays
		}
		if err != nil {
			return fmt.Errorf("looking at the stream: %w", err)
		}
		keep = next.Sequence
		if !next.Time.Before(than) {
			break
		}
		keep++
	}
	return u.discard(ctx, keep, state.FirstTime, log)
}

// discard removes the reports before a sequence number. The stream says how many there still
// were: the hub may have acknowledged some at the same moment.
func (u *benchStream) discard(ctx context.Context, before uint64, oldest time.Time, log *slog.Logger) error {
	request, err := json.Marshal(map[string]uint64{"seq": before})
	if err != nil {
		return fmt.Errorf("making room in the stream: %w", err)
	}
	reply, err := u.conn.RequestWithContext(ctx, "$JS.API.STREAM.PURGE."+u.wiring.Stream, request)
	if err != nil {
		return fmt.Errorf("making room in the stream: %w", err)
	}
	var purge struct {
		Purged uint64              `json:"purged"`
		Error  *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &purge); err != nil {
		return fmt.Errorf("making room in the stream: %w", err)
	}
	if purge.Error != nil {
		return fmt.Errorf("making room in the stream: %w", purge.Error)
	}
	if purge.Purged == 0 {
		return nil
	}
	inAll := u.discarded.Add(purge.Purged)
	log.Warn("reports that no hub has were discarded to keep within bounds", "reports", purge.Purged, "oldest", oldest.UTC(), "inAll", inAll)
	return u.save(ctx)
}
