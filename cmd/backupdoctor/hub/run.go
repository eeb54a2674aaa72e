package hub

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay"
	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/web"
)

// A hub is the parsed command line of hub.
type hub struct {
	env
	folder               hubFolder
	sink                 string // database address
	listen               string // for benches
	certificate, private string // files; "" for the hub's own
	pages                string // address of the pages; "" for none
	hosts                []string
	tokenFile            string // "" for the default
	proxy                web.Proxy
	node, cluster        string // "" without a cluster
	routes               []string
	nats                 string // "" for the built-in server
	natsCredentials      string
	natsRoots            string
	natsReplicas         int
	newDatabase          bool            // accept a missing or different database and start over
	connections          web.Connections // to the pages
	code                 string          // single-use sign-in code
	served               string          // address of the pages for people; "" for none
	log                  *slog.Logger
}

const (
	minRetry = time.Second
	maxRetry = 30 * time.Second
)

// An engine is what takes reports from benches: the built-in stream, or a NATS of others.
type engine interface {
	Run(context.Context) error
	State(context.Context) (relay.HubState, error)
	Site(bench string) string // "" if unknown
	Probe(context.Context) error
}

// run runs the hub until ctx ends. If one part fails permanently, the others are stopped.
func (h *hub) run(ctx context.Context) error {
	defer limitHeap()()
	h.log, h.code = h.logger(), rand.Text()
	h.connections.Log = h.log
	h.connections.All, h.connections.Anonymous = pagePlaces(openFileLimit())
	if err := os.MkdirAll(string(h.folder), 0o700); err != nil {
		return command.Usage("choose another with --data DIR", "the data folder of the hub cannot be made: %w", err)
	}
	node, err := h.openNode(ctx)
	if err != nil {
		return err
	}
	shown, err := node.ServeTLS(h.certificate, h.private)
	if err != nil {
		return command.Usage("", "%w", err)
	}
	store, err := h.openStore(ctx)
	if store == nil {
		return err
	}
	defer store.Close()
	if err != nil {
		return err
	}
	kept := &database{log: h.log, store: store}
	benches := h.engine(node, kept)
	kept.site = benches.Site
	if err := h.free(); err != nil {
		return err
	}
	known := h.healthOf(store, benches)
	serve, err := h.servePages(store, shown, known, hubMetrics{benches, store, known, &h.connections, h.folder.status()})
	if err != nil {
		return err
	}
	h.log.Info("hub", "version", command.Version(), "data", string(h.folder), "benches", h.where(), "fingerprint", fingerprintOf(shown.Certificates[0].Certificate[0]))

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	greet := func(ctx context.Context) error { return h.greet(ctx, known) }
	parts := []func(context.Context) error{
		benches.Run, serve, known.watch, greet,
		func(ctx context.Context) error { return h.keepStatus(ctx, benches, known) },
		func(ctx context.Context) error { return h.verify(ctx, store) },
	}
	errs := make([]error, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() {
			defer cancel()
			errs[i] = part(ctx)
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		return command.Usage("", "%w", err)
	}
	h.log.Info("the hub has stopped")
	return nil
}

// where returns the address where benches reach the hub.
func (h *hub) where() string {
	if h.nats != "" {
		return h.nats
	}
	return h.listen
}

// openNode opens the credentials of the hub, creating them at the first start. The nodes of a
// cluster share the credentials made by one of them; separate ones would not trust each other.
func (h *hub) openNode(ctx context.Context) (credentials.Node, error) {
	path := filepath.Join(h.folder.credentials(), "node")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if h.cluster != "" {
			return credentials.Node{}, command.Usage(
				"backupdoctor hub add-bench makes them: do it on one node, and copy credentials/node from its data folder to all",
				"%s is missing", path)
		}
		free, err := h.folder.alone(ctx)
		if err != nil {
			return credentials.Node{}, err
		}
		defer free()
		if _, err := os.Stat(path); err == nil {
			return credentials.OpenNode(path) // created while waiting
		}
		if _, err := credentials.Create(h.folder.credentials()); err != nil {
			return credentials.Node{}, command.Usage("", "%w", err)
		}
	}
	node, err := credentials.OpenNode(path)
	if err != nil {
		return node, command.Usage("", "%w", err)
	}
	return node, nil
}

// fingerprintOf returns the SHA-256 fingerprint of a certificate.
func fingerprintOf(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return hex.EncodeToString(sum[:])
}

// openStore opens the database. It waits for a PostgreSQL that is not up yet. If the hub is
// stopped first, it returns neither a store nor an error.
func (h *hub) openStore(ctx context.Context) (*ledger.Store, error) {
	if err := h.checkDatabase(); err != nil {
		return nil, err
	}
	for pause := minRetry; ; pause = min(2*pause, maxRetry) {
		store, err := ledger.Open(ctx, h.sink)
		switch {
		case err == nil:
			h.limitRejects(store)
			return store, h.knowAgain(store)
		case ctx.Err() != nil:
			return nil, nil
		case errors.Is(err, ledger.ErrNewer) || strings.HasPrefix(h.sink, "sqlite:"):
			return nil, command.Usage("", "%w", err)
		}
		h.log.Warn("the database cannot be opened", "error", err, "again", pause)
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(pause):
		}
	}
}

// free checks that the addresses for benches and other nodes are not in use, so that the error comes at
// once.
func (h *hub) free() error {
	if h.nats != "" {
		return nil
	}
	address, err := benchAddress(h.listen)
	if err != nil {
		return err
	}
	if err := listens(address); err != nil {
		return command.Usage("choose another address with --listen", "the hub cannot listen for benches: %w", err)
	}
	if h.cluster == "" {
		return nil
	}
	if err := listens(h.cluster); err != nil {
		return command.Usage("choose another address with --cluster", "the hub cannot listen for the other nodes: %w", err)
	}
	return nil
}

func listens(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return listener.Close()
}

func (h *hub) engine(node credentials.Node, store relay.Store) engine {
	if h.nats != "" {
		return &relay.Guest{Server: h.nats, Credentials: h.natsCredentials, Roots: h.natsRoots, Replicas: h.natsReplicas, Store: store, Log: h.log}
	}
	built := &relay.Hub{
		Name: h.node, Dir: h.folder.streams(), Credentials: filepath.Join(h.folder.credentials(), "node"),
		Listen: h.listen, Certificate: h.certificate, Key: h.private, MaxConns: benchPlaces(openFileLimit()), Store: store, Log: h.log,
	}
	if h.cluster != "" {
		built.Cluster = &relay.Cluster{Listen: h.cluster, Routes: h.routes}
	}
	return built
}
