package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// A Hub receives the reports of all added benches, moves them to a store, and replies with
// receipts.
type Hub struct {
	Name        string   // of this node, unique in the cluster; "" without a cluster
	Dir         string   // folder for its streams only
	Credentials string   // credentials.Folder.Node or a copy of it
	Listen      string   // for benches: tls://HOST:PORT, or nats://127.0.0.1:PORT
	Certificate string   // certificate file to show to clients; "" uses the hub's own, which benches trust
	Key         string   // key file of that certificate
	Cluster     *Cluster // nil for a single node
	MaxConns    int      // with or without credentials; 0 means no limit
	Store       Store
	Log         *slog.Logger

	damaged  bool          // the files of the streams; used by Run only
	ackWait  time.Duration // redelivery delay of the stream; 0 means ackWithin
	buffered int64         // bytes that wait to be written to a stream; 0 means bufferedBytes

	mu      sync.Mutex // guards running
	running *hubStreams
}

// hubStreams are the streams of a running hub.
type hubStreams struct {
	js              jetstream.JetStream
	server          *server.Server
	claims          *claims
	unauthenticated *unauthenticatedLimit
}

// Cluster configures a three-node cluster: each node has everything that two of them have
// acknowledged, so any one may be lost.
type Cluster struct {
	Listen string   // for the other nodes: HOST:PORT
	Routes []string // the two other nodes: HOST:PORT
}

// replicas is how many nodes of a cluster store each report.
const replicas = 3

// maxConns is how many bench connections State inspects.
const maxConns = 100_000

// background calls run in a goroutine until the context ends or stop is called, which waits for it
// to return.
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

// Run runs the hub until the context ends. It returns an error only if retrying cannot help, as
// with invalid credentials.
func (h *Hub) Run(ctx context.Context) error {
	return supervise(ctx, h.Log, h.run)
}

func (h *Hub) run(ctx context.Context) error {
	node, err := credentials.OpenNode(h.Credentials)
	if err != nil {
		return configError{err}
	}
	unlock, err := lock(h.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := h.dropDamaged(); err != nil {
		return err
	}
	claims, err := newClaims(node, h.Log)
	if err != nil {
		return configError{err}
	}
	options, err := h.options(node, claims)
	if err != nil {
		return err
	}
	s, err := start(options, h.Log)
	if err != nil {
		return err
	}
	defer stop(s)
	system, err := connect(s, h.Log, nats.UserCredentials(node.SystemCredentials()))
	if err != nil {
		return fmt.Errorf("connecting to the hub as the system: %w", err)
	}
	defer system.Close()
	conn, err := connect(s, h.Log, nats.UserCredentials(node.HubCredentials()))
	if err != nil {
		return fmt.Errorf("connecting to the hub: %w", err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return fmt.Errorf("connecting to the hub: %w", err)
	}
	limit := &unauthenticatedLimit{server: s, log: h.Log, max: unauthenticatedOf(h.MaxConns)}
	stopLimiting := background(ctx, limit.watch)
	defer stopLimiting()
	h.set(&hubStreams{js, s, claims, limit})
	defer h.set(nil)

	stopSharing := background(ctx, func(ctx context.Context) { claims.share(ctx, js, h.streamSettings().replicas) })
	defer stopSharing()

	r := receiver{conn: conn, js: js, store: h.Store, log: h.Log, tries: newTries(), rejected: newSetAsideLog()}
	stopAnswering, err := r.answer()
	if err != nil {
		return err
	}
	defer stopAnswering()
	stopReceiving := background(ctx, func(ctx context.Context) { r.receive(ctx, h.streamSettings()) })
	defer stopReceiving()

	var others nodes
	health := healthTracker{server: s, clustered: h.Cluster != nil}
	for {
		if err := others.look(s, system); err != nil {
			h.Log.Warn("could not tell this node that another one is gone", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
		if err := health.check(); err != nil {
			h.damaged = strings.Contains(err.Error(), "corrupt")
			return err
		}
	}
}

// dropDamaged deletes the streams of a single node if the server could not read them. The benches
// send their reports again, and the decisions about benches are in the folder of credentials. A node
// of a cluster keeps its files, since the others rely on what it has acknowledged.
func (h *Hub) dropDamaged() error {
	if !h.damaged || h.Cluster != nil {
		return nil
	}
	h.damaged = false
	h.Log.Error("the files of the streams are damaged: they are deleted, and the benches send their reports again", "folder", h.Dir)
	if err := os.RemoveAll(filepath.Join(h.Dir, server.JetStreamStoreDir)); err != nil {
		return fmt.Errorf("deleting damaged streams: %w", err)
	}
	return nil
}

func (h *Hub) set(up *hubStreams) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running = up
}

// streams returns the streams, nil while the hub is not running.
func (h *Hub) streams() *hubStreams {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.running
}

func (h *Hub) streamSettings() streamSettings {
	on := streamSettings{replicas: 1, ackWait: cmp.Or(h.ackWait, ackWithin), ephemeral: true}
	if h.Cluster != nil {
		on.replicas, on.ephemeral, on.node = replicas, false, h.Name
	}
	return on
}

// State returns the state of the hub.
func (h *Hub) State(ctx context.Context) (HubState, error) {
	up := h.streams()
	if up == nil {
		return HubState{}, ErrDown
	}
	state, err := hubState(ctx, up.js)
	if err != nil {
		return HubState{}, err
	}
	conns, err := up.server.Connz(&server.ConnzOptions{Username: true, Limit: maxConns})
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the connections of the hub: %w", err)
	}
	unauthenticated, err := up.unauthenticated.state()
	if err != nil {
		return HubState{}, err
	}
	state.Unauthenticated = &unauthenticated
	state.Linked = []string{}
	for _, conn := range conns.Conns {
		if bench := up.claims.bench(conn.Account); bench != "" {
			state.Linked = append(state.Linked, bench)
		}
	}
	slices.Sort(state.Linked)
	return state, nil
}

// Site returns the site of a bench, "" if unknown.
func (h *Hub) Site(bench string) string {
	if up := h.streams(); up != nil {
		return up.claims.site(bench)
	}
	return ""
}

func (h *Hub) options(node credentials.Node, resolver server.AccountResolver) (*server.Options, error) {
	u, err := hubAddress(h.Listen, HubPort)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return nil, configError{err}
	}
	options := &server.Options{
		ServerName:        h.Name,
		Host:              u.Hostname(),
		Port:              port,
		MaxConn:           h.MaxConns,
		StoreDir:          h.Dir,
		JetStreamMaxStore: hubBytes + 64<<20,

		StreamMaxBufferedSize: cmp.Or(h.buffered, bufferedBytes),

		TrustedOperators: []*jwt.OperatorClaims{node.Operator},
		SystemAccount:    node.Operator.SystemAccount,
		AccountResolver:  resolver,
	}
	if options.ServerName == "" {
		options.ServerName = "hub"
	}
	if u.Scheme == "tls" {
		if options.TLSConfig, err = node.ServeTLS(h.Certificate, h.Key); err != nil {
			return nil, configError{err}
		}
		// Without it, the server sends its INFO in the clear first.
		options.TLSTimeout, options.TLSHandshakeFirst = requestWithin.Seconds(), true
	}
	if h.Cluster == nil {
		return options, nil
	}
	if h.Name == "" {
		return nil, configError{errors.New("a node of a cluster needs a name")}
	}
	if len(h.Cluster.Routes) < replicas-1 {
		return nil, configError{fmt.Errorf("a cluster has %d nodes, and this one knows of %d others", replicas, len(h.Cluster.Routes))}
	}
	host, meet, err := net.SplitHostPort(h.Cluster.Listen)
	if err != nil {
		return nil, configError{fmt.Errorf("the cluster address of this node: %w", err)}
	}
	if options.Cluster.Port, err = strconv.Atoi(meet); err != nil {
		return nil, configError{fmt.Errorf("the cluster address of this node: %w", err)}
	}
	options.Cluster.Name, options.Cluster.Host, options.Cluster.NoAdvertise = "backupdoctor", host, true
	if options.Cluster.TLSConfig, err = node.RouteTLS(); err != nil {
		return nil, configError{err}
	}
	options.Cluster.TLSTimeout = requestWithin.Seconds()
	for _, route := range h.Cluster.Routes {
		if _, _, err := net.SplitHostPort(route); err != nil {
			return nil, configError{fmt.Errorf("the address of another node of the cluster: %w", err)}
		}
		options.Routes = append(options.Routes, &url.URL{Scheme: "nats-route", Host: route})
	}
	return options, nil
}
