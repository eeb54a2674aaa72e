package ledger

// migration2 creates the tables of receipts.
//
// identity has one row, by which a hub recognises its database.
//
// ledgers say, for each series of numbers of a bench, which numbers are accounted for: all up to
// through, whose chain is stored, and those in ahead, after a gap. last is the highest number that
// the bench has stated; lost counts the numbers that neither side has.
//
// rejects are messages that can never be stored, in full while there is room: message is NULL
// without room, and number is 0 for a message without one. bytes is the length of message.
const migration2 = `
CREATE TABLE identity (
	id {text} NOT NULL
) {rows};

CREATE TABLE ledgers (
	bench {text} NOT NULL,
	ledger {text} NOT NULL,
	through {int} NOT NULL,
	chain {text} NOT NULL,
	last {int} NOT NULL,
	lost {int} NOT NULL,
	closed {int} NOT NULL,
	heard {int} NOT NULL,
	PRIMARY KEY (bench, ledger)
) {clustered};

CREATE TABLE ahead (
	bench {text} NOT NULL,
	ledger {text} NOT NULL,
	sequence {int} NOT NULL,
	id {text} NOT NULL,
	chain {text} NOT NULL,
	PRIMARY KEY (bench, ledger, sequence)
) {clustered};

CREATE TABLE rejects (
	reject {key},
	bench {text} NOT NULL,
	id {text} NOT NULL,
	ledger {text} NOT NULL,
	sequence {int} NOT NULL,
	reason {text} NOT NULL,
	why {text} NOT NULL,
	received {int} NOT NULL,
	bytes {int} NOT NULL,
	message {blob},
	UNIQUE (bench, id)
) {rows};
CREATE INDEX rejects_of_ledger ON rejects (bench, ledger);
`
