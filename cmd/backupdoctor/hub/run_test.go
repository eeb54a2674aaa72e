package hub

import (
	"net"
	"strings"
	"testing"
)

// TestTakenAddresses checks that both addresses of a node are checked before it starts.
func TestTakenAddresses(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	taken := listener.Addr().String()
	for _, c := range []struct{ listen, cluster, want string }{
		{"tls://127.0.0.1:0", "127.0.0.1:0", ""},
		{"tls://127.0.0.1:0", "", ""},
		{"tls://" + taken, "127.0.0.1:0", "the hub cannot listen for benches"},
		{"tls://127.0.0.1:0", taken, "the hub cannot listen for the other nodes"},
	} {
		err := (&hub{listen: c.listen, cluster: c.cluster}).free()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("--listen %s --cluster %q: %v", c.listen, c.cluster, err)
		}
	}
}
