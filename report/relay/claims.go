package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// claimsBucket has the token of each bench's account, by its public key.
const claimsBucket = "CLAIMS"

// errNotRead refuses benches while this node does not know yet which are revoked.
var errNotRead = errors.New("the accounts of benches were not read yet")

// claims decides which benches are let in. The decisions are stored in a bucket of the hub's
// JetStream, shared by all nodes of a cluster; new ones come from the credentials folder. The later
// of two decisions wins, wherever it came from, see [credentials.Claims]. No bench is let in before
// the bucket was read once: a node that was away may not know which benches were revoked.
//
// claims is the account resolver of the hub's server.
type claims struct {
	node   credentials.Node
	log    *slog.Logger
	folder map[string]string // tokens of benches, as last read from the folder
	again  map[string]bool   // accounts to enforce again: the server may have been loading them

	mu     sync.Mutex        // guards the fields below
	own    map[string]string // tokens of the hub and system accounts
	known  *credentials.Claims
	read   bool           // the bucket has been read
	server *server.Server // nil before it starts
}

func newClaims(node credentials.Node, log *slog.Logger) (*claims, error) {
	c := &claims{
		node: node, log: log, known: credentials.NewClaims(node.Operator),
		own: map[string]string{}, folder: map[string]string{}, again: map[string]bool{},
	}
	if err := c.readFolder(); err != nil {
		return nil, err
	}
	return c, nil
}

// readFolder merges new tokens from the credentials folder. An unreadable account does not affect
// the others.
func (c *claims) readFolder() error {
	tokens, err := c.node.Accounts()
	if err != nil {
		return err
	}
	for account, token := range tokens {
		if c.folder[account] == token {
			continue
		}
		c.folder[account] = token
		if err := c.merge(token); err != nil {
			c.log.Error("an account cannot be read from its folder", "account", account, "error", err)
		} else {
			c.keepOwn(account, token)
		}
	}
	return nil
}

// keepOwn stores the token of an account that belongs to no bench.
func (c *claims) keepOwn(account, token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known.Token(account) == "" {
		c.own[account] = token
	}
}

// bench returns the name of the bench that owns an account, "" if it may not connect.
func (c *claims) bench(account string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	bench, known := c.known.Bench(account)
	if !known || bench.Revoked {
		return ""
	}
	return bench.Name
}

// site returns the site of a bench, "" if unknown.
func (c *claims) site(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	bench, _ := c.known.Named(name)
	return bench.Site
}

// ready reports whether benches are let in.
func (c *claims) ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read
}

// Fetch implements [server.AccountResolver].
func (c *claims) Fetch(account string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if token := c.own[account]; token != "" {
		return token, nil
	}
	bench, known := c.known.Bench(account)
	switch {
	case !c.read:
		return "", errNotRead
	case !known:
		return "", server.ErrMissingAccount
	case bench.Revoked && !c.known.Revoked(account): // its name now belongs to another account
		return "", server.ErrAccountExpired
	}
	return c.known.Token(account), nil
}

// Start implements [server.AccountResolver].
func (c *claims) Start(s *server.Server) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = s
	return nil
}

// Store implements [server.AccountResolver]. It does nothing: only this program decides.
func (c *claims) Store(string, string) error {
	return errors.New("accounts are changed in the folder of credentials")
}

// IsReadOnly implements [server.AccountResolver].
func (c *claims) IsReadOnly() bool { return true }

// IsTrackingUpdate implements [server.AccountResolver].
func (c *claims) IsTrackingUpdate() bool { return true }

// Reload implements [server.AccountResolver].
func (c *claims) Reload() error { return nil }

// Close implements [server.AccountResolver].
func (c *claims) Close() {}

// share synchronises the decisions of this node and the bucket until the context ends.
func (c *claims) share(ctx context.Context, js jetstream.JetStream, replicas int) {
	for pause := minPause; ctx.Err() == nil; pause = min(2*pause, maxPause) {
		err := c.follow(ctx, js, replicas)
		if ctx.Err() != nil {
			return
		}
		c.log.Warn("the accounts of benches cannot be shared", "error", err, "again", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// lastEntry asks the leader of the bucket for the highest revision that still exists, 0 for none.
func lastEntry(ctx context.Context, js jetstream.JetStream) (uint64, error) {
	reply, err := js.Conn().RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET.KV_"+claimsBucket, []byte(`{"last_by_subj":"$KV.`+claimsBucket+`.>"}`))
	if err != nil {
		return 0, err
	}
	var found struct {
		Message struct {
			Sequence uint64 `json:"seq"`
		} `json:"message"`
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &found); err != nil {
		return 0, err
	}
	if found.Error != nil && found.Error.ErrorCode != jetstream.JSErrCodeMessageNotFound {
		return 0, found.Error
	}
	return found.Message.Sequence, nil
}

// A bucket is the set of shared decisions, as seen by this node.
type bucket struct {
	jetstream.KeyValue
	js        jetstream.JetStream
	tokens    map[string]string
	revisions map[string]uint64 // of the bucket's entries
	seen      uint64            // highest revision seen
	last      uint64            // the leader's highest revision at the last check
	looks     int
}

// follow opens the bucket and exchanges decisions with it until something fails.
func (c *claims) follow(ctx context.Context, js jetstream.JetStream, replicas int) error {
	kv, err := openBucket(ctx, js, replicas)
	if err != nil {
		return err
	}
	watcher, err := kv.WatchAll(ctx)
	if err != nil {
		return fmt.Errorf("watching the accounts of benches: %w", err)
	}
	defer watcher.Stop()
	b := &bucket{KeyValue: kv, js: js, tokens: map[string]string{}, revisions: map[string]uint64{}}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, open := <-watcher.Updates():
			if !open {
				return errors.New("watching the accounts of benches: it ended")
			}
			if entry != nil {
				c.hear(b, entry)
				continue
			}
			// All initial entries have arrived.
		case <-look.C:
		}
		if err := c.exchange(ctx, b); err != nil {
			return err
		}
	}
}

func openBucket(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.KeyValue, error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: claimsBucket, Replicas: replicas, History: 1})
	if err != nil {
		return nil, fmt.Errorf("opening the accounts of benches: %w", err)
	}
	return kv, nil
}

// hear merges an entry of the bucket.
func (c *claims) hear(b *bucket, entry jetstream.KeyValueEntry) {
	b.seen = max(b.seen, entry.Revision())
	b.tokens[entry.Key()], b.revisions[entry.Key()] = string(entry.Value()), entry.Revision()
	if err := c.merge(string(entry.Value())); err != nil {
		c.log.Warn("an account that the nodes share cannot be read", "account", entry.Key(), "error", err)
	}
}

// merge adds a decision, and makes the server enforce it.
func (c *claims) merge(token string) error {
	c.mu.Lock()
	changed, err := c.known.Merge(token)
	c.mu.Unlock()
	for _, account := range changed {
		c.enforce(account)
		c.again[account] = true
	}
	return err
}

// enforce closes the connections of an account that may no longer connect.
func (c *claims) enforce(account string) {
	c.mu.Lock()
	s, read := c.server, c.read
	decided, err := c.known.Decode(account)
	c.mu.Unlock()
	if s == nil || !read || err != nil {
		return // no bench is connected yet
	}
	loaded, err := s.LookupAccount(account)
	if err != nil {
		return // so it has no connections
	}
	s.UpdateAccountClaims(loaded, decided)
}

// exchange merges new decisions from the folder, and writes those newer than the bucket's to the
// bucket.
func (c *claims) exchange(ctx context.Context, b *bucket) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	for account := range c.again {
		c.enforce(account)
	}
	clear(c.again)
	if err := c.readFolder(); err != nil {
		c.log.Warn("the accounts of benches cannot be read from their folder", "error", err)
	}
	if err := c.check(ctx, b); err != nil || !c.ready() {
		return err
	}
	c.mu.Lock()
	all := c.known.All()
	c.mu.Unlock()
	maps.DeleteFunc(all, func(account, token string) bool { return b.tokens[account] == token })
	for account, token := range all {
		// If another node was faster this fails, and its decision arrives through the watcher.
		revision, err := b.Update(ctx, account, []byte(token), b.revisions[account])
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return fmt.Errorf("sharing the account of a bench: %w", err)
		}
		if err == nil {
			b.tokens[account], b.revisions[account] = token, revision
		}
	}
	return nil
}

// checkEvery is how many looks pass between two checks that the watcher has delivered everything.
const checkEvery = 10

// check compares what this node has seen with what the bucket's leader has. A lagging replica or a
// stalled watcher would have seen less. Benches are let in once everything was seen.
func (c *claims) check(ctx context.Context, b *bucket) error {
	if b.looks++; c.ready() && b.looks%checkEvery != 0 {
		return nil
	}
	status, err := b.Status(ctx)
	if err != nil {
		return fmt.Errorf("looking at the accounts of benches: %w", err)
	}
	stream, ok := status.(*jetstream.KeyValueBucketStatus)
	if !ok {
		return fmt.Errorf("looking at the accounts of benches: the bucket is a %T", status)
	}
	last := stream.StreamInfo().State.LastSeq
	if b.seen < b.last {
		if last, err = lastEntry(ctx, b.js); err != nil {
			return fmt.Errorf("looking at the accounts of benches: %w", err)
		}
		if b.seen < last {
			return errors.New("watching the accounts of benches: the watcher fell behind")
		}
		// Entries after it were in a block of the stream that was damaged: their node shares them again.
	}
	if b.last = last; b.seen >= b.last {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.read = true
	}
	return nil
}
