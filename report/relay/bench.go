package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/outbox"
)

// ErrDown is a stream that does not run, or not yet.
var ErrDown = errors.New("the stream does not run")

// Keep bounds what is kept of reports that no hub has. The oldest go first.
type Keep struct {
	Bytes int64         // at least 1 MB, 0 is 256 MB
	Age   time.Duration // of the oldest report when a new one comes, by the clock of the bench; 0 is any
}

// A Bench keeps the reports of one bench in a stream on its disk, and forwards them to a hub
// when there is one. It listens to nobody: all connections but those within the process are
// made by it.
type Bench struct {
	Name        string   // of the bench; "" if the credentials tell, or Unnamed without a hub
	Tool        string   // version of the program
	Dir         string   // the folder of the stream; nobody else's
	Hubs        []string // addresses of the nodes of the hub; none just keeps the reports
	Credentials string   // the file that the hub's folder gave; "" without a hub
	Roots       string   // a file of certificates that vouch for the hub; "" if the credentials do
	Keep        Keep
	Log         *slog.Logger

	reconnect time.Duration // how long to wait before a link is tried again; 0 is two seconds

	publishing sync.Mutex // one report at a time
	mu         sync.Mutex // guards running
	running    *benchStream
}

// BenchState is how it stands with a bench's stream.
type BenchState struct {
	Linked    bool      // to a hub
	Waiting   uint64    // reports that no hub has acknowledged
	Bytes     uint64    // that they take
	Oldest    time.Time // when the oldest of them was published; zero without one
	Discarded uint64    // reports that were discarded in all, to keep within bounds
}

// Check tells at once what Run would end with: an address or credentials that are none, or
// credentials of another bench.
func (b *Bench) Check() error {
	_, _, err := b.options()
	return err
}

// Run keeps the stream running until the context ends. It returns an error only where no
// second try could help, as for credentials of another bench.
func (b *Bench) Run(ctx context.Context) error {
	return supervise(ctx, b.Log, b.run)
}

func (b *Bench) run(ctx context.Context) error {
	wiring, options, err := b.options()
	if err != nil {
		return err
	}
	unlock, err := lock(b.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := start(options, b.Log)
	if err != nil {
		return err
	}
	defer stop(s)
	conn, err := connect(s, b.Log, nats.CustomInboxPrefix(wiring.Inbox))
	if err != nil {
		return fmt.Errorf("connecting to the stream: %w", err)
	}
	defer conn.Close()
	up, err := b.prepare(ctx, conn, wiring)
	if err != nil {
		return err
	}
	up.server = s
	if err := up.adopt(ctx, b.Log); err != nil {
		return err
	}
	b.set(up)
	defer b.set(nil)

	unlink := func() {}
	defer func() { unlink() }()
	linked := uint64(0)
	health := pulse{server: s}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
		if err := health.sick(); err != nil {
			return err
		}
		now := linkOf(s)
		if now == linked {
			continue
		}
		// A link that went and came again has not brought what was under way.
		linked = now
		b.Log.Info("link to the hub", "up", linked != 0)
		unlink()
		unlink = func() {}
		if linked != 0 {
			unlink = background(ctx, drain{up.open, up.forward, forwarded, b.Log}.run)
		}
	}
}

// linkOf numbers the link of a bench to its hub, 0 where there is none.
func linkOf(s *server.Server) uint64 {
	leafs, err := s.Leafz(nil)
	if err != nil || len(leafs.Leafs) == 0 {
		return 0
	}
	return leafs.Leafs[0].ID
}

// background runs something until the context ends or stop is called, which waits for it.
func background(ctx context.Context, run func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func (b *Bench) set(up *benchStream) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = up
}

// stream is the stream while it runs, nil while it does not.
func (b *Bench) stream() *benchStream {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running
}

// Publish puts a report into the stream, and returns once it is on disk there. The same item
// may be published twice: by its id, whoever receives it knows it.
func (b *Bench) Publish(ctx context.Context, item outbox.Item) error {
	b.publishing.Lock()
	defer b.publishing.Unlock()
	u := b.stream()
	if u == nil {
		return ErrDown
	}
	e := envelope.Envelope{ID: item.ID, Bench: u.wiring.Bench, Tool: b.Tool, Cut: item.Cut, Report: item.Report}
	sealed, err := envelope.Seal(e)
	if err != nil {
		return err
	}
	if err := u.put(ctx, e, sealed, b.Log); err != nil {
		return err
	}
	if b.Keep.Age > 0 {
		return u.dropOlder(ctx, time.Now().Add(-b.Keep.Age), b.Log)
	}
	return nil
}

// State tells how it stands with the stream.
func (b *Bench) State(ctx context.Context) (BenchState, error) {
	u := b.stream()
	if u == nil {
		return BenchState{}, ErrDown
	}
	info, err := u.info(ctx)
	if err != nil {
		return BenchState{}, err
	}
	state := BenchState{Linked: linkOf(u.server) != 0, Waiting: info.State.Msgs, Bytes: info.State.Bytes, Discarded: u.discarded.Load()}
	if state.Waiting > 0 {
		state.Oldest = info.State.FirstTime.UTC()
	}
	return state, nil
}
