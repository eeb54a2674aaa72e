package relay

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A failingStore is the database of a hub, and its first failure.
type failingStore struct {
	database
	mu    sync.Mutex
	first error
}

func (s *failingStore) note(ctx context.Context, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && ctx.Err() == nil && s.first == nil {
		s.first = err
	}
	return err
}

func (s *failingStore) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}

func (s *failingStore) Put(ctx context.Context, messages []Message) error {
	return s.note(ctx, s.database.Put(ctx, messages))
}

func (s *failingStore) Sync(ctx context.Context, bench string, st receipt.Statement) (receipt.Receipt, error) {
	r, err := s.database.Sync(ctx, bench, st)
	return r, s.note(ctx, err)
}

func (s *failingStore) Receipt(ctx context.Context, bench, of string) (receipt.Receipt, error) {
	r, err := s.database.Receipt(ctx, bench, of)
	return r, s.note(ctx, err)
}

// TestBitsOfADatabaseAreFlipped flips bits in the file of a hub's database while the hub is down.
// Either that is noticed, and the benches fill an empty database again, or all reports are there.
func TestBitsOfADatabaseAreFlipped(t *testing.T) {
	t.Parallel()
	times := 2
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		times = 10
	}
	random := sampling(t)
	f := newFleet(t, "north")
	path := filepath.Join(t.TempDir(), "fleet.db")
	bench := f.bench(t, "north", "tls://"+freeAddress(t))
	running(t, bench.Run)
	// on runs a hub on the database until stop is called.
	on := func(store *ledger.Store) (s *failingStore, stop func()) {
		s = &failingStore{database: database{store}}
		hub := f.hub(t, s)
		hub.Listen = bench.Hubs[0]
		return s, running(t, hub.Run)
	}
	ids := publish(t, bench, 40)
	for range times {
		store, err := ledger.Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Fatal(err)
		}
		_, stop := on(store)
		mustBeStored(t, path, ids)
		drained(t, bench)
		benches, err := store.Benches(t.Context(), ledger.Page{})
		if err != nil || len(benches.Rows) != 1 || benches.Rows[0].Reports != len(ids) {
			t.Errorf("the hub shows %+v, %v, and %d reports were sent", benches.Rows, err, len(ids))
		}
		if state := benchState(t, bench); state.SetAside+state.Lost > 0 {
			t.Errorf("the bench shows %+v", state)
		}
		stop()
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		for n := 0; n < 10; {
			n += flipBits(t, filepath.Dir(path), random)
		}
		ids = append(ids, publish(t, bench, 5)...)
		t.Log(noticed(t, path, ids, bench, on))
		for _, suffix := range []string{"", "-wal", "-shm"} { // the operator begins an empty database
			if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	store, err := ledger.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, stop := on(store)
	defer stop()
	mustBeStored(t, path, ids)
	drained(t, bench)
}

// noticed returns how the damage of a database was noticed. If it was not, all reports are there.
func noticed(t *testing.T, path string, ids []string, bench *testBench, on func(*ledger.Store) (*failingStore, func())) string {
	store, err := ledger.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		return "not opened: " + err.Error()
	}
	defer store.Close()
	if err := store.Verify(t.Context()); err != nil {
		if err := store.Probe(t.Context(), "a hub"); err == nil {
			t.Error("a damaged database is written")
		}
		return "verified: " + err.Error()
	}
	s, stop := on(store)
	defer stop()
	eventually(t, "all reports are stored, or the damage is noticed", func() bool {
		return s.failure() != nil || benchState(t, bench).Waiting == 0
	})
	if err := s.failure(); err != nil {
		return "used: " + err.Error()
	}
	mustBeStored(t, path, ids)
	return "not noticed, and without effect"
}
