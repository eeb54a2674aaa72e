package ledger

// migration2 makes the tables of receipts.
//
// identity has one row, by which a hub knows its database again.
//
// ledgers have for each series of numbers of a bench what is accounted for: all numbers up to
// through, whose chain is kept, and those in ahead, above a gap. last is the highest number
// that the bench has stated; lost counts numbers that neither side has.
//
// rejects are messages that can never be stored, whole while there is room: message is NULL
// for what came after that, and number 0 for what names none. bytes is the length of message.
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
