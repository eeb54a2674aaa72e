package relay

import (
	"net"
	"net/url"
	"strings"
	"testing"
)

// hold opens connections to a hub without ever giving credentials.
func hold(t *testing.T, hub string, n int) {
	t.Helper()
	u, err := url.Parse(hub)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		conn, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
}

// TestUnauthenticatedConnectionsAreCutOff checks that clients that only hold connections are cut off,
// and that benches can connect before and after.
func TestUnauthenticatedConnectionsAreCutOff(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north", "south")
	var s shelf
	hub := f.hub(t, &s)
	hub.MaxConns = 100 // 25 of them without credentials
	log, told := logged(t, "the hub with unauthenticated connections")
	hub.Log = log
	running(t, hub.Run)
	north := f.bench(t, "north", hub.Listen)
	running(t, north.Run)
	linked(t, north) // so that the hub listens
	hold(t, hub.Listen, 300)
	eventually(t, "unauthenticated connections are cut off and counted", func() bool {
		state, err := hub.State(t.Context())
		return err == nil && state.Unauthenticated.Now <= 25 && state.Unauthenticated.Cut > 0
	})
	south := f.bench(t, "south", hub.Listen)
	running(t, south.Run)
	linked(t, south)
	s.mustHold(t, append(publish(t, north, 3), publish(t, south, 3)...))
	if !benchState(t, north).Linked {
		t.Error("the bench that was there before is cut off")
	}
	if n := strings.Count(told.String(), "closed connections without credentials: there were too many"); n != 1 {
		t.Errorf("the log says so %d times", n)
	}
}
