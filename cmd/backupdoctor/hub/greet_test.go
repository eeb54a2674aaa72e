package hub

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// The greeting shows where the hub is, how to sign in, what to do next, and whether all parts
// work.
func TestGreeting(t *testing.T) {
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	h := &hub{
		env: env{command.Env{Zone: time.FixedZone("CET", 3600)}}, sink: "sqlite:/var/lib/hub/fleet.db", listen: "tls://0.0.0.0:7422",
		hosts: []string{"hub.example"}, served: "https://hub.example:8443", code: "7F",
	}
	rows := []report.HubBench{
		{Name: "packing-1", State: "linked", Received: &ledger.Bench{Reports: 1204}},
		{Name: "packing-2", State: "linked", Waiting: 14, Received: &ledger.Bench{Reports: 3}},
		{Name: "packing-3", State: "away", AwaySince: now.Add(-3 * time.Hour), Received: &ledger.Bench{Reports: 1, ClockAhead: 20 * 3600}},
		{Name: "school-3", State: "revoked", AddedAt: now.AddDate(0, 0, -2)},
	}
	parts := []partState{
		{Part: databasePart, OKAt: now.Add(-2 * time.Second)},
		{Part: streamPart, OKAt: now.Add(-time.Minute)},
		{Part: roomPart, OKAt: now, Free: 212e9},
	}
	var said strings.Builder
	h.writeGreeting(&said, rows, parts, now)
	for _, want := range []string{
		"· fleet.db · 4 benches\n", "sign in once: https://hub.example:8443/in/7F\n", "benches  tls://hub.example\n", "backupdoctor hub add-bench NAME\n",
		"packing-1  ✓ connected, 1204 reports received\n", "packing-2  ! connected, 14 reports on the way\n", "packing-3  ! away since 2026-11-29 10:00 CET, 3 hours ago; its clock is 20 hours ahead\n",
		"school-3   ✓ refused: its credentials were revoked 2 days ago\n",
		"database   ✓ written and read back just now\n", "stream     ✗ no answer; it last worked 1 minute ago\n", "room       ✓ 212 GB free\n",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, said.String())
		}
	}
	for line := range strings.Lines(said.String()) {
		if len([]rune(line)) > 81 && !strings.Contains(line, "its clock") {
			t.Errorf("a line is longer than 80 columns: %s", line)
		}
	}
}

// A screen can be read while a greeting is written to it.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// The greeting waits for parts that are still starting, but not for one that does not start.
func TestGreetingWaitsForTheParts(t *testing.T) {
	for name, starts := range map[string]bool{"a stream that starts": true, "one that does not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := slog.New(slog.DiscardHandler)
				h := &hub{folder: hubFolder(filepath.Join(t.TempDir(), "missing")), sink: "none", log: log}
				running := errors.New("the stream is not running")
				p := probe{streamPart, writes(func(context.Context) error { return running })}
				known := newHealth(log, p)
				known.probe(t.Context(), p)
				var said screen
				go h.greetOn(t.Context(), &said, known)
				time.Sleep(time.Second)
				synctest.Wait()
				if said.String() != "" {
					t.Errorf("greeted before the stream started:\n%s", said.String())
				}
				want := "stream  ✗ " + running.Error()
				if starts {
					running, want = nil, "stream  ✓"
					known.probe(t.Context(), p)
				}
				time.Sleep(greetWithin)
				synctest.Wait()
				if !strings.Contains(said.String(), want) {
					t.Errorf("it does not say %q:\n%s", want, said.String())
				}
			})
		})
	}
}

func TestAddressesOfAHub(t *testing.T) {
	for _, test := range []struct{ listen, host, want string }{
		{"tls://0.0.0.0:7422", "hub.example", "tls://hub.example"},
		{"tls://0.0.0.0:7000", "hub.example", "tls://hub.example:7000"},
		{"tls://[::]:7422", "2001:db8::1", "tls://[2001:db8::1]"},
		{"nats://127.0.0.1:7422", "hub.example", "nats://127.0.0.1"},
		{"tls://192.0.2.1:7422", "", "tls://192.0.2.1"},
	} {
		if got := reachedAt(test.listen, []string{test.host}); got != test.want {
			t.Errorf("%s is reached at %s, want %s", test.listen, got, test.want)
		}
	}
}

// A part counts as working only after a recent success: not before its first probe, not while a
// probe hangs, and not long after its last success.
func TestHealthNeedsRecentWork(t *testing.T) {
	fails := errors.New("the disk is full")
	var answer error
	p := probe{databasePart, writes(func(context.Context) error { return answer })}
	h := newHealth(slog.New(slog.DiscardHandler), p)
	if len(h.failing()) != 1 {
		t.Error("a part that was not tried works")
	}
	h.probe(t.Context(), p)
	if len(h.failing()) != 0 {
		t.Errorf("a part that works counts as failing: %+v", h.all())
	}
	if state := h.all()[0]; state.works(time.Now().Add(2 * trustFor)) {
		t.Errorf("a part that has not answered for long works: %+v", state)
	}
	answer = fails
	h.probe(t.Context(), p)
	if state := h.all()[0]; len(h.failing()) != 1 || state.Error != fails.Error() || state.OKAt.IsZero() {
		t.Errorf("a part that fails is %+v", state)
	}
	answer = nil
	h.probe(t.Context(), p)
	if len(h.failing()) != 0 {
		t.Error("a part that works again counts as failing")
	}
}
