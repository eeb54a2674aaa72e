package receipt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// series numbers n reports of a ledger.
func series(ledger string, n int) (numbers []Number, ids []string) {
	chain := Start(ledger)
	for i := range n {
		id := fmt.Sprintf("%s-%d", ledger, i+1)
		chain = Next(chain, id)
		numbers, ids = append(numbers, Number{ledger, int64(i + 1), chain}), append(ids, id)
	}
	return numbers, ids
}

// TestEveryOrderEndsInTheSameReceipt includes duplicate reports and lost ranges.
func TestEveryOrderEndsInTheSameReceipt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ledger := NewLedger()
	numbers, ids := series(ledger, 60)
	lost := []Lost{{Range{11, 14}, numbers[13].Chain}, {Range{40, 40}, numbers[39].Chain}}
	for range 200 {
		s := NewState(ledger)
		order := append(random.Perm(60), random.Perm(60)[:20]...)
		for _, i := range order {
			if i >= 10 && i < 14 || i == 39 {
				continue
			}
			if !s.Take(numbers[i], ids[i]) {
				t.Fatalf("number %d is refused in the order %v", i+1, order)
			}
		}
		if want := []Range{{11, 14}, {40, 40}}; !cmp.Equal(want, s.Missing()) || s.Through != 10 {
			t.Fatalf("through %d, missing %v, want 10 and %v", s.Through, s.Missing(), want)
		}
		for range 2 {
			s.Hear(Statement{Ledger: ledger, Last: 60, Lost: lost})
		}
		if s.Through != 60 || s.Lost != 5 || s.Chain != numbers[59].Chain || len(s.Ahead) != 0 {
			t.Fatalf("in the end %+v", s)
		}
	}
}

// TestTwoLedgersWithOneID covers a restored bench that reuses numbers. Reports of the other ledger
// never cover those of this one.
func TestTwoLedgersWithOneID(t *testing.T) {
	ledger := NewLedger()
	first, ids := series(ledger, 5)
	s := NewState(ledger)
	for i := range first {
		s.Take(first[i], ids[i])
	}
	// The restored bench had the first three reports, and numbers two others.
	chain := first[2].Chain
	for i := range 2 {
		id := fmt.Sprint("restored ", i)
		chain = Next(chain, id)
		s.Take(Number{ledger, int64(4 + i), chain}, id)
	}
	if r := s.Receipt(ledger); r.Through != 5 || r.Chain == chain {
		t.Errorf("the receipt %+v has the chain of the restored bench", r)
	}
	// The other way round: the missing number comes from the other ledger.
	s = NewState(ledger)
	for i := range 3 {
		s.Take(first[i], ids[i])
	}
	s.Take(first[4], ids[4])
	if s.Take(Number{ledger, 4, Next(first[2].Chain, "restored")}, "restored"); s.Through != 4 {
		t.Fatalf("through %d", s.Through)
	}
	if s.Take(first[3], ids[3]); s.Chain == first[3].Chain || s.Through != 4 {
		t.Errorf("number 5 of one was counted behind number 4 of the other: %+v", s)
	}
	if s.Take(Number{ledger, 5, Next("", "x")}, "x") {
		t.Error("a number is taken whose chain does not follow")
	}
}

func TestWithdrawnReceipts(t *testing.T) {
	ledger := NewLedger()
	numbers, ids := series(ledger, 9)
	s := NewState(ledger)
	for i := range numbers {
		if i != 6 {
			s.Take(numbers[i], ids[i])
		}
	}
	s.Hear(Statement{Ledger: ledger, Last: 9, Withdraw: &Withdrawn{4, numbers[2].Chain}})
	if r := s.Receipt(ledger); r.Through != 3 || r.Highest != 3 || len(r.Missing) != 0 {
		t.Errorf("the receipt is %+v", r)
	}
	for i := range numbers {
		s.Take(numbers[i], ids[i])
	}
	if s.Through != 9 {
		t.Errorf("through %d after all came again", s.Through)
	}
}

func TestClosedLedger(t *testing.T) {
	ledger := NewLedger()
	numbers, ids := series(ledger, 9)
	s := NewState(ledger)
	for _, i := range []int{0, 1, 4} {
		s.Take(numbers[i], ids[i])
	}
	for range 2 {
		s.Hear(Statement{Ledger: ledger, Last: 9, Closed: true, Lost: []Lost{{Range: Range{2, 6}}}})
	}
	if s.Lost != 3 || !s.Closed || len(s.Missing()) != 0 { // 3, 4 and 6
		t.Errorf("it is %+v", s)
	}
}

// TestReceiptCoversNoMissingNumber holds however many ranges are missing.
func TestReceiptCoversNoMissingNumber(t *testing.T) {
	ledger := NewLedger()
	s := NewState(ledger)
	var missing []int64
	for n := int64(1); n <= 500; n++ {
		if n%2 == 0 {
			s.Take(Number{ledger, n, Start("x")}, "x")
		} else {
			missing = append(missing, n)
		}
	}
	r := s.Receipt(ledger)
	for n := int64(1); n <= 510; n++ {
		if r.Covers(n) && (n > 500 || slices.Contains(missing, n)) {
			t.Errorf("number %d is said to be there", n)
		}
	}
	if !r.Covers(2) || len(r.Missing) != MaxRanges {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestUnknownStateIsBounded(t *testing.T) {
	ledger := NewLedger()
	s := NewState(ledger)
	for n := range int64(2 * MaxAhead) {
		s.Take(Number{ledger, n + 2, Start("x")}, "x")
	}
	if len(s.Ahead) != MaxAhead {
		t.Errorf("%d numbers are remembered", len(s.Ahead))
	}
	for name, st := range map[string]Statement{
		"no ledger":       {Last: 1},
		"a range to it":   {Ledger: ledger, Last: 1, Lost: []Lost{{Range{1, 2}, Start("x")}}},
		"backwards":       {Ledger: ledger, Last: 9, Lost: []Lost{{Range{3, 2}, Start("x")}}},
		"no chain":        {Ledger: ledger, Last: 9, Lost: []Lost{{Range{1, 2}, ""}}},
		"withdrawn chain": {Ledger: ledger, Last: 9, Withdraw: &Withdrawn{1, "x"}},
	} {
		if st.Valid() {
			t.Errorf("%s: it is valid", name)
		}
	}
}
