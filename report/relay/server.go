package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	startWithin   = 30 * time.Second
	requestWithin = 10 * time.Second
	lookEvery     = 500 * time.Millisecond // interval between checks of server health and accounts
	pingEvery     = 10 * time.Second       // over a link, to detect a dead one within half a minute
	minRestart    = time.Second
	maxRestart    = 30 * time.Second
)

// errUnhealthy is returned for a server that has stopped storing because its disk is full or has failed.
// It does not recover by itself.
var errUnhealthy = errors.New("the stream cannot be written")

// supervise runs an embedded server and its users until the context ends, and restarts both if the
// server becomes unhealthy. Nothing is lost by that, since acknowledged data is on disk.
func supervise(ctx context.Context, log *slog.Logger, run func(context.Context) error) error {
	pause := minRestart
	for {
		began := time.Now()
		err := run(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var refused configError
		if errors.As(err, &refused) {
			return err
		}
		if time.Since(began) > maxRestart {
			pause = minRestart
		}
		log.Error("the stream is created again", "error", err, "in", pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, maxRestart)
	}
}

// A configError is an error that retrying cannot fix.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// start starts an embedded server. The system decides when writes reach the disk: a report counts
// only once the database has committed it, and until then the bench keeps it.
func start(options *server.Options, log *slog.Logger) (*server.Server, error) {
	options.JetStream = true
	options.JetStreamMaxMemory = 1 << 20 // no stream is stored in memory
	options.NoSigs = true
	options.DisableJetStreamBanner = true
	options.PingInterval, options.MaxPingsOut = pingEvery, 2
	s, err := server.NewServer(options)
	if err != nil {
		return nil, configError{fmt.Errorf("starting the stream: %w", err)}
	}
	fatal := make(chan error, 1)
	s.SetLoggerV2(serverLog{log, fatal}, log.Enabled(context.Background(), slog.LevelDebug), false, false)
	s.Start()
	if err := ready(s, fatal); err != nil {
		stop(s)
		return nil, fmt.Errorf("starting the stream: %w", err)
	}
	return s, nil
}

// ready waits until a server accepts connections. After a fatal error, such as an address in use, it
// never would.
func ready(s *server.Server, fatal <-chan error) error {
	for deadline := time.Now().Add(startWithin); time.Now().Before(deadline); {
		select {
		case err := <-fatal:
			return err
		default:
		}
		if s.ReadyForConnections(100 * time.Millisecond) {
			return nil
		}
	}
	return errors.New("it is not ready in time")
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// connect opens an in-process connection to an embedded server.
func connect(s *server.Server, log *slog.Logger, options ...nats.Option) (*nats.Conn, error) {
	return nats.Connect("", append(options, nats.InProcessServer(s), nats.Timeout(requestWithin), logErrors(log))...)
}

// logErrors logs asynchronous errors of a connection.
func logErrors(log *slog.Logger) nats.Option {
	return nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("stream: " + err.Error()) })
}

// A healthTracker tracks the health of an embedded server over time.
type healthTracker struct {
	server    *server.Server
	clustered bool
	bad       int // failed checks in a row
}

// maxBadChecks is how many checks in a row must fail before the server counts as unhealthy: while it
// starts on a busy computer, or creates a stream, one or two may fail.
const maxBadChecks = 6

// check returns an error if the server has stopped storing. Nodes of a cluster may
// lag for a while, which does not count.
func (p *healthTracker) check() error {
	if !p.server.JetStreamEnabled() {
		return errUnhealthy
	}
	health := p.server.Healthz(nil).Error
	failed := strings.Contains(health, "write error")
	if health == "" || p.clustered && !failed {
		p.bad = 0
		return nil
	}
	if p.bad++; failed || p.bad >= maxBadChecks {
		return fmt.Errorf("%w: %s", errUnhealthy, health)
	}
	return nil
}

// hubAddress parses the address of a hub: tls://HOST or nats://HOST, with or without a port.
// Without TLS it must be on this computer.
func hubAddress(address, port string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "tls" && u.Scheme != "nats") || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, configError{fmt.Errorf("%q is not the address of a hub: tls://HOST or tls://HOST:PORT", address)}
	}
	if u.Scheme == "nats" && !loopback(u.Hostname()) {
		return nil, configError{fmt.Errorf("%q would send reports in plain text: only this computer may be reached without TLS", address)}
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	u.Path = ""
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serverLog adapts the log of an embedded server. It drops notices, which are routine, and traces,
// which may contain keys.
type serverLog struct {
	log   *slog.Logger
	fatal chan<- error // receives the first fatal error; has room for one
}

func (l serverLog) Noticef(format string, v ...any) {
	l.log.Debug("stream: " + fmt.Sprintf(format, v...))
}
func (l serverLog) Debugf(format string, v ...any) {
	l.log.Debug("stream: " + fmt.Sprintf(format, v...))
}
func (l serverLog) Warnf(format string, v ...any) {
	level := slog.LevelWarn
	if strings.Contains(format, `"TLS Handshake First"`) { // a reminder of an option that every bench uses
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, "stream: "+fmt.Sprintf(format, v...))
}
func (l serverLog) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	if strings.Contains(text, " TLS handshake error: ") { // anyone can cause any number of these; such connections are counted
		l.log.Debug("stream: " + text)
		return
	}
	if strings.HasSuffix(text, " "+server.ErrAuthentication.Error()) {
		l.log.Warn("stream: "+text, "why", "the credentials of the bench are not of this hub, were revoked or have expired")
		return
	}
	l.log.Error("stream: " + text)
}
func (l serverLog) Fatalf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	l.log.Error("stream: " + text)
	select {
	case l.fatal <- errors.New(text):
	default:
	}
}
func (l serverLog) Tracef(string, ...any) {}
