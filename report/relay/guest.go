package relay

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// A Guest is a hub that is a client of a NATS run by a third party. Benches are clients of that
// NATS, too, and its operators issue the credentials for them and for the guest. They must
// therefore ensure that a bench publishes only its own reports: credentials.WiringOf has the two
// subjects on which it publishes, and those to which it subscribes.
type Guest struct {
	Server      string // tls://HOST:PORT, or nats://127.0.0.1:PORT
	Credentials string // file; "" if the server requires none
	Roots       string // file of CA certificates for the server; "" uses the system's
	Replicas    int    // how many nodes store each report; 0 means 1
	Store       Store
	Log         *slog.Logger

	mu sync.Mutex // guards js
	js jetstream.JetStream
}

// guestPort is the default port for clients of NATS.
const guestPort = "4222"

// Run receives reports until the context ends. It returns an error only if retrying cannot help.
func (g *Guest) Run(ctx context.Context) error {
	return supervise(ctx, g.Log, g.run)
}

func (g *Guest) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// NATS closes the connection for good if its credentials are refused.
	conn, err := g.connect(nats.ClosedHandler(func(conn *nats.Conn) {
		cancel(fmt.Errorf("the connection to NATS was closed: %w", cmp.Or(conn.LastError(), nats.ErrConnectionClosed)))
	}))
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return fmt.Errorf("connecting to NATS: %w", err)
	}
	g.set(js)
	defer g.set(nil)
	r := receiver{conn: conn, js: js, store: g.Store, log: g.Log, tries: newTries(), rejected: newSetAsideLog()}
	stop, err := r.answer()
	if err != nil {
		return err
	}
	defer stop()
	r.receive(ctx, streamSettings{replicas: max(g.Replicas, 1), ackWait: ackWithin})
	return context.Cause(ctx)
}

func (g *Guest) connect(options ...nats.Option) (*nats.Conn, error) {
	u, err := hubAddress(g.Server, guestPort)
	if err != nil {
		return nil, err
	}
	options = append(options, nats.Name("backupdoctor hub"), nats.MaxReconnects(-1), nats.Timeout(requestWithin), nats.RetryOnFailedConnect(true), logErrors(g.Log))
	if g.Credentials != "" {
		options = append(options, nats.UserCredentials(g.Credentials))
	}
	if u.Scheme == "tls" {
		secure := &tls.Config{MinVersion: tls.VersionTLS13}
		if g.Roots != "" {
			if secure, err = (credentials.Identity{}).TLS(g.Roots); err != nil {
				return nil, configError{err}
			}
		}
		options = append(options, nats.Secure(secure))
	}
	conn, err := nats.Connect(u.String(), options...)
	if err != nil {
		return nil, fmt.Errorf("connecting to NATS: %w", err)
	}
	return conn, nil
}

func (g *Guest) set(js jetstream.JetStream) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.js = js
}

// State returns the state of the hub.
func (g *Guest) State(ctx context.Context) (HubState, error) {
	g.mu.Lock()
	js := g.js
	g.mu.Unlock()
	if js == nil {
		return HubState{}, ErrDown
	}
	return hubState(ctx, js)
}

// Site is always unknown: the operators of the NATS manage its benches.
func (g *Guest) Site(string) string { return "" }
