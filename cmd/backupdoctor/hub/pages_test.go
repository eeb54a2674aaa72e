package hub

import (
	"log/slog"
	"os"
	"slices"
	"testing"
)

// TestKnownAs checks that a host name that was not configured is rejected, which prevents DNS
// rebinding.
func TestKnownAs(t *testing.T) {
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pages  string
		has    []string
		hasNot []string
	}{
		{"127.0.0.1:7480", []string{"localhost", "127.0.0.1", "::1"}, []string{name}},
		{"192.0.2.7:7480", []string{"localhost", "192.0.2.7"}, []string{name, "192.0.2.8"}},
		{"0.0.0.0:7480", []string{"localhost", name, "127.0.0.1"}, []string{"0.0.0.0"}},
		{"[::]:7480", []string{name}, []string{"::"}},
		{":7480", []string{name}, []string{""}},
	} {
		h := hub{pages: c.pages, hosts: []string{"hub.example.org"}, log: slog.New(slog.DiscardHandler)}
		known := h.knownAs()
		for _, host := range append(c.has, "hub.example.org") {
			if !slices.Contains(known, host) {
				t.Errorf("at %s it is not known as %s", c.pages, host)
			}
		}
		for _, host := range c.hasNot {
			if slices.Contains(known, host) {
				t.Errorf("at %s it is known as %q", c.pages, host)
			}
		}
	}
}
