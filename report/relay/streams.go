package relay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/backupdoctor/backupdoctor/report/relay/credentials"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
)

// The streams of a hub, and the consumer that the sink drains.
const (
	reportsStream = "REPORTS"
	asideStream   = "SET_ASIDE"
	sinkConsumer  = "sink"
	asideSubject  = "backupdoctor.aside."
)

const (
	hubBytes   = 1 << 30   // of reports that the sink has not taken
	asideBytes = 64 << 20  // of what was set aside; the oldest goes first
	remembered = time.Hour // how long a stream knows an id again
)

// longest is what the hub's stream takes of a message, in bytes: what NATS carries, less what
// setting it aside adds. What could not be set aside would come again for ever.
const longest = 1<<20 - 4<<10

// prepareWithin is how long to wait for the streams before they are asked for again: before
// the nodes of a cluster have a leader, nobody answers.
const prepareWithin = 3 * time.Second

// A footing is what the streams of a hub stand on.
type footing struct {
	replicas  int           // how many nodes keep each report
	ackWait   time.Duration // after which the stream delivers a message again
	forgetful bool          // whether its consumer may be forgotten with the process, as where there is no other
}

// prepare makes the streams of a hub, unless they are there, and the consumer of its sink.
func (f footing) prepare(ctx context.Context, js jetstream.JetStream) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()
	for _, config := range []jetstream.StreamConfig{
		{
			Name:       reportsStream,
			Subjects:   []string{credentials.Subjects + "*"},
			Retention:  jetstream.WorkQueuePolicy, // what the sink has taken goes
			Discard:    jetstream.DiscardNew,      // nothing is lost where it is full: benches keep what it does not take
			MaxBytes:   hubBytes,
			MaxMsgSize: longest,
			Duplicates: remembered,
			Replicas:   f.replicas,
		},
		{
			Name:     asideStream,
			Subjects: []string{asideSubject + ">"},
			MaxBytes: asideBytes,
			Replicas: f.replicas,
		},
	} {
		if _, err := js.CreateOrUpdateStream(ctx, config); err != nil {
			return nil, fmt.Errorf("preparing the hub's stream %s: %w", config.Name, err)
		}
	}
	if f.forgetful {
		if err := forget(ctx, js, reportsStream, sinkConsumer); err != nil {
			return nil, fmt.Errorf("preparing the hub's stream %s: %w", reportsStream, err)
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
		return nil, fmt.Errorf("preparing the hub's stream %s: %w", reportsStream, err)
	}
	return consumer, nil
}

// HubState is how it stands with a hub.
type HubState struct {
	Waiting  uint64                     // reports that the sink has not taken
	SetAside map[envelope.Reason]uint64 // messages that were set aside and are still kept
	Linked   []string                   // benches that are connected to this node, by name; nil for a Guest, who cannot know
}

func hubState(ctx context.Context, js jetstream.JetStream) (HubState, error) {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	stream, err := js.Stream(ctx, reportsStream)
	if err != nil {
		return HubState{}, fmt.Errorf("looking at the hub's stream: %w", err)
	}
	state := HubState{Waiting: stream.CachedInfo().State.Msgs, SetAside: map[envelope.Reason]uint64{}}
	aside, err := js.Stream(ctx, asideStream)
	if err != nil {
		return HubState{}, fmt.Errorf("looking at what was set aside: %w", err)
	}
	counted, err := aside.Info(ctx, jetstream.WithSubjectFilter(asideSubject+">"))
	if err != nil {
		return HubState{}, fmt.Errorf("looking at what was set aside: %w", err)
	}
	for subject, n := range counted.State.Subjects {
		reason, _, _ := strings.Cut(strings.TrimPrefix(subject, asideSubject), ".")
		state.SetAside[envelope.Reason(reason)] += n
	}
	return state, nil
}
