package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// A Hub takes the reports of all benches that were added, and brings them to a sink.
type Hub struct {
	Name        string   // of this node, which no other node of the cluster has; "" without a cluster
	Dir         string   // the folder of its streams; nobody else's
	Credentials string   // credentials.Folder.Node, or a copy of it
	Listen      string   // for benches: tls://HOST:PORT, or nats://127.0.0.1:PORT
	Certificate string   // file of the certificate to show to benches; "" is its own, which their credentials trust
	Key         string   // file of that certificate's key
	Cluster     *Cluster // nil where it is the only node
	Sink        Sink
	Log         *slog.Logger

	ackWait time.Duration // after which the stream delivers a message again; 0 is ackWithin

	mu      sync.Mutex // guards running
	running *hubStreams
}

// hubStreams are the streams of a hub while it runs.
type hubStreams struct {
	js       jetstream.JetStream
	server   *server.Server
	accounts *accounts
}

// A Cluster makes three hubs one: each has all that two of them have acknowledged, so any one
// can be lost.
type Cluster struct {
	Listen string   // for the other nodes: HOST:PORT
	Routes []string // the two other nodes: HOST:PORT
}

// replicas is how many nodes of a cluster keep each report.
const replicas = 3

// domain is that of a hub's JetStream, which no bench has: theirs begin with "bench-".
const domain = "hub"

// Run runs the hub until the context ends. It returns an error only where no second try could
// help, as for credentials that are none.
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
	accounts, err := h.accounts(node)
	if err != nil {
		return err
	}
	defer accounts.resolver.Close()
	options, err := h.options(node, accounts.resolver)
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
	h.set(&hubStreams{js, s, accounts})
	defer h.set(nil)

	stopReceiving := background(ctx, func(ctx context.Context) { receiver{js, h.Sink, h.Log}.receive(ctx, h.footing()) })
	defer stopReceiving()

	var others nodes
	health := pulse{server: s, clustered: h.Cluster != nil}
	for {
		if err := accounts.spread(ctx, system); err != nil && ctx.Err() == nil {
			h.Log.Warn("the accounts of benches cannot be read or told to the hub", "error", err)
		}
		if err := others.look(s, system); err != nil {
			h.Log.Warn("could not tell this node that another one is gone", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
		if err := health.sick(); err != nil {
			return err
		}
	}
}

func (h *Hub) set(up *hubStreams) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.running = up
}

// streams are the streams while the hub runs, nil while it does not.
func (h *Hub) streams() *hubStreams {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.running
}

func (h *Hub) footing() footing {
	on := footing{replicas: 1, ackWait: cmp.Or(h.ackWait, ackWithin), forgetful: true}
	if h.Cluster != nil {
		on.replicas, on.forgetful = replicas, false
	}
	return on
}

// State tells how it stands with the hub.
func (h *Hub) State(ctx context.Context) (HubState, error) {
	up := h.streams()
	if up == nil {
		return HubState{}, ErrDown
	}
	state, err := hubState(ctx, up.js)
	if err != nil {
		return HubState{}, err
	}
	leafs, err := up.server.Leafz(nil)
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the links of the hub: %w", err)
	}
	state.Linked = []string{}
	for _, leaf := range leafs.Leafs {
		token, err := up.accounts.resolver.LoadAcc(leaf.Account)
		if err != nil {
			continue // of an account that is just being added
		}
		if bench, err := credentials.BenchOf(token); err == nil && bench != "" {
			state.Linked = append(state.Linked, bench)
		}
	}
	slices.Sort(state.Linked)
	return state, nil
}

func (h *Hub) options(node credentials.Node, resolver server.AccountResolver) (*server.Options, error) {
	u, err := link(h.Listen, HubPort)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		return nil, configError{err}
	}
	options := &server.Options{
		ServerName:        h.Name,
		DontListen:        true, // to clients: those of the hub are in its process
		StoreDir:          h.Dir,
		JetStreamDomain:   domain,
		JetStreamMaxStore: hubBytes + asideBytes + 64<<20,
		TrustedOperators:  []*jwt.OperatorClaims{node.Operator},
		SystemAccount:     node.Operator.SystemAccount,
		AccountResolver:   resolver,
		LeafNode:          server.LeafNodeOpts{Host: u.Hostname(), Port: port, NoAdvertise: true},
	}
	if options.ServerName == "" {
		options.ServerName = domain
	}
	if u.Scheme == "tls" {
		if options.LeafNode.TLSConfig, err = node.ServeTLS(h.Certificate, h.Key); err != nil {
			return nil, configError{err}
		}
		options.LeafNode.TLSTimeout = requestWithin.Seconds()
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
		return nil, configError{fmt.Errorf("where the nodes of the cluster meet: %w", err)}
	}
	if options.Cluster.Port, err = strconv.Atoi(meet); err != nil {
		return nil, configError{fmt.Errorf("where the nodes of the cluster meet: %w", err)}
	}
	// Routes are not opened before a port for clients is. It is one of this computer alone, for
	// those with the credentials of the hub.
	options.DontListen, options.Host, options.Port = false, "127.0.0.1", server.RANDOM_PORT
	options.Cluster.Name, options.Cluster.Host, options.Cluster.NoAdvertise = "backupdoctor", host, true
	if options.Cluster.TLSConfig, err = node.RouteTLS(); err != nil {
		return nil, configError{err}
	}
	options.Cluster.TLSTimeout = requestWithin.Seconds()
	for _, route := range h.Cluster.Routes {
		if _, _, err := net.SplitHostPort(route); err != nil {
			return nil, configError{fmt.Errorf("where another node of the cluster is: %w", err)}
		}
		options.Routes = append(options.Routes, &url.URL{Scheme: "nats-route", Host: route})
	}
	return options, nil
}

// accounts are those that the hub knows, and those of its folder, which may have changed.
type accounts struct {
	node     credentials.Node
	resolver *server.DirAccResolver
	told     map[string]string // tokens of the folder that the hub was told of, by public key
}

// accounts opens what this node knows of accounts. Of its own knowledge and the folder's the
// later holds: other nodes may have told it of changes that its folder never saw.
func (h *Hub) accounts(node credentials.Node) (*accounts, error) {
	resolver, err := server.NewDirAccResolver(filepath.Join(h.Dir, "accounts"), 0, 10*time.Second, server.NoDelete)
	if err != nil {
		return nil, fmt.Errorf("opening the accounts of benches: %w", err)
	}
	tokens, err := node.Accounts()
	if err != nil {
		return nil, configError{err}
	}
	for key, token := range tokens {
		if err := resolver.Store(key, token); err != nil {
			return nil, fmt.Errorf("opening the accounts of benches: %w", err)
		}
	}
	return &accounts{node: node, resolver: resolver, told: map[string]string{}}, nil // what the other nodes know is for spread to find out
}

// spread tells all nodes of the accounts in the folder that have changed. A bench that was
// revoked loses its connection by that.
func (a *accounts) spread(ctx context.Context, system *nats.Conn) error {
	tokens, err := a.node.Accounts()
	if err != nil {
		return err
	}
	var errs []error // one that cannot be reached holds up none of the others
	for key, token := range tokens {
		if a.told[key] != token {
			errs = append(errs, a.tell(ctx, system, key, token))
		}
	}
	return errors.Join(errs...)
}

func (a *accounts) tell(ctx context.Context, system *nats.Conn, key, token string) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	reply, err := system.RequestWithContext(ctx, "$SYS.REQ.CLAIMS.UPDATE", []byte(token))
	if err != nil {
		return fmt.Errorf("telling the hub of an account: %w", err)
	}
	var answer server.ServerAPIClaimUpdateResponse
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return fmt.Errorf("telling the hub of an account: %w", err)
	}
	if answer.Error != nil {
		return fmt.Errorf("telling the hub of an account: %s", answer.Error.Description)
	}
	a.told[key] = token
	return nil
}
