//go:build fleet

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	benchstream "github.com/backupdoctor/backupdoctor/report/stream"
	"github.com/backupdoctor/backupdoctor/report/stream/envelope"
)

// A standing is how it stands with a hub, as it writes it into its data folder for the
// command hub benches: what the database does not know.
type standing struct {
	WrittenAt time.Time                  `json:"writtenAt"`
	Waiting   uint64                     `json:"waiting"`  // reports that are not in the database yet
	SetAside  map[envelope.Reason]uint64 `json:"setAside"` // messages that can never be
	Linked    []string                   `json:"linked"`   // benches that are connected to this node
	Benches   map[string]word            `json:"benches"`  // by name
}

// A word is what a bench told of itself with its last report.
type word struct {
	Waiting   uint64 `json:"waiting"`   // reports that waited there behind it
	Discarded uint64 `json:"discarded"` // reports that it has discarded in all
}

const (
	standingEvery = 2 * time.Second
	standingHolds = 30 * time.Second // after that the hub does not run
	maxStanding   = 16 << 20
)

// A ledger remembers the last word of each bench.
type ledger struct {
	mu    sync.Mutex
	words map[string]word
}

func newLedger() *ledger { return &ledger{words: map[string]word{}} }

func (l *ledger) hear(m benchstream.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.words[m.Bench] = word{m.Waiting, m.Discarded}
}

func (l *ledger) all() map[string]word {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.words)
}

// keepStanding writes the standing every few seconds until the context ends. What benches
// told an earlier run is kept.
func (h *hub) keepStanding(ctx context.Context, benches engine, told *ledger) error {
	before, err := readStanding(h.folder.standing())
	if err != nil {
		h.log.Warn("what benches told before cannot be read", "error", err)
	}
	for {
		now := standing{WrittenAt: time.Now().UTC(), Benches: map[string]word{}}
		maps.Copy(now.Benches, before.Benches)
		maps.Copy(now.Benches, told.all())
		state, err := benches.State(ctx)
		if err == nil {
			now.Waiting, now.SetAside, now.Linked = state.Waiting, state.SetAside, state.Linked
			err = writeJSON(h.folder.standing(), now)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, benchstream.ErrDown) {
			h.log.Debug("how the hub stands cannot be told", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(standingEvery):
		}
	}
}

// readStanding reads what a hub wrote, the zero standing if it wrote nothing.
func readStanding(path string) (standing, error) {
	var read standing
	err := readJSON(path, &read)
	return read, err
}

// sites are where the benches of a hub stand.
func (f hubFolder) readSites() (map[string]string, error) {
	sites := map[string]string{}
	err := readJSON(f.sites(), &sites)
	return sites, err
}

// siteOf is where a bench stands, "" if nobody said so.
func (f hubFolder) siteOf(bench string) (string, error) {
	sites, err := f.readSites()
	return sites[bench], err
}

// readJSON reads a file that writeJSON wrote. One that is not there changes nothing.
func readJSON(path string, value any) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if err := json.NewDecoder(io.LimitReader(file, maxStanding)).Decode(value); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// writeJSON writes a file for this user alone, whole or not at all.
func writeJSON(path string, value any) (err error) {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
