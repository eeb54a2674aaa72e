package stream

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/stream/credentials"
	"github.com/backupdoctor/backupdoctor/report/stream/envelope"
	"github.com/backupdoctor/backupdoctor/report/stream/outbox"
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

// HubPort is the port of a hub whose address has none.
const HubPort = "7422"

// minKept is room for a few of the longest reports.
const minKept = 1 << 20

// discardedKey is where the stream of a bench remembers how much it has discarded.
const discardedKey = "backupdoctor.discarded"

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
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
		if err := sick(s, false); err != nil {
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

// options are those of a server that only its own process can connect to.
func (b *Bench) options() (credentials.Wiring, *server.Options, error) {
	var none credentials.Wiring
	name := b.Name
	var identity credentials.Identity
	if len(b.Hubs) > 0 {
		var err error
		if identity, err = credentials.ReadIdentity(b.Credentials); err != nil {
			return none, nil, configError{err}
		}
		if name != "" && name != identity.Bench {
			return none, nil, configError{fmt.Errorf("the credentials are those of bench %q, and this is bench %q", identity.Bench, name)}
		}
		name = identity.Bench
	}
	name = cmp.Or(name, Unnamed)
	if !envelope.ValidBench(name) {
		return none, nil, configError{fmt.Errorf("%q cannot name a bench: a name has up to 48 small letters, digits, hyphens and underscores", name)}
	}
	if b.keptBytes() < minKept {
		return none, nil, configError{fmt.Errorf("%d bytes are too few to keep reports in: at least %d are needed", b.Keep.Bytes, minKept)}
	}
	wiring := credentials.WiringOf(name)
	options := &server.Options{
		ServerName:        wiring.Domain,
		DontListen:        true,
		StoreDir:          b.Dir,
		JetStreamDomain:   wiring.Domain,
		JetStreamMaxStore: 1 << 50, // each stream has bounds of its own
		LeafNode:          server.LeafNodeOpts{ReconnectInterval: b.reconnect},
		// A hub that is away for a week is one line an hour.
		ConnectErrorReports: 1800, ReconnectErrorReports: 1800,
	}
	if b.reconnect == 0 {
		options.LeafNode.ReconnectInterval = 2 * time.Second
	}
	if len(b.Hubs) == 0 {
		return wiring, options, nil
	}
	remote := &server.RemoteLeafOpts{Credentials: b.Credentials, IgnoreDiscoveredServers: true}
	for _, address := range b.Hubs {
		u, err := link(address, HubPort)
		if err != nil {
			return none, nil, err
		}
		remote.URLs = append(remote.URLs, u)
	}
	secure, err := secured(remote.URLs, identity, b.Roots)
	if err != nil {
		return none, nil, configError{err}
	}
	remote.TLS, remote.TLSConfig = secure != nil, secure
	options.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	return wiring, options, nil
}

// secured is how to reach the nodes of one hub, nil without TLS.
func secured(urls []*url.URL, identity credentials.Identity, roots string) (*tls.Config, error) {
	for _, u := range urls {
		if u.Scheme != urls[0].Scheme {
			return nil, errors.New("all nodes of a hub must be reached in the same way, with TLS or without")
		}
	}
	if urls[0].Scheme == "nats" {
		return nil, nil
	}
	return identity.TLS(roots)
}

func (b *Bench) keptBytes() int64 {
	if b.Keep.Bytes == 0 {
		return 256 << 20
	}
	return b.Keep.Bytes
}

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

// makeRoom discards the oldest reports, counts them, and tells.
func (u *benchStream) makeRoom(ctx context.Context, reports uint64, log *slog.Logger) error {
	info, err := u.info(ctx)
	if err != nil {
		return err
	}
	return u.discard(ctx, info.State.FirstSeq+reports, info.State.FirstTime, log)
}

// dropOlder discards the reports that were published before a time.
func (u *benchStream) dropOlder(ctx context.Context, than time.Time, log *slog.Logger) error {
	for {
		info, err := u.info(ctx)
		if err != nil {
			return err
		}
		if info.State.Msgs == 0 || !info.State.FirstTime.Before(than) {
			return nil
		}
		if err := u.discard(ctx, info.State.FirstSeq+1, info.State.FirstTime, log); err != nil {
			return err
		}
	}
}

func (u *benchStream) info(ctx context.Context) (*jetstream.StreamInfo, error) {
	stream, err := u.js.Stream(ctx, u.wiring.Stream)
	if err != nil {
		return nil, fmt.Errorf("looking at the stream: %w", err)
	}
	return stream.CachedInfo(), nil
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
