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

// A Guest is a hub on a NATS that others run, as a client of it. Benches are clients of that
// NATS, too, and those who run it give them and the guest their credentials. That a bench
// publishes its own reports only is then for them to see to: credentials.WiringOf names the
// two subjects that it publishes on, and those that it listens at.
type Guest struct {
	Server      string // tls://HOST:PORT, or nats://127.0.0.1:PORT
	Credentials string // file; "" where the server asks for none
	Roots       string // file of certificates that vouch for the server; "" if the computer's own do
	Replicas    int    // how many of its nodes keep each report; 0 is 1
	Store       Store
	Log         *slog.Logger

	mu sync.Mutex // guards js
	js jetstream.JetStream
}

// guestPort is the port of clients of a NATS.
const guestPort = "4222"

// Run takes reports until the context ends. It returns an error only where no second try
// could help.
func (g *Guest) Run(ctx context.Context) error {
	return supervise(ctx, g.Log, g.run)
}

func (g *Guest) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// NATS gives a connection up where its credentials are refused.
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
	r := receiver{conn: conn, js: js, store: g.Store, log: g.Log, tries: newTries()}
	stop, err := r.answer()
	if err != nil {
		return err
	}
	defer stop()
	r.receive(ctx, footing{replicas: max(g.Replicas, 1), ackWait: ackWithin})
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

// State tells how it stands with the hub.
func (g *Guest) State(ctx context.Context) (HubState, error) {
	g.mu.Lock()
	js := g.js
	g.mu.Unlock()
	if js == nil {
		return HubState{}, ErrDown
	}
	return hubState(ctx, js)
}

// Site is not known: those who run the NATS say who its benches are.
func (g *Guest) Site(string) string { return "" }
