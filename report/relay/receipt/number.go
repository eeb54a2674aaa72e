package receipt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
)

// ErrOtherLedger is returned for a receipt about reports that the bench does not have: its ledger
// was restored or copied, and assigned numbers twice.
var ErrOtherLedger = errors.New("the receipt is for other reports under the same numbers")

// A Number is the position of a report in the ledger of a bench.
type Number struct {
	Ledger   string // ID of the ledger: 32 hex digits
	Sequence int64  // from 1, without gaps
	Chain    string // hash over the ledger ID and the IDs of its reports up to this one: 32 hex digits
}

// hash matches a ledger ID or a chain.
var hash = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Valid reports whether a number is well-formed.
func (n Number) Valid() bool {
	return hash.MatchString(n.Ledger) && n.Sequence > 0 && hash.MatchString(n.Chain)
}

// NewLedger returns a new random ledger ID.
func NewLedger() string {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// Start returns the chain before the first report of a ledger.
func Start(ledger string) string { return Next("", ledger) }

// Next returns the chain after a report with this ID.
func Next(chain, id string) string {
	sum := sha256.Sum256([]byte(chain + "\n" + id))
	return hex.EncodeToString(sum[:16])
}

// A Range is an inclusive range of numbers.
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

// Len returns the count of numbers in r.
func (r Range) Len() int64 { return r.Last - r.First + 1 }

// An Item is one report to be sent by a bench.
type Item struct {
	Number Number // zero until numbered by the ledger
	ID     string // of the message, a UUIDv7
	Cut    string // what envelope.Pack left out
	Report []byte // JSON, as envelope.Pack wrote it
}

// A Ledger is one series of numbers at a bench, and what its hub has of it.
type Ledger struct {
	ID        string
	Bench     string // name under which its reports are sent; "" until a hub has assigned one
	Last      int64  // highest number assigned
	Waiting   int64  // reports still here that no receipt covers
	Received  int64  // receipts cover all numbers up to this one
	Chain     string // of Received
	SetAside  int64  // covered reports that the hub set aside
	Lost      int64  // numbers that neither side has
	Withdrawn int64  // number from which on the hub should withdraw its receipts; 0 for none
	Closed    bool   // replaced by another ledger, which the hub does not know yet
	Missing   []Range
}
