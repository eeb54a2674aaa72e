package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

func letter(t testing.TB, text string) receipt.Item {
	t.Helper()
	id, err := envelope.NewID()
	must(t, err)
	return receipt.Item{ID: id, Report: []byte(text)}
}

// ledgerOf returns the only ledger of a history.
func ledgerOf(t testing.TB, s *Store) receipt.Ledger {
	t.Helper()
	list, err := s.Ledgers(t.Context())
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("there are %d ledgers: %+v", len(list), list)
	}
	return list[0]
}

// outgoing returns all reports of a ledger after a number.
func outgoing(t testing.TB, s *Store, ledger string, after int64) []receipt.Item {
	t.Helper()
	items, err := s.Outgoing(t.Context(), ledger, after, 1<<20)
	must(t, err)
	return items
}

// mustBeNumbered fails unless count reports are numbered from 1 with a valid chain.
func mustBeNumbered(t testing.TB, s *Store, count int) {
	t.Helper()
	l := ledgerOf(t, s)
	chain := receipt.Start(l.ID)
	items := outgoing(t, s, l.ID, 0)
	for i, item := range items {
		chain = receipt.Next(chain, item.ID)
		if want := (receipt.Number{Ledger: l.ID, Sequence: int64(i + 1), Chain: chain}); item.Number != want {
			t.Fatalf("report %d has the number %+v, want %+v", i, item.Number, want)
		}
	}
	if len(items) != count || l.Last != int64(count) {
		t.Errorf("%d reports are numbered up to %d, want %d", len(items), l.Last, count)
	}
}

// keptReports stores n devices with a report each, a day apart.
func keptReports(t testing.TB, s *Store, n int) (items []receipt.Item) {
	t.Helper()
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	for i := range n {
		d := tray(t)[0]
		d.TakenAt = monday.Add(time.Duration(i) * aDay)
		item := letter(t, fmt.Sprintf(`{"n":%d}`, i+1))
		must(t, s.AddAndSend(t.Context(), runID(1), d, item))
		items = append(items, item)
	}
	return items
}

// received stores a receipt for all numbers up to through.
func received(t testing.TB, s *Store, through int64) {
	t.Helper()
	l := ledgerOf(t, s)
	chain, err := s.ChainBefore(t.Context(), l.ID, through+1)
	must(t, err)
	must(t, s.Receive(t.Context(), receipt.Receipt{Ledger: l.ID, Through: through, Chain: chain}))
}

// A device and its item to send are stored together or not at all.
func TestADeviceIsKeptWithWhatLeaves(t *testing.T) {
	s, devices := fresh(t), tray(t)
	must(t, s.Begin(t.Context(), Run{ID: runID(1), Started: monday}))
	first, second := letter(t, `{"first":1}`), letter(t, `{"second":2}`)
	must(t, s.AddAndSend(t.Context(), runID(1), devices[0], first))
	must(t, s.AddAndSend(t.Context(), runID(1), devices[1], second))
	for name, broken := range map[string]receipt.Item{
		"no JSON": letter(t, "{"), "no id": {ID: "7", Report: []byte("{}")}, "the same id": {ID: first.ID, Report: []byte("{}")},
	} {
		if err := s.AddAndSend(t.Context(), runID(1), devices[2], broken); err == nil {
			t.Errorf("%s: it is kept", name)
		}
	}
	if err := s.AddAndSend(t.Context(), runID(2), devices[2], letter(t, "{}")); !errors.Is(err, ErrNoRun) {
		t.Errorf("in a run that has not begun: %v", err)
	}
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	mustBeNumbered(t, s, 2)
	items := outgoing(t, s, ledgerOf(t, s).ID, 0)
	if items[0].ID != first.ID || string(items[1].Report) != `{"second":2}` || list.Runs[0].Devices != 2 {
		t.Errorf("to send are %+v, and there are %d devices", items, list.Runs[0].Devices)
	}
}

// If the item to send cannot be made, the device is stored and the error is reported.
func TestADeviceIsKeptWithoutWhatLeaves(t *testing.T) {
	s := fresh(t)
	r := NewRecorder(s, Run{})
	devices := tray(t)
	tooLong := errors.New("it is too long")
	for _, e := range told(runID(1), monday, devices...) {
		r.HearAndSend(e, func() (receipt.Item, error) {
			if e.UDID == devices[0].UDID {
				return receipt.Item{}, tooLong
			}
			return letter(t, `"`+e.UDID+`"`), nil
		})
	}
	if !errors.Is(r.Err(), tooLong) {
		t.Errorf("told %v", r.Err())
	}
	list, err := s.Runs(t.Context(), 1)
	must(t, err)
	mustBeNumbered(t, s, len(devices)-1)
	if list.Runs[0].Devices != len(devices) {
		t.Errorf("%d of %d devices are kept", list.Runs[0].Devices, len(devices))
	}
}

// TestReceipts checks that only covered reports stop waiting, and that a hub may take receipts
// back.
func TestReceipts(t *testing.T) {
	s := fresh(t)
	keptReports(t, s, 6)
	received(t, s, 4)
	if l := ledgerOf(t, s); l.Received != 4 || l.Waiting != 2 || l.Last != 6 {
		t.Errorf("with a receipt for 4: %+v", l)
	}
	received(t, s, 1)
	if l := ledgerOf(t, s); l.Received != 1 || l.Waiting != 5 {
		t.Errorf("with a receipt for 1: %+v", l)
	}
	l := ledgerOf(t, s)
	for name, r := range map[string]receipt.Receipt{
		"another chain":        {Ledger: l.ID, Through: 4, Chain: receipt.Start("x")},
		"more than was given":  {Ledger: l.ID, Through: 7, Chain: receipt.Start("x")},
		"none of another list": {Ledger: l.ID, Through: 0, Chain: receipt.Start("x")},
	} {
		if err := s.Receive(t.Context(), r); !errors.Is(err, receipt.ErrOtherLedger) {
			t.Errorf("a receipt with %s: %v", name, err)
		}
	}
}

// TestLedgerIsReplaced checks that reports without a receipt get numbers in another ledger, in the
// same order.
func TestLedgerIsReplaced(t *testing.T) {
	s := fresh(t)
	items := keptReports(t, s, 5)
	must(t, s.NameBench(t.Context(), "north"))
	received(t, s, 2)
	before := ledgerOf(t, s).ID
	must(t, s.Replace(t.Context(), before))
	list, err := s.Ledgers(t.Context())
	must(t, err)
	if len(list) != 2 || !list[0].Closed || list[0].Waiting != 0 || list[1].Closed || list[1].Waiting != 3 || list[1].Bench != "north" || list[1].ID == before {
		t.Fatalf("the ledgers are %+v", list)
	}
	must(t, s.Told(t.Context(), before, 0))
	mustBeNumbered(t, s, 3)
	for i, item := range outgoing(t, s, ledgerOf(t, s).ID, 0) {
		if item.ID != items[i+2].ID {
			t.Errorf("number %d is another report", i+1)
		}
	}
}

// TestBenchGetsAnotherName checks that reports stored under the old name keep it.
func TestBenchGetsAnotherName(t *testing.T) {
	s := fresh(t)
	keptReports(t, s, 2)
	for _, name := range []string{"north", "north", "south"} {
		must(t, s.NameBench(t.Context(), name))
	}
	must(t, s.AddAndSend(t.Context(), runID(1), tray(t)[1], letter(t, "{}")))
	list, err := s.Ledgers(t.Context())
	must(t, err)
	if len(list) != 2 || list[0].Bench != "north" || list[0].Waiting != 2 || list[1].Bench != "south" || list[1].Waiting != 1 {
		t.Errorf("the ledgers are %+v", list)
	}
}

// TestResend withdraws receipts from a given day on.
func TestResend(t *testing.T) {
	s := fresh(t)
	keptReports(t, s, 6)
	received(t, s, 6)
	n, err := s.Resend(t.Context(), monday.Add(2*aDay))
	must(t, err)
	if l := ledgerOf(t, s); n != 4 || l.Withdrawn != 3 {
		t.Errorf("%d reports from number %d on", n, l.Withdrawn)
	}
	must(t, s.Told(t.Context(), ledgerOf(t, s).ID, 3))
	if l := ledgerOf(t, s); l.Withdrawn != 0 || l.Closed {
		t.Errorf("once the hub knows: %+v", l)
	}
}

// TestPruneKeepsWhatNoHubHas checks that only a forced prune deletes it, and that the hub can then
// learn what is gone.
func TestPruneKeepsWhatNoHubHas(t *testing.T) {
	s := fresh(t)
	keptReports(t, s, 4)
	must(t, s.Finish(t.Context(), runID(1), monday, report.Report{}))
	which := Pruning{Before: monday.Add(100 * aDay)}
	received(t, s, 3)
	if runs, waiting, err := s.Prune(t.Context(), which); runs != 0 || waiting != 1 || err != nil {
		t.Errorf("%d runs are forgotten, %d reports wait, %v", runs, waiting, err)
	}
	which.Force = true
	if runs, _, err := s.Prune(t.Context(), which); runs != 1 || err != nil {
		t.Errorf("forced: %d runs are forgotten, %v", runs, err)
	}
	l := ledgerOf(t, s)
	gone, err := s.Gone(t.Context(), l.ID, receipt.Range{First: l.Received + 1, Last: l.Last})
	must(t, err)
	if len(gone) != 1 || gone[0].Range != (receipt.Range{First: 4, Last: 4}) || l.Waiting != 0 || l.Last != 4 {
		t.Errorf("gone are %+v of %+v", gone, l)
	}
}

// TestRecoveredReportsGetNewNumbers checks that the hub can learn which are missing, too.
func TestRecoveredReportsGetNewNumbers(t *testing.T) {
	s := fresh(t)
	items := keptReports(t, s, 6)
	must(t, s.NameBench(t.Context(), "north"))
	received(t, s, 2)
	must(t, s.write(t.Context(), func(tx transaction) error {
		_, err := tx.ExecContext(t.Context(), "DELETE FROM messages WHERE sequence IN (2, 4)")
		return errors.Join(err, renumber(t.Context(), tx))
	}))
	list, err := s.Ledgers(t.Context())
	must(t, err)
	if len(list) != 2 || !list[0].Closed || list[0].Last != 3 && list[0].Last != 4 || !cmp.Equal(list[0].Missing, []receipt.Range{{First: 2, Last: 2}, {First: 4, Last: 4}}) {
		t.Fatalf("the ledgers are %+v", list)
	}
	var ids []string
	for _, item := range outgoing(t, s, list[1].ID, 0) {
		ids = append(ids, item.ID)
	}
	if want := []string{items[0].ID, items[2].ID, items[4].ID, items[5].ID}; !cmp.Equal(want, ids) {
		t.Errorf("numbered anew are %v, want %v", ids, want)
	}
}
