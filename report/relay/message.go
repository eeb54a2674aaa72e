package relay

import (
	"bytes"
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// Headers of a report in transit.
const (
	SchemaHeader = "Backupdoctor-Schema"
	BenchHeader  = "Backupdoctor-Bench"
	ToolHeader   = "Backupdoctor-Tool"
	CutHeader    = "Backupdoctor-Cut"
	IDHeader     = "Backupdoctor-Id"
	SentHeader   = "Backupdoctor-Sent"   // when the bench sent it, by its own clock, in RFC 3339
	LedgerHeader = "Backupdoctor-Ledger" // the number of the report, in three parts
	NumberHeader = "Backupdoctor-Number"
	ChainHeader  = "Backupdoctor-Chain"
)

// A Message is one report as received from a bench.
type Message struct {
	envelope.Envelope                // Bench is the one that authenticated; Report is everything that the bench wrote
	Opened            report.Report  // the part of the report known to this version, in the words of the bench
	Number            receipt.Number // in the ledger of the bench; zero if it has none
	Whole             []byte         // the envelope as received
	Arrived           time.Time      // when it reached the hub's stream
	Sent              time.Time      // when the bench sent it, by its own clock; zero if unknown
}

// objectSize is at least what this program needs for one JSON object of a report, in bytes.
const objectSize = 512

// size returns about how much memory a message takes, in bytes. A short text can have many objects.
func (m Message) size() int {
	return len(m.Whole) + len(m.Report) + objectSize*bytes.Count(m.Report, []byte("{"))
}

// A Reject is a message that can never be stored.
type Reject struct {
	Bench  string // the bench that authenticated
	ID     string // from its header; "" without one
	Number receipt.Number
	Reason envelope.Reason
	Why    string
	Whole  []byte
}

// A Store permanently stores the reports of a hub. When a method returns without error, its data is
// committed. All methods are idempotent: a repeated message or statement changes nothing.
type Store interface {
	// Put commits messages with their numbers, all or none. It sets aside messages that can never
	// be stored.
	Put(ctx context.Context, messages []Message) error
	// SetAside stores a message that can never be stored as a report, and counts its number.
	SetAside(ctx context.Context, reject Reject) error
	// Sync records what a bench states about a ledger, and returns its receipt.
	Sync(ctx context.Context, bench string, statement receipt.Statement) (receipt.Receipt, error)
	// Receipt returns what is committed of a ledger.
	Receipt(ctx context.Context, bench, ledger string) (receipt.Receipt, error)
}

// A Ledger stores and numbers the reports of a bench.
type Ledger interface {
	// Ledgers returns the ledgers that a hub still has to learn about, oldest first.
	Ledgers(ctx context.Context) ([]receipt.Ledger, error)
	// Outgoing returns the reports of a ledger after a number, in order.
	Outgoing(ctx context.Context, ledger string, after int64, limit int) ([]receipt.Item, error)
	// Gone returns numbers whose reports no longer exist here.
	Gone(ctx context.Context, ledger string, within receipt.Range) ([]receipt.Lost, error)
	// ChainBefore returns the chain of the number before sequence.
	ChainBefore(ctx context.Context, ledger string, sequence int64) (string, error)
	// Receive stores a receipt. It returns receipt.ErrOtherLedger if the receipt is for other
	// reports.
	Receive(ctx context.Context, r receipt.Receipt) error
	// Told records that the hub knows of withdrawn receipts, or of a closed ledger.
	Told(ctx context.Context, ledger string, withdrawn int64) error
	// NameBench makes new reports be numbered under this bench name.
	NameBench(ctx context.Context, bench string) error
	// Replace moves reports without a receipt to a new ledger, under new numbers.
	Replace(ctx context.Context, ledger string) error
}

const databaseWithin = 30 * time.Second // of the bench
