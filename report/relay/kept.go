package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// What a message says of its envelope to who does not open it.
const (
	SchemaHeader    = "Backupdoctor-Schema"
	BenchHeader     = "Backupdoctor-Bench"
	ToolHeader      = "Backupdoctor-Tool"
	CutHeader       = "Backupdoctor-Cut"
	DiscardedHeader = "Backupdoctor-Discarded" // how many reports the bench has discarded in all
	WaitingHeader   = "Backupdoctor-Waiting"   // how many reports wait at the bench behind this one
)

// A benchStream is the stream of a bench while it runs.
type benchStream struct {
	server    *server.Server
	conn      *nats.Conn
	js        jetstream.JetStream
	wiring    credentials.Wiring
	config    jetstream.StreamConfig
	discarded atomic.Uint64
}

// prepare makes the stream, unless it is there from the last run.
func (b *Bench) prepare(ctx context.Context, conn *nats.Conn, wiring credentials.Wiring) (*benchStream, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(2*forwarded))
	if err != nil {
		return nil, fmt.Errorf("preparing the stream: %w", err)
	}
	up := &benchStream{conn: conn, js: js, wiring: wiring, config: jetstream.StreamConfig{
		Name:      wiring.Stream,
		Subjects:  []string{wiring.Local},
		Retention: jetstream.WorkQueuePolicy, // what the hub has acknowledged goes
		Discard:   jetstream.DiscardNew,      // what goes without that is chosen and counted in makeRoom
		MaxBytes:  b.keptBytes(),

		Duplicates: remembered,
	}}
	streams := js.ListStreams(ctx)
	for info := range streams.Info() {
		switch {
		case info.Config.Name == wiring.Stream:
			discarded, err := strconv.ParseUint(info.Config.Metadata[discardedKey], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("preparing the stream: it does not know how much it discarded: %w", err)
			}
			up.discarded.Store(discarded)
		case info.Config.Name == credentials.WiringOf(Unnamed).Stream: // see adopt
		case info.State.Msgs > 0:
			other := strings.TrimPrefix(info.Config.Name, credentials.WiringOf("").Stream)
			return nil, configError{fmt.Errorf("%s keeps %d reports of bench %q: run under that name, or with another folder", filepath.Clean(b.Dir), info.State.Msgs, other)}
		}
	}
	if err := streams.Err(); err != nil {
		return nil, fmt.Errorf("preparing the stream: %w", err)
	}
	if err := up.save(ctx); err != nil {
		return nil, err
	}
	return up, nil
}

// save writes the configuration of the stream, with the count of what was discarded.
func (u *benchStream) save(ctx context.Context) error {
	u.config.Metadata = map[string]string{discardedKey: strconv.FormatUint(u.discarded.Load(), 10)}
	if _, err := u.js.CreateOrUpdateStream(ctx, u.config); err != nil {
		return fmt.Errorf("preparing the stream: %w", err)
	}
	return nil
}

// put puts a report into the stream, and makes room for it if need be.
func (u *benchStream) put(ctx context.Context, e envelope.Envelope, sealed []byte, log *slog.Logger) error {
	for purge := uint64(1); ; purge *= 2 {
		err := u.publish(ctx, e, sealed)
		if err == nil {
			return nil
		}
		var full *jetstream.APIError
		if !errors.As(err, &full) || full.ErrorCode != storeFailed || !strings.Contains(full.Description, "maximum bytes") {
			return fmt.Errorf("publishing a report: %w", err)
		}
		if err := u.makeRoom(ctx, purge, log); err != nil {
			return err
		}
	}
}

// storeFailed is the code of a stream's answer where it could not store a message.
const storeFailed = 10077

func (u *benchStream) publish(ctx context.Context, e envelope.Envelope, sealed []byte) error {
	msg := nats.NewMsg(u.wiring.Local)
	msg.Data = sealed
	msg.Header.Set(SchemaHeader, envelope.Schema)
	msg.Header.Set(BenchHeader, e.Bench)
	msg.Header.Set(ToolHeader, e.Tool)
	if e.Cut != "" {
		msg.Header.Set(CutHeader, e.Cut)
	}
	_, err := u.js.PublishMsg(ctx, msg, jetstream.WithMsgID(e.ID), jetstream.WithExpectStream(u.wiring.Stream))
	return err
}

// stream is the stream as it is now.
func (u *benchStream) stream(ctx context.Context) (jetstream.Stream, error) {
	stream, err := u.js.Stream(ctx, u.wiring.Stream)
	if err != nil {
		return nil, fmt.Errorf("looking at the stream: %w", err)
	}
	return stream, nil
}

func (u *benchStream) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	stream, err := u.stream(ctx)
	if err != nil {
		return nil, err
	}
	return stream.CachedInfo(), nil
}
