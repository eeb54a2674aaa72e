package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
)

// The stream of a hub, and the consumer that brings it to the store.
const (
	reportsStream = "REPORTS"
	sinkConsumer  = "sink"
)

// hubBytes is how much the stream holds of what the store has not taken.
const hubBytes = 1 << 30

// longest is what the hub's stream takes of a message, in bytes: what NATS carries.
const longest = 1<<20 - 4<<10

// prepareWithin is how long to wait for the streams before they are asked for again: before
// the nodes of a cluster have a leader, nobody answers.
const prepareWithin = 3 * time.Second

// A footing is what the stream of a hub stands on.
type footing struct {
	replicas  int           // how many nodes keep each report
	ackWait   time.Duration // after which the stream delivers a message again
	forgetful bool          // whether its consumer may be forgotten with the process, as where there is no other
	node      string        // name of this node of a cluster, of which only one takes reports: a bench's stay in order
}

// errNotLeading is another node that takes the reports.
var errNotLeading = errors.New("another node takes the reports")

// leads reports whether this node is the one to take reports.
func (f footing) leads(info *jetstream.ConsumerInfo) error {
	if f.node == "" || info.Cluster == nil || info.Cluster.Leader == f.node {
		return nil
	}
	return errNotLeading
}

// prepare makes the stream of a hub, unless it is there, and the consumer of its store.
func (f footing) prepare(ctx context.Context, js jetstream.JetStream) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	config := jetstream.StreamConfig{
		Name:       reportsStream,
		Subjects:   []string{credentials.Reports + "*"},
		Retention:  jetstream.WorkQueuePolicy, // what the store has taken goes
		Discard:    jetstream.DiscardNew,      // benches keep what it does not take
		MaxBytes:   hubBytes,
		MaxMsgSize: longest,
		// One bench takes no room of the others.
		MaxMsgsPerSubject: window, DiscardNewPerSubject: true,
		Duplicates: 100 * time.Millisecond, // the least: what was lost behind the stream must come through again
		Replicas:   f.replicas,
	}
	if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
		err = fmt.Errorf("preparing the hub's stream: %w", err)
		if strings.Contains(err.Error(), "no space left") {
			err = errors.Join(err, js.DeleteStream(ctx, reportsStream)) // the benches have all that is in it
		}
		return nil, err
	}
	if f.forgetful {
		if err := forget(ctx, js, reportsStream, sinkConsumer); err != nil {
			return nil, fmt.Errorf("preparing the hub's stream: %w", err)
		}
	}
	consumer, err := js.CreateOrUpdateConsumer(ctx, reportsStream, jetstream.ConsumerConfig{
		Durable:       sinkConsumer,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       f.ackWait,
		MaxAckPending: 10_000, // of a bench whose reports fail, so many wait before others do
		MemoryStorage: f.forgetful,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the hub's stream: %w", err)
	}
	return consumer, nil
}

// inStream counts the reports of a bench between the stream and the store.
func inStream(ctx context.Context, js jetstream.JetStream, bench string) (int64, error) {
	subject := credentials.WiringOf(bench).Reports
	request, err := json.Marshal(map[string]string{"subjects_filter": subject})
	if err != nil {
		return 0, err
	}
	reply, err := js.Conn().RequestWithContext(ctx, "$JS.API.STREAM.INFO."+reportsStream, request)
	if err != nil {
		return 0, err
	}
	var info struct {
		State jetstream.StreamState `json:"state"`
		Error *jetstream.APIError   `json:"error"`
	}
	if err := json.Unmarshal(reply.Data, &info); err != nil {
		return 0, err
	}
	if info.Error != nil {
		return 0, info.Error
	}
	return int64(info.State.Subjects[subject]), nil
}

// HubState is how it stands with a hub.
type HubState struct {
	Waiting uint64   // reports that the store has not taken
	Linked  []string // benches that are connected to this node, by name; nil for a Guest, who cannot know
}

func hubState(ctx context.Context, js jetstream.JetStream) (HubState, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	stream, err := js.Stream(ctx, reportsStream)
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the hub's stream: %w", err)
	}
	return HubState{Waiting: stream.CachedInfo().State.Msgs}, nil
}

// benchOf is the bench that a subject belongs to.
func benchOf(subject, prefix string) string { return strings.TrimPrefix(subject, prefix) }
