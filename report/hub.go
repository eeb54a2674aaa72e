package report

import "time"

// A BenchList lists the benches of a hub, with their state.
type BenchList struct {
	Header
	Benches []HubBench `json:"benches"` // by name
}

// A HubBench is what a hub knows about one bench.
type HubBench struct {
	Name      string    `json:"bench"`              // its name
	Site      string    `json:"site,omitempty"`     // its site; absent if unknown
	State     string    `json:"state"`              // linked, away, revoked, unknown while the hub is stopped, or foreign: added with keys of another hub
	AddedAt   time.Time `json:"addedAt,omitzero"`   // when it was added or revoked; absent if it is foreign
	AwaySince time.Time `json:"awaySince,omitzero"` // when a bench that is away was last seen connected; absent if never
	Waiting   int64     `json:"waiting"`            // reports numbered by the bench that the hub does not have
	InStream  int64     `json:"inStream"`           // reports that the hub's stream holds until the database has them: at most 64, over which the bench waits
	SetAside  int64     `json:"setAside"`           // its messages that can never be stored
	Lost      int64     `json:"lost"`               // reports that neither the bench nor the hub has
	Received  *Bench    `json:"received,omitempty"` // what the database has from it; absent if nothing was ever received
}

// A GapList lists the reports that a hub lacks.
type GapList struct {
	Header
	Ledgers []LedgerGaps `json:"ledgers"` // by bench
}

// A LedgerGaps lists what a hub lacks of one series of numbered reports.
type LedgerGaps struct {
	Bench    string        `json:"bench"`         // bench that numbered the reports
	Ledger   string        `json:"ledger"`        // id of the series of numbers
	Through  int64         `json:"through"`       // all numbers up to this one are accounted for
	Last     int64         `json:"lastNumber"`    // highest number that the bench has stated
	Waiting  int64         `json:"waiting"`       // numbers that have not arrived and still may
	Missing  []NumberRange `json:"missingRanges"` // the waiting numbers
	SetAside int64         `json:"setAside"`      // messages that can never be stored
	Lost     int64         `json:"lost"`          // numbers that neither side has
	Closed   bool          `json:"closed"`        // the bench now numbers its reports in another ledger
	HeardAt  time.Time     `json:"heardAt"`       // when the bench last stated its numbers
}

// A NumberRange is an inclusive range of numbers of reports.
type NumberRange struct {
	First int64 `json:"firstNumber"` // the lowest
	Last  int64 `json:"lastNumber"`  // the highest
}

// A RejectList lists the messages that a hub could not store.
type RejectList struct {
	Header
	Rejects []RejectedMessage `json:"rejects"` // in the order in which they were set aside
}

// A RejectedMessage is a message that can never be stored.
type RejectedMessage struct {
	Reject     int64     `json:"reject"`     // number in this list
	Bench      string    `json:"bench"`      // bench that sent it
	MessageID  string    `json:"messageID"`  // its id, or a hash if it has none
	Reason     string    `json:"reason"`     // too-long, undecodable, unknown-schema, forged, refused, bad-id …
	Why        string    `json:"why"`        // the error in words
	ReceivedAt time.Time `json:"receivedAt"` // when it arrived
	Bytes      int64     `json:"bytes"`      // its length
	Kept       bool      `json:"kept"`       // whether the message is kept in full
}

// A Reject is one rejected message in full.
type Reject struct {
	Header
	RejectedMessage
	Message string `json:"message,omitempty"` // as received; absent if it was not kept
}

// A HubExamination is the state of each part of a hub.
type HubExamination struct {
	Header
	Parts []HubPart `json:"parts"` // the hub, its keys, its database and its benches
}

// A HubPart is the state of one part of a hub.
type HubPart struct {
	Part  string `json:"part"`  // hub, database, keys, or a bench
	State string `json:"state"` // well, warning, failing or unknown
	Seen  string `json:"seen"`  // what was found
}
