package relay

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// A shelf is an in-memory store: it has how often each message was taken, and what was set aside.
type shelf struct {
	mu      sync.Mutex
	taken   map[string]int
	order   []Message
	aside   map[string]Reject
	states  map[ledgerOf]*receipt.State
	fails   func(Message) error // nil for no failures
	down    error               // returned by all calls that store, if not nil
	refused int
}

// Put implements [Store]: it stores all or none.
func (s *shelf) Put(_ context.Context, messages []Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	for _, m := range messages {
		if s.fails == nil {
			break
		}
		if err := s.fails(m); err != nil {
			s.refused++
			return err
		}
	}
	if s.taken == nil {
		s.taken = map[string]int{}
	}
	for _, m := range messages {
		if s.taken[m.ID]++; s.taken[m.ID] == 1 {
			s.order = append(s.order, m)
		}
		s.count(m.Bench, m.Number, m.ID)
	}
	return nil
}

// count counts a number. The lock must be held.
func (s *shelf) count(bench string, n receipt.Number, id string) {
	if n.Valid() {
		s.state(bench, n.Ledger).Take(n, id)
	}
}

func (s *shelf) state(bench, ledger string) *receipt.State {
	of := ledgerOf{bench, ledger}
	if s.states == nil {
		s.states = map[ledgerOf]*receipt.State{}
	}
	if s.states[of] == nil {
		state := receipt.NewState(ledger)
		s.states[of] = &state
	}
	return s.states[of]
}

// SetAside implements [Store].
func (s *shelf) SetAside(_ context.Context, r Reject) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	if s.aside == nil {
		s.aside = map[string]Reject{}
	}
	key := r.ID
	if key == "" {
		key = string(r.Whole)
	}
	s.aside[key] = r
	s.count(r.Bench, r.Number, r.ID)
	return nil
}

// Sync implements [Store].
func (s *shelf) Sync(_ context.Context, bench string, st receipt.Statement) (receipt.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state(bench, st.Ledger).Hear(st)
	return s.receipt(bench, st.Ledger), nil
}

// Receipt implements [Store].
func (s *shelf) Receipt(_ context.Context, bench, ledger string) (receipt.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.receipt(bench, ledger), nil
}

func (s *shelf) receipt(bench, ledger string) receipt.Receipt {
	r := s.state(bench, ledger).Receipt(ledger)
	for _, aside := range s.aside {
		if aside.Bench == bench && aside.Number.Ledger == ledger {
			r.SetAside++
		}
	}
	return r
}

func (s *shelf) failWith(fails func(Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = fails
}

// refuseAll makes every call that stores fail with an error; nil ends that.
func (s *shelf) refuseAll(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

func (s *shelf) messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.order...)
}

// reasons counts the rejects by reason.
func (s *shelf) reasons() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int{}
	for _, r := range s.aside {
		counts[string(r.Reason)]++
	}
	return counts
}

// has reports whether all of these were taken.
func (s *shelf) has(ids []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.taken[id] == 0 {
			return false
		}
	}
	return true
}

// mustHold fails unless exactly these were taken.
func (s *shelf) mustHold(t testing.TB, ids []string) {
	t.Helper()
	eventually(t, "all reports are in the store", func() bool { return s.has(ids) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) != len(ids) {
		t.Errorf("the store holds %d reports, %d were kept", len(s.taken), len(ids))
		for _, id := range slices.Sorted(maps.Keys(s.taken)) {
			if !slices.Contains(ids, id) {
				t.Error(fmt.Sprint("not among them: ", id))
			}
		}
	}
}

// forget deletes everything in the store, like a recreated database.
func (s *shelf) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, s.order, s.states, s.aside = nil, nil, nil, nil
}
