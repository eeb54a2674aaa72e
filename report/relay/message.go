package relay

import (
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/envelope"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// Headers of a report on its way.
const (
	SchemaHeader = "Backupdoctor-Schema"
	BenchHeader  = "Backupdoctor-Bench"
	ToolHeader   = "Backupdoctor-Tool"
	CutHeader    = "Backupdoctor-Cut"
	IDHeader     = "Backupdoctor-Id"
	SentHeader   = "Backupdoctor-Sent"   // when the bench sent it, by its clock, as RFC 3339
	LedgerHeader = "Backupdoctor-Ledger" // the number of the report, in three parts
	NumberHeader = "Backupdoctor-Number"
	ChainHeader  = "Backupdoctor-Chain"
)

// A Message is one report as it came from a bench.
type Message struct {
	envelope.Envelope                // its Bench is the one whose credentials brought it; its Report, all that the bench wrote
	Opened            report.Report  // as much of the report as this version knows
	Number            receipt.Number // in the ledger of the bench; zero where it has none
	Whole             []byte         // the envelope as it came
	Arrived           time.Time      // when the hub's stream had it
	Sent              time.Time      // when the bench sent it, by its clock; zero if it does not tell
}

// A Reject is a message that can never be stored.
type Reject struct {
	Bench  string // whose credentials brought it
	ID     string // as its header says; "" without one
	Number receipt.Number
	Reason envelope.Reason
	Why    string
	Whole  []byte
}

// A Store is where a hub keeps reports for good. What a method returned for is committed. The
// same message or statement may come again, and then changes nothing.
type Store interface {
	// Put commits messages with their numbers, all or none. What can never be stored it sets
	// aside.
	Put(ctx context.Context, messages []Message) error
	// SetAside keeps a message that can never be stored, and counts its number.
	SetAside(ctx context.Context, reject Reject) error
	// Sync takes in what a bench states of a ledger, and returns its receipt.
	Sync(ctx context.Context, bench string, statement receipt.Statement) (receipt.Receipt, error)
	// Receipt is what is committed of a ledger.
	Receipt(ctx context.Context, bench, ledger string) (receipt.Receipt, error)
}

// A Ledger is where a bench keeps and numbers its reports.
type Ledger interface {
	// Ledgers are those that a hub must still hear of, the oldest first.
	Ledgers(ctx context.Context) ([]receipt.Ledger, error)
	// Outgoing are the reports of a ledger behind a number, in order.
	Outgoing(ctx context.Context, ledger string, after int64, limit int) ([]receipt.Item, error)
	// Gone are numbers whose reports are no longer here.
	Gone(ctx context.Context, ledger string, within receipt.Range) ([]receipt.Lost, error)
	// ChainBefore is the chain of the number before one.
	ChainBefore(ctx context.Context, ledger string, sequence int64) (string, error)
	// Receive keeps a receipt, or is receipt.ErrOtherLedger.
	Receive(ctx context.Context, r receipt.Receipt) error
	// Told notes that the hub has heard of withdrawn receipts, or of a closed ledger.
	Told(ctx context.Context, ledger string, withdrawn int64) error
	// NameBench has new reports numbered for a bench of this name.
	NameBench(ctx context.Context, bench string) error
	// Replace numbers what has no receipt in a new ledger.
	Replace(ctx context.Context, ledger string) error
}

const databaseWithin = 30 * time.Second // of a bench
