package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/dustin/go-humanize"
)

const (
	probeEvery  = 2 * time.Second
	probeWithin = 8 * time.Second
	trustFor    = 15 * time.Second // how long a part counts as working after its last success
	minRoom     = 128 << 20        // the hub is unhealthy with fewer free bytes on the disk of its data folder
)

// notTried is the error of a part whose first probe has not finished.
const notTried = "not tried yet"

// The parts of a hub.
const (
	databasePart = "database"
	streamPart   = "stream"
	roomPart     = "room"
)

// A partState is the result of the latest probes of one part of the hub.
type partState struct {
	Part  string    `json:"part"`
	OKAt  time.Time `json:"okAt,omitzero"`       // last success
	Error string    `json:"error,omitempty"`     // of the last probe
	Free  uint64    `json:"freeBytes,omitempty"` // for the part room
}

// works reports whether the part worked recently. A hanging probe lets this expire.
func (p partState) works(at time.Time) bool { return p.Error == "" && at.Sub(p.OKAt) < trustFor }

// A probe tests one part of the hub by using it. free is the free space found, or 0 if it
// measures none.
type probe struct {
	part string
	try  func(context.Context) (free uint64, err error)
}

// writes wraps a probe that measures no free space.
func writes(try func(context.Context) error) func(context.Context) (uint64, error) {
	return func(ctx context.Context) (uint64, error) { return 0, try(ctx) }
}

// room returns a probe of the free space on the disk that holds folder.
func room(folder string) func(context.Context) (uint64, error) {
	return func(context.Context) (uint64, error) {
		free, err := host.FreeBytes(folder)
		if err != nil {
			return 0, fmt.Errorf("the room on the disk of the data folder is unknown: %w", err)
		}
		if free < minRoom {
			return free, fmt.Errorf("only %s are free on the disk of the data folder", humanize.Bytes(free))
		}
		return free, nil
	}
}

// A health is what the hub knows about its own parts from probes. No part counts as working
// before its first success.
type health struct {
	log    *slog.Logger
	probes []probe

	began time.Time

	mu    sync.Mutex
	parts map[string]partState
	told  map[string]bool // faults already logged, by part
}

func newHealth(log *slog.Logger, probes ...probe) *health {
	h := &health{log: log, probes: probes, began: time.Now(), parts: map[string]partState{}, told: map[string]bool{}}
	for _, p := range probes {
		h.parts[p.part] = partState{Part: p.part, Error: notTried}
	}
	return h
}

// watch probes all parts until ctx ends. Each has its own goroutine, so a hanging probe delays
// no other.
func (h *health) watch(ctx context.Context) error {
	var running sync.WaitGroup
	for _, p := range h.probes {
		running.Go(func() {
			for ctx.Err() == nil {
				h.probe(ctx, p)
				select {
				case <-ctx.Done():
				case <-time.After(probeEvery):
				}
			}
		})
	}
	running.Wait()
	return nil
}

// probe tests a part once, and logs a change of its state.
func (h *health) probe(ctx context.Context, p probe) {
	within, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	free, err := p.try(within)
	if ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	before := h.parts[p.part]
	now := partState{Part: p.part, OKAt: before.OKAt, Free: free}
	if err != nil {
		now.Error = err.Error()
	} else {
		now.OKAt = time.Now().UTC()
	}
	h.parts[p.part] = now
	switch {
	case err != nil && !h.told[p.part] && (!before.OKAt.IsZero() || time.Since(h.began) > trustFor): // before that, it is still starting
		h.told[p.part] = true
		h.log.Error("a part of the hub does not work", "part", p.part, "error", err)
	case err == nil && h.told[p.part]:
		h.told[p.part] = false
		h.log.Info("a part of the hub works again", "part", p.part)
	}
}

// all returns the states of all parts, by name.
func (h *health) all() []partState {
	h.mu.Lock()
	defer h.mu.Unlock()
	var parts []partState
	for _, p := range h.probes {
		parts = append(parts, h.parts[p.part])
	}
	return parts
}

// failing returns the names of the parts that do not work.
func (h *health) failing() []string {
	var failing []string
	for _, p := range h.all() {
		if !p.works(time.Now()) {
			failing = append(failing, p.Part)
		}
	}
	return failing
}

// healthOf returns the health of a hub with a database and a stream.
func (h *hub) healthOf(store *ledger.Store, benches engine) *health {
	who := h.node
	if who == "" {
		who = string(h.folder)
	}
	return newHealth(h.log,
		probe{databasePart, writes(func(ctx context.Context) error { return store.Probe(ctx, who) })},
		probe{streamPart, writes(benches.Probe)},
		probe{roomPart, room(string(h.folder))},
	)
}
