package relay

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A link is the connection of a bench to its hub under one name.
type link struct {
	set    benchSettings
	tool   string
	ledger Ledger
	log    *slog.Logger
	stop   func() // ends run; nil if never started
	ctx    context.Context
	held   string // why it was never started

	wake     chan struct{}
	receipts chan receipt.Receipt
	conn     *nats.Conn
	js       jetstream.JetStream
	sending  map[string]*sending // by ledger, on the current connection
	reached  uint64              // number of reconnects

	mu      sync.Mutex
	linked  bool
	refused string // why the hub refuses, according to the connection
	full    bool   // the hub holds as many reports as it may, and takes no more
	logged  string // last reason logged
}

// newLink prepares a link under a name for which credentials were stored.
func (b *Bench) newLink(name string) (*link, error) {
	own := *b.without()
	set, err := own.settings(b.copyOf(name))
	if err != nil {
		return nil, err
	}
	l := &link{
		set: set, tool: b.Tool, ledger: b.Ledger, log: b.Log.With("bench", name),
		wake: make(chan struct{}, 1), receipts: make(chan receipt.Receipt, 64), sending: map[string]*sending{},
	}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l, nil
}

// without copies the configuration of a bench without its name.
func (b *Bench) without() *Bench {
	return &Bench{Hubs: b.Hubs, Roots: b.Roots, reconnect: b.reconnect}
}

func (l *link) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default: // the last one was not handled yet
	}
}

// run sends reports until the context ends or stop is called.
func (l *link) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	defer l.stop()
	if !l.connectAtLast(ctx) {
		return
	}
	defer l.conn.Close()
	pause := minPause
	for {
		err := errNotLinked
		if l.conn.IsConnected() {
			err = l.turn(ctx)
		}
		wait := every
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errNotLinked):
			wait = maxPause // connecting wakes it
		case errors.Is(err, errMore):
			continue
		case err != nil:
			l.log.Warn("reports wait for the hub", "error", err, "again", pause)
			wait, pause = pause, min(2*pause, maxPause)
		default:
			pause = minPause
		}
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case r := <-l.receipts:
			l.keep(ctx, r)
		case <-time.After(wait):
		}
	}
}

var (
	errNotLinked = errors.New("not connected to the hub")
	errMore      = errors.New("there is more to do")
)

// every is how often a link checks its ledger without being woken.
const every = time.Second

// connectAtLast tries to connect at growing intervals, until it succeeds or the context ends.
func (l *link) connectAtLast(ctx context.Context) bool {
	for tries := 1; ; tries++ {
		err := l.connect()
		if err == nil {
			return true
		}
		l.note(err)
		if l.conn != nil {
			l.conn.Close()
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(l.set.delay(tries)):
		}
	}
}

func (l *link) connect() error {
	set := func(linked bool, err error) {
		l.mu.Lock()
		l.linked = linked
		l.mu.Unlock()
		l.note(err)
		l.wakeUp()
	}
	options := append([]nats.Option{}, l.set.options...)
	options = append(options,
		nats.ReconnectHandler(func(*nats.Conn) { set(true, nil) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { set(false, err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { l.note(err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { l.note(err) }),
	)
	var err error
	if l.conn, err = nats.Connect(l.set.servers, options...); err != nil {
		return err
	}
	set(true, nil)
	if l.js, err = jetstream.New(l.conn, jetstream.WithPublishAsyncMaxPending(2*underWay)); err != nil {
		return err
	}
	_, err = l.conn.Subscribe(l.set.wiring.Receipts, func(m *nats.Msg) {
		var r receipt.Receipt
		if len(m.Data) > maxReceipt || json.Unmarshal(m.Data, &r) != nil {
			return
		}
		select {
		case l.receipts <- r:
		default: // the next one supersedes it
		}
	})
	return err
}

// maxReceipt limits a receipt or a statement, in bytes.
const maxReceipt = 64 << 10

// note stores why the hub cannot be reached, and logs it when it changes.
func (l *link) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.linked {
		if l.logged != "" || l.refused != "" {
			l.log.Info("connected to the hub")
		}
		l.refused, l.logged = "", ""
	}
	if err == nil {
		return
	}
	why, tells := reason(err)
	if tells && !l.linked {
		l.refused = why
	}
	if text := err.Error(); text != l.logged {
		l.logged = text
		known := []any{"error", err}
		if why != "" {
			known = append(known, "why", why)
		}
		l.log.Warn("not connected to the hub", known...)
	}
}

// state returns whether the bench is connected to the hub, and why not.
func (l *link) state() (linked bool, refused string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != "" {
		return false, l.held
	}
	return l.linked, l.refused
}

// setFull sets whether the hub takes no more reports.
func (l *link) setFull(full bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if full && !l.full {
		l.log.Warn("the hub holds as many reports of this bench as it takes: the others wait here", "reports", Share)
	}
	l.full = full
}

func (l *link) isFull() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.full
}

// reason returns in words why a hub cannot be reached, "" if nothing more is known. An error that
// merely ends a connection tells nothing: the one before it may.
func reason(err error) (words string, tells bool) {
	text := strings.ToLower(err.Error())
	for _, known := range []struct{ sign, words string }{
		{"maximum account active connections", "another bench with these credentials is connected"},
		{"revoked", "its credentials were revoked"},
		{"authorization violation", "the hub does not accept its credentials: they were revoked, are another hub's, or the hub is still starting"},
		{"authentication expired", "its credentials have expired"},
		{"unknown authority", "the certificate of the hub is not the one in the credentials"},
		{"x509", "the certificate of the hub is not valid: " + err.Error()},
		{"dial ", ""},
		{"no servers available", ""},
	} {
		if strings.Contains(text, known.sign) {
			return known.words, true
		}
	}
	return "", false
}
