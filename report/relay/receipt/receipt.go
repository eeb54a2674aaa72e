package receipt

import "time"

// A Statement is what a bench tells its hub about one ledger, to get a receipt.
type Statement struct {
	Ledger   string     `json:"ledger"`
	Last     int64      `json:"last"`               // highest number assigned
	Lost     []Lost     `json:"lost,omitempty"`     // numbers that the bench no longer has, in order
	Withdraw *Withdrawn `json:"withdraw,omitempty"` // receipts that are no longer valid
	Closed   bool       `json:"closed,omitempty"`   // no more reports will be sent in this ledger
	Clock    time.Time  `json:"clock"`              // of the bench
}

// Lost is a range of numbers whose reports a bench no longer has.
type Lost struct {
	Range
	Chain string `json:"chain"` // of the last number; "" if unknown to the bench, in a closed ledger
}

// Withdrawn describes the receipts that a bench no longer relies on.
type Withdrawn struct {
	From  int64  `json:"from"`  // first number
	Chain string `json:"chain"` // of the previous number
}

// A Receipt says what the database of a hub has committed of a ledger.
type Receipt struct {
	Ledger   string    `json:"ledger"`
	Through  int64     `json:"through"` // all numbers up to this one are stored, set aside or lost
	Chain    string    `json:"chain"`   // of that number
	Highest  int64     `json:"highest"` // highest number received, or Through
	Missing  []Range   `json:"missing"` // between Through and Highest, in order; the first MaxRanges only
	SetAside int64     `json:"setAside"`
	Lost     int64     `json:"lost"`
	InStream int64     `json:"inStream"` // reports of the bench that are in the stream but not yet in the database
	Clock    time.Time `json:"clock"`    // of the hub
}

// Covers reports whether the hub has accounted for a number, or has it above a gap.
func (r Receipt) Covers(sequence int64) bool {
	if sequence <= r.Through {
		return true
	}
	if sequence > r.Highest {
		return false
	}
	for _, missing := range r.Missing {
		if sequence >= missing.First && sequence <= missing.Last {
			return false
		}
	}
	// Missing ends after MaxRanges ranges: anything after the last one is unknown.
	return len(r.Missing) < MaxRanges || sequence <= r.Missing[len(r.Missing)-1].Last
}

// Limits on what an untrusted peer can make a hub or a bench store.
const (
	MaxRanges = 100
	MaxAhead  = 4096 // numbers above a gap that a hub remembers for one ledger
	MaxLost   = 100  // ranges in one statement
)

// Valid reports whether a statement is well-formed.
func (s Statement) Valid() bool {
	if !hash.MatchString(s.Ledger) || s.Last < 0 || len(s.Lost) > MaxLost {
		return false
	}
	for _, lost := range s.Lost {
		known := hash.MatchString(lost.Chain) || s.Closed && lost.Chain == ""
		if lost.First < 1 || lost.Last < lost.First || lost.Last > s.Last || !known {
			return false
		}
	}
	return s.Withdraw == nil || s.Withdraw.From > 0 && hash.MatchString(s.Withdraw.Chain)
}
