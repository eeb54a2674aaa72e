package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// probeBucket is where a node writes to check that JetStream stores data.
const probeBucket = "PROBE"

// probeKeptFor is when entries of nodes that no longer exist expire.
const probeKeptFor = 24 * time.Hour

// Probe writes to JetStream and reads it back, and looks up the stream of reports. In a cluster
// this shows that there is a leader and a quorum: otherwise nothing is acknowledged.
func (h *Hub) Probe(ctx context.Context) error {
	up := h.streams()
	if up == nil {
		return ErrDown
	}
	if !up.claims.ready() {
		return errNotRead
	}
	return probe(ctx, up.js, h.streamSettings().replicas, h.Name)
}

// Probe is like [Hub.Probe], on the third-party NATS.
func (g *Guest) Probe(ctx context.Context) error {
	g.mu.Lock()
	js := g.js
	g.mu.Unlock()
	if js == nil {
		return ErrDown
	}
	return probe(ctx, js, max(g.Replicas, 1), "")
}

func probe(ctx context.Context, js jetstream.JetStream, replicas int, node string) error {
	kv, err := js.KeyValue(ctx, probeBucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: probeBucket, Replicas: replicas, History: 1, TTL: probeKeptFor})
	}
	if err != nil {
		return fmt.Errorf("writing to the stream: %w", err)
	}
	key, wrote := "node-"+node, rand.Text()
	revision, err := kv.PutString(ctx, key, wrote)
	if err != nil {
		return fmt.Errorf("writing to the stream: %w", err)
	}
	entry, err := kv.GetRevision(ctx, key, revision)
	if err != nil {
		return fmt.Errorf("reading back from the stream: %w", err)
	}
	if string(entry.Value()) != wrote {
		return errors.New("reading back from the stream: it does not keep what is written")
	}
	if _, err := js.Stream(ctx, reportsStream); err != nil {
		return fmt.Errorf("looking at the stream of reports: %w", err)
	}
	return nil
}
