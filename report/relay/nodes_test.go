package relay

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNodeOfABenchIsKilled kills the node that a bench is connected to. The other nodes, which had
// the bench before, must accept it again rather than count it as connected.
func TestNodeOfABenchIsKilled(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	sink := filepath.Join(t.TempDir(), "sink.db")
	hubs := f.nodes(t)
	var nodes []*process
	for _, hub := range hubs {
		nodes = append(nodes, launch(t, "node "+hub.Name, asHub(hub, sink)))
	}
	w, near := newWire(t, hubs[0].Listen)
	bench := f.bench(t, "north", near)
	running(t, bench.Run)
	_, stop := steadily(t, bench, 10*time.Millisecond)
	move := func(to *Hub) {
		t.Helper()
		before := len(stored(t, sink))
		w.set(true)
		w.to = strings.TrimPrefix(to.Listen, "tls://")
		w.set(false)
		eventually(t, "reports come through node "+to.Name, func() bool { return len(stored(t, sink)) > before+20 })
	}
	move(hubs[1])
	move(hubs[2])
	move(hubs[0])
	nodes[0].kill(t)
	move(hubs[1])
	mustBeStored(t, sink, stop())
}
