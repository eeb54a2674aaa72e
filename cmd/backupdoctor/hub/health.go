package hub

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/dustin/go-humanize"
)

const (
	probeEvery  = 2 * time.Second
	probeWithin = 8 * time.Second
	trustFor    = 15 * time.Second // how long after its last success a part counts as working
	minRoom     = 128 << 20        // bytes on the disk of the data folder, below which the hub is sick
)

// notTried is the error of a part before its first probe has ended.
const notTried = "not tried yet"

// The parts of a hub.
const (
	databasePart = "database"
	streamPart   = "stream"
	roomPart     = "room"
)

// A partState is what the last probes of one part of the hub showed.
type partState struct {
	Part  string    `json:"part"`
	OKAt  time.Time `json:"okAt,omitzero"`       // when it last worked
	Error string    `json:"error,omitempty"`     // of the last probe
	Free  uint64    `json:"freeBytes,omitempty"` // of the part room
}

// works reports whether the part has worked a moment ago. One whose probe hangs has not.
func (p partState) works(at time.Time) bool { return p.Error == "" && at.Sub(p.OKAt) < trustFor }

// A probe tries one part of the hub by doing what it is for. free is the room it found, 0 where
// that is not its question.
type probe struct {
	part string
	try  func(context.Context) (free uint64, err error)
}

// writes is a probe of something that finds no room.
func writes(try func(context.Context) error) func(context.Context) (uint64, error) {
	return func(ctx context.Context) (uint64, error) { return 0, try(ctx) }
}

// room looks for room on the disk that holds a folder.
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

// A health is what the hub knows of itself by its own work. No part counts as working before it
// has worked once.
type health struct {
	log    *slog.Logger
	probes []probe

	began time.Time

	mu    sync.Mutex
	parts map[string]partState
	told  map[string]bool // faults that were logged
}

func newHealth(log *slog.Logger, probes ...probe) *health {
	h := &health{log: log, probes: probes, began: time.Now(), parts: map[string]partState{}, told: map[string]bool{}}
	for _, p := range probes {
		h.parts[p.part] = partState{Part: p.part, Error: notTried}
	}
	return h
}

// watch probes all parts until the context ends, each at its own pace: one that hangs delays none.
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

// probe tries a part once, and logs where that changed how it stands.
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
	case err != nil && !h.told[p.part] && (!before.OKAt.IsZero() || time.Since(h.began) > trustFor): // else it is starting
		h.told[p.part] = true
		h.log.Error("a part of the hub does not work", "part", p.part, "error", err)
	case err == nil && h.told[p.part]:
		h.told[p.part] = false
		h.log.Info("a part of the hub works again", "part", p.part)
	}
}

// all are the parts, by name.
func (h *health) all() []partState {
	h.mu.Lock()
	defer h.mu.Unlock()
	var parts []partState
	for _, p := range h.probes {
		parts = append(parts, h.parts[p.part])
	}
	return parts
}

// sick are the names of the parts that do not work.
func (h *health) sick() []string {
	var sick []string
	for _, p := range h.all() {
		if !p.works(time.Now()) {
			sick = append(sick, p.Part)
		}
	}
	return sick
}

// tried reports whether the first probe of each part has ended.
func (h *health) tried() bool {
	return !slices.ContainsFunc(h.all(), func(p partState) bool { return p.Error == notTried })
}

// healthOf is that of a hub with a database and a stream.
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
