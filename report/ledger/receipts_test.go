package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// numberedMessages returns n reports of a bench, numbered from 1.
func numberedMessages(bench, ledger string, n int) []Message {
	chain := receipt.Start(ledger)
	var list []Message
	for i := range n {
		m := message(i+1, bench, sheet{id: fmt.Sprintf("device %d", i), taken: monday})
		chain = receipt.Next(chain, m.ID)
		m.Number = receipt.Number{Ledger: ledger, Sequence: int64(i + 1), Chain: chain}
		list = append(list, m)
	}
	return list
}

// TestReceiptsFollowTheReports stores both in one transaction, in any order.
func TestReceiptsFollowTheReports(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		ledger := receipt.NewLedger()
		m := numberedMessages("oslo", ledger, 8)
		put(t, s, m[0], m[1], m[5], m[3])
		r, err := s.Receipt(t.Context(), "oslo", ledger)
		must(t, err)
		want := receipt.Receipt{Ledger: ledger, Through: 2, Chain: m[1].Number.Chain, Highest: 6, Missing: []receipt.Range{{First: 3, Last: 3}, {First: 5, Last: 5}}}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Error(diff)
		}
		// The same again, and all others but one, which the bench has lost.
		_, err = s.Put(t.Context(), m[3], m[2], m[7], m[6], m[0])
		must(t, err)
		r, err = s.Sync(t.Context(), "oslo", receipt.Statement{Ledger: ledger, Last: 9, Lost: []receipt.Lost{{Range: receipt.Range{First: 5, Last: 5}, Chain: m[4].Number.Chain}}}, monday)
		must(t, err)
		if r.Through != 8 || r.Lost != 1 || len(r.Missing) != 0 {
			t.Errorf("the receipt is %+v", r)
		}
		gaps, err := s.Gaps(t.Context())
		must(t, err)
		wantGaps := []Gaps{{Bench: "oslo", Ledger: ledger, Through: 8, Last: 9, Waiting: 1, Missing: []report.NumberRange{{First: 9, Last: 9}}, Lost: 1, HeardAt: monday}}
		if diff := cmp.Diff(wantGaps, gaps); diff != "" {
			t.Error(diff)
		}
		// Another bench is not affected, whatever ledger it names.
		if r, err := s.Receipt(t.Context(), "rome", ledger); err != nil || r.Through != 0 {
			t.Errorf("another bench gets %+v, %v", r, err)
		}
	})
}

// TestWhatIsRefusedIsSetAside keeps messages in full while there is room, and counts all of them.
func TestWhatIsRefusedIsSetAside(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		s.RejectBytes = 1000
		ledger := receipt.NewLedger()
		m := numberedMessages("oslo", ledger, 6)
		for i := range 4 {
			m[i].Report.Devices = nil
			m[i].Whole = []byte(strings.Repeat("x", 100))
		}
		for range 2 {
			got, err := s.Put(t.Context(), m...)
			must(t, err)
			if len(got.Refused) != 4 {
				t.Errorf("refused are %+v", got.Refused)
			}
		}
		list, err := s.Rejects(t.Context(), 0, 10)
		must(t, err)
		kept := 0
		for _, r := range list {
			if r.Kept {
				kept++
			}
		}
		if len(list) != 4 || kept != 2 { // a quarter of the room for one bench
			t.Errorf("%d are listed, %d in full: %+v", len(list), kept, list)
		}
		refused, err := s.Refusals(t.Context())
		must(t, err)
		r, err := s.Receipt(t.Context(), "oslo", ledger)
		must(t, err)
		if refused[NoDevice] != 4 || r.Through != 6 || r.SetAside != 4 {
			t.Errorf("counted are %v, and the receipt is %+v", refused, r)
		}
		whole, err := s.FindReject(t.Context(), list[0].Reject)
		must(t, err)
		if len(whole.Message) != 100 || whole.Number.Sequence != 1 || whole.Number.Ledger != ledger {
			t.Errorf("the first is %+v", whole)
		}
		must(t, s.Discard(t.Context(), whole, true))
		must(t, s.Discard(t.Context(), whole, true)) // already gone
		if r, err = s.Receipt(t.Context(), "oslo", ledger); err != nil || r.SetAside != 3 || r.Lost != 1 {
			t.Errorf("after one was discarded: %+v, %v", r, err)
		}
		if _, err := s.FindReject(t.Context(), whole.Reject); !errors.Is(err, ErrUnknown) {
			t.Errorf("it is still there: %v", err)
		}
	})
}

// TestDatabaseThatIsGoneTakesNothing covers every way in which its file may be lost.
func TestDatabaseThatIsGoneTakesNothing(t *testing.T) {
	for name, harm := range map[string]func(path string) error{
		"removed": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".old") },
		"replaced": func(path string) error {
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, []byte("x"), 0o600))
		},
		"overwritten": func(path string) error { return os.WriteFile(path, make([]byte, 1<<16), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			address := sqliteAddress(t)
			s, err := Open(t.Context(), address)
			must(t, err)
			defer s.Close()
			ledger := receipt.NewLedger()
			m := numberedMessages("oslo", ledger, 2)
			put(t, s, m[0])
			must(t, s.CheckIdentity(t.Context()))
			must(t, harm(strings.TrimPrefix(address, "sqlite:")))
			if _, err := s.Put(t.Context(), m[1]); !errors.Is(err, ErrGone) {
				t.Errorf("a report is taken with %v", err)
			}
			if err := s.SetAside(t.Context(), Reject{Bench: "oslo", Reason: "refused"}); !errors.Is(err, ErrGone) {
				t.Errorf("a message is set aside with %v", err)
			}
			if err := s.CheckIdentity(t.Context()); !errors.Is(err, ErrGone) {
				t.Errorf("the database is said to be %v", err)
			}
		})
	}
}

// TestIdentityIsKept checks that it survives a restart and differs between databases.
func TestIdentityIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Store) {
		if s.Identity() == "" || s.CheckIdentity(t.Context()) != nil {
			t.Errorf("the identity is %q", s.Identity())
		}
	})
	address := sqliteAddress(t)
	first := opened(t, address)
	again, err := Open(context.Background(), address)
	must(t, err)
	must(t, again.Close())
	if again.Identity() != first.Identity() || opened(t, sqliteAddress(t)).Identity() == first.Identity() {
		t.Errorf("the identities are %q and %q", first.Identity(), again.Identity())
	}
}

// TestLedgersOfABenchAreBounded checks that an untrusted bench cannot fill the table.
func TestLedgersOfABenchAreBounded(t *testing.T) {
	s := opened(t, sqliteAddress(t))
	var err error
	for range maxLedgers + 1 {
		_, err = s.Sync(t.Context(), "oslo", receipt.Statement{Ledger: receipt.NewLedger()}, monday)
	}
	if !errors.Is(err, ErrLedgers) {
		t.Errorf("the last is taken with %v", err)
	}
}
