package receipt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
)

// ErrOtherLedger is a receipt for reports that a bench does not have: its ledger was restored
// or copied, and gave numbers twice.
var ErrOtherLedger = errors.New("the receipt is for other reports under the same numbers")

// A Number is the place of a report in the ledger of a bench.
type Number struct {
	Ledger   string // id of the ledger: 32 hex digits
	Sequence int64  // from 1, without gaps
	Chain    string // hash over the ledger and the ids of its reports up to this one: 32 hex digits
}

// hash is a ledger id or a chain.
var hash = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Valid reports whether a number has the form that a bench gives it.
func (n Number) Valid() bool {
	return hash.MatchString(n.Ledger) && n.Sequence > 0 && hash.MatchString(n.Chain)
}

// NewLedger returns a new random ledger id.
func NewLedger() string {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// Start is the chain before the first report of a ledger.
func Start(ledger string) string { return Next("", ledger) }

// Next is the chain after a report with this id.
func Next(chain, id string) string {
	sum := sha256.Sum256([]byte(chain + "\n" + id))
	return hex.EncodeToString(sum[:16])
}

// A Range is a run of numbers, both ends included.
type Range struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

func (r Range) String() string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// Len counts the numbers in r.
func (r Range) Len() int64 { return r.Last - r.First + 1 }

// An Item is one report that leaves a bench.
type Item struct {
	Number Number // zero until the ledger has numbered it
	ID     string // of the message, a UUIDv7
	Cut    string // what envelope.Pack left out
	Report []byte // JSON, as envelope.Pack wrote it
}

// A Ledger is one series of numbers at a bench, and what its hub has of it.
type Ledger struct {
	ID        string
	Bench     string // name under which its reports are sent; "" until a hub gave one
	Last      int64  // highest number given
	Waiting   int64  // reports that no receipt covers and that are still here
	Received  int64  // receipts cover all numbers up to this one
	Chain     string // of Received
	SetAside  int64  // covered reports that the hub keeps aside
	Lost      int64  // numbers that neither side has
	Withdrawn int64  // number from which the hub is asked to withdraw its receipts; 0 for none
	Closed    bool   // another ledger has taken its place, and the hub was not told yet
	Missing   []Range
}
