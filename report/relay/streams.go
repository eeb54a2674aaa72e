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

// hubBytes is how much the stream holds until the store takes it.
const hubBytes = 1 << 30

// bufferedBytes is how much waits in memory to be written to a stream. What is over it is refused, and
// the benches send it again.
const bufferedBytes = 32 << 20

// Share is how many reports of one bench the stream holds. Over it only that bench waits.
const Share = 64

// longest is the longest message accepted by the hub's stream, in bytes: the limit of NATS.
const longest = 1<<20 - 4<<10

// prepareWithin is how long to wait for the streams before asking again: until the nodes of a
// cluster have a leader, there is no reply.
const prepareWithin = 3 * time.Second

// streamSettings is the configuration of a hub's stream.
type streamSettings struct {
	replicas  int           // how many nodes store each report
	ackWait   time.Duration // redelivery delay of unacknowledged messages
	ephemeral bool          // its consumer may be dropped with the process, because there is no other
	node      string        // name of this cluster node; only one takes reports, to keep those of a bench in order
}

// errNotLeading is returned if another node takes the reports.
var errNotLeading = errors.New("another node takes the reports")

// leads returns an error unless this node is the one to take reports.
func (s streamSettings) leads(info *jetstream.ConsumerInfo) error {
	if s.node == "" || info.Cluster == nil || info.Cluster.Leader == s.node {
		return nil
	}
	return errNotLeading
}

// prepare creates the stream of a hub, unless it exists, and the consumer of its store.
func (s streamSettings) prepare(ctx context.Context, js jetstream.JetStream) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	config := jetstream.StreamConfig{
		Name:       reportsStream,
		Subjects:   []string{credentials.Reports + "*"},
		Retention:  jetstream.WorkQueuePolicy, // messages are removed once stored
		Discard:    jetstream.DiscardNew,      // benches keep what it rejects
		MaxBytes:   hubBytes,
		MaxMsgSize: longest,
		// No bench takes up the room of the others.
		MaxMsgsPerSubject: Share, DiscardNewPerSubject: true,
		Duplicates: 100 * time.Millisecond, // the minimum: reports lost after the stream must be accepted again
		Replicas:   s.replicas,
	}
	if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
		err = fmt.Errorf("preparing the hub's stream: %w", err)
		if strings.Contains(err.Error(), "no space left") {
			err = errors.Join(err, js.DeleteStream(ctx, reportsStream)) // the benches have everything in it
		}
		return nil, err
	}
	if s.ephemeral {
		if err := forget(ctx, js, reportsStream, sinkConsumer); err != nil {
			return nil, fmt.Errorf("preparing the hub's stream: %w", err)
		}
	}
	consumer, err := js.CreateOrUpdateConsumer(ctx, reportsStream, jetstream.ConsumerConfig{
		Durable:       sinkConsumer,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       s.ackWait,
		MaxAckPending: 10_000, // a bench with failing reports must have this many before it blocks others
		MemoryStorage: s.ephemeral,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the hub's stream: %w", err)
	}
	return consumer, nil
}

// inStream counts the reports of a bench that are in the stream but not yet in the store.
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

// HubState is the state of a hub.
type HubState struct {
	Waiting         uint64            // reports not yet in the store
	InStream        map[string]uint64 // of these, the reports of each bench, by its name; at most Share
	Unauthenticated *Unauthenticated  // nil for a Guest, which cannot know
	Linked          []string          // names of benches connected to this node; nil for a Guest, which cannot know
}

func hubState(ctx context.Context, js jetstream.JetStream) (HubState, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	stream, err := js.Stream(ctx, reportsStream)
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the hub's stream: %w", err)
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(credentials.Reports+"*"))
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the hub's stream: %w", err)
	}
	state := HubState{Waiting: info.State.Msgs, InStream: map[string]uint64{}}
	for subject, n := range info.State.Subjects {
		state.InStream[benchOf(subject, credentials.Reports)] = n
	}
	return state, nil
}

// benchOf returns the bench in a subject.
func benchOf(subject, prefix string) string { return strings.TrimPrefix(subject, prefix) }
