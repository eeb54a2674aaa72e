package receipt

import (
	"maps"
	"slices"
)

// A State is what a hub has of one ledger.
type State struct {
	Through int64           // all numbers up to this one are accounted for
	Chain   string          // of that number
	Ahead   map[int64]Ahead // numbers received above a gap
	Last    int64           // highest number that the bench has stated
	Lost    int64           // numbers that neither side has
	Closed  bool
}

// An Ahead is a report received above a gap.
type Ahead struct{ ID, Chain string }

// NewState returns the state of a new ledger.
func NewState(ledger string) State { return State{Chain: Start(ledger), Ahead: map[int64]Ahead{}} }

// Take counts a committed report. It returns false if the number belongs to another report: the
// bench has assigned it twice.
func (s *State) Take(n Number, id string) bool {
	s.Last = max(s.Last, n.Sequence)
	switch {
	case n.Sequence <= s.Through:
		return true // the bench can tell by the chain whether it is the same report
	case n.Sequence == s.Through+1:
		if Next(s.Chain, id) != n.Chain {
			return false
		}
		s.Through, s.Chain = n.Sequence, n.Chain
		s.absorb()
		return true
	}
	if known, there := s.Ahead[n.Sequence]; there {
		return known.Chain == n.Chain
	}
	if len(s.Ahead) < MaxAhead {
		s.Ahead[n.Sequence] = Ahead{id, n.Chain}
	}
	return true
}

// absorb moves Through past numbers above a gap that is now closed. Numbers whose chain does not
// follow are from another ledger with the same ID, and are dropped.
func (s *State) absorb() {
	for {
		next, there := s.Ahead[s.Through+1]
		if !there {
			return
		}
		delete(s.Ahead, s.Through+1)
		if Next(s.Chain, next.ID) != next.Chain {
			return
		}
		s.Through, s.Chain = s.Through+1, next.Chain
	}
}

// Hear applies a statement of a bench. Numbers stated as lost count as lost unless they are here.
// Repeating a statement changes nothing.
func (s *State) Hear(st Statement) {
	s.Last = max(s.Last, st.Last)
	if w := st.Withdraw; w != nil && w.From <= s.Through {
		s.Through, s.Chain = w.From-1, w.Chain
		maps.DeleteFunc(s.Ahead, func(sequence int64, _ Ahead) bool { return sequence >= w.From })
	}
	if st.Closed {
		s.close(st.Lost)
		return
	}
	for _, lost := range st.Lost {
		if lost.First > s.Through+1 || lost.Last <= s.Through {
			continue // after a gap, or already known
		}
		s.Lost += s.count(lost.Range)
		maps.DeleteFunc(s.Ahead, func(sequence int64, _ Ahead) bool { return sequence <= lost.Last })
		s.Through, s.Chain = lost.Last, lost.Chain
		s.absorb()
	}
}

// close ends a ledger: its remaining reports will come under a new ID.
func (s *State) close(lost []Lost) {
	if s.Closed {
		return
	}
	for _, l := range lost {
		s.Lost += s.count(l.Range)
	}
	s.Closed = true
	s.Ahead = map[int64]Ahead{}
}

// count returns how many numbers of a range are not here.
func (s *State) count(r Range) int64 {
	r.First = max(r.First, s.Through+1)
	if r.Last < r.First {
		return 0
	}
	n := r.Len()
	for sequence := range s.Ahead {
		if sequence >= r.First && sequence <= r.Last {
			n--
		}
	}
	return n
}

// Highest returns the highest number that is here.
func (s *State) Highest() int64 {
	highest := s.Through
	for sequence := range s.Ahead {
		highest = max(highest, sequence)
	}
	return highest
}

// Missing returns the ranges between Through and Highest that are not here, in order.
func (s *State) Missing() []Range {
	missing := []Range{}
	at := s.Through
	for _, sequence := range slices.Sorted(maps.Keys(s.Ahead)) {
		if sequence > at+1 {
			missing = append(missing, Range{at + 1, sequence - 1})
		}
		at = sequence
	}
	return missing
}

// Receipt returns the receipt for the bench.
func (s *State) Receipt(ledger string) Receipt {
	missing := s.Missing()
	return Receipt{
		Ledger: ledger, Through: s.Through, Chain: s.Chain, Highest: s.Highest(),
		Missing: missing[:min(len(missing), MaxRanges)], Lost: s.Lost,
	}
}
