package relay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRevokedBenchStaysOut checks this at each node of a cluster, whichever nodes are killed,
// although two have an older credentials folder.
func TestRevokedBenchStaysOut(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	sink := filepath.Join(t.TempDir(), "sink.db")
	hubs := f.nodes(t)
	for _, hub := range hubs[1:] {
		hub.Credentials = filepath.Join(t.TempDir(), "node")
		if err := os.CopyFS(hub.Credentials, os.DirFS(f.folder.Node())); err != nil {
			t.Fatal(err)
		}
	}
	creds := filepath.Join(t.TempDir(), "north.creds")
	if err := os.Rename(f.creds["north"], creds); err != nil {
		t.Fatal(err)
	}
	f.creds["north"] = creds

	start := func(i int) *process { return launch(t, "node "+hubs[i].Name, asHub(hubs[i], sink)) }
	a, b, c := start(0), start(1), start(2)
	north := f.bench(t, "north", hubs[1].Listen)
	stopNorth := running(t, north.Run)
	linked(t, north)

	c.kill(t)
	if err := f.folder.Revoke("north"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its connection to another node ends", func() bool { return !benchState(t, north).Linked })
	stopNorth()
	c = start(2)
	f.mustBeRefused(t, "north", hubs[2], hubs[0], hubs[1])

	// The node that has the decision in its folder is gone, and the others restart.
	a.kill(t)
	b.kill(t)
	c.kill(t)
	start(1)
	start(2)
	f.mustBeRefused(t, "north", hubs[1], hubs[2])
}

// mustBeRefused waits until each node has accepted a bench that may connect, and refused the
// revoked one.
func (f *fleet) mustBeRefused(t *testing.T, name string, hubs ...*Hub) {
	t.Helper()
	for _, hub := range hubs {
		south := f.bench(t, "south", hub.Listen)
		stop := running(t, south.Run)
		linked(t, south)
		stop()
		bench := f.bench(t, name, hub.Listen)
		stop = running(t, bench.Run)
		eventually(t, "it is refused by node "+hub.Name, func() bool {
			if benchState(t, bench).Linked {
				t.Errorf("node %s lets in a bench that was revoked", hub.Name)
				return true
			}
			return strings.Contains(benchState(t, bench).Refused, "does not accept its credentials")
		})
		stop()
	}
}

// TestLostEntriesOfTheBucket removes the entries of the bucket but not their revisions, as a damaged
// block does: after a restart the bench is let in all the same, by the decision in the folder.
func TestLostEntriesOfTheBucket(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, &s)
	stop := running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	ids := publish(t, bench, 3)
	s.mustHold(t, ids)
	stream, err := hub.streams().js.Stream(t.Context(), "KV_"+claimsBucket)
	if err != nil {
		t.Fatal(err)
	}
	last := stream.CachedInfo().State.LastSeq
	if err := stream.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	stop()
	running(t, hub.Run)
	s.mustHold(t, append(ids, publish(t, bench, 3)...))
	eventually(t, "the entries are written again", func() bool {
		up := hub.streams()
		if up == nil {
			return false
		}
		stream, err := up.js.Stream(t.Context(), "KV_"+claimsBucket)
		if err != nil {
			return false
		}
		state := stream.CachedInfo().State
		return state.LastSeq > last && state.Msgs == 2
	})
}
