package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/backupdoctor/backupdoctor/report/relay"
)

// A status is what a hub writes into its data folder for the command hub benches: facts that
// are not in the database.
type status struct {
	WrittenAt time.Time            `json:"writtenAt"`
	Waiting   uint64               `json:"waiting"`  // reports not yet in the database
	InStream  map[string]uint64    `json:"inStream"` // of these, the reports of each bench, by name
	Linked    []string             `json:"linked"`   // benches connected to this node
	Health    []partState          `json:"health"`
	Address   string               `json:"address"`  // where benches reach the hub, as far as it knows
	LinkedAt  map[string]time.Time `json:"linkedAt"` // when each bench was last seen connected, by name
}

const (
	statusEvery    = 2 * time.Second
	statusValidFor = 30 * time.Second // the hub counts as stopped after that
	maxJSON        = 16 << 20
)

// keepStatus writes the status every few seconds until ctx ends. It keeps the connection times
// of earlier runs.
func (h *hub) keepStatus(ctx context.Context, benches engine, known *health) error {
	before, err := readStatus(h.folder.status())
	if err != nil {
		h.log.Warn("the previous status cannot be read", "error", err)
	}
	if before.LinkedAt == nil {
		before.LinkedAt = map[string]time.Time{}
	}
	for {
		now := status{WrittenAt: time.Now().UTC(), Health: known.all(), Address: h.reachedAt(), LinkedAt: before.LinkedAt}
		state, err := benches.State(ctx)
		if err == nil {
			now.Waiting, now.InStream, now.Linked = state.Waiting, state.InStream, state.Linked
			for _, bench := range state.Linked {
				now.LinkedAt[bench] = now.WrittenAt
			}
		}
		err = errors.Join(err, writeJSON(h.folder.status(), now))
		if err != nil && ctx.Err() == nil && !errors.Is(err, relay.ErrDown) {
			h.log.Debug("the status of the hub is unknown", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(statusEvery):
		}
	}
}

// readStatus reads the status that a hub wrote. It returns the zero status if there is none.
func readStatus(path string) (status, error) {
	var read status
	err := readJSON(path, &read)
	return read, err
}

// readJSON reads a file written by writeJSON. A missing file leaves value unchanged.
func readJSON(path string, value any) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if err := json.NewDecoder(io.LimitReader(file, maxJSON)).Decode(value); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// writeJSON writes a file atomically, private to this user.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return wholefile.WriteBytes(path, append(text, '\n'))
}
