package history

// migration4 numbers what leaves for a hub, in place of an outbox that forgot what it had
// handed over.
//
// A ledger is a series of numbers without gaps, under a random id. bench is the name under
// which its reports are sent, "" until a hub has given one. The receipts of the hub cover all
// numbers up to received; set_aside and lost are the hub's counts among them. From withdrawn on
// the hub is asked to forget its receipts, 0 for none. closed is 1 once another ledger has
// taken its place, and 2 when the hub knows.
//
// A message is one report, packed as it was when its device was kept. Its row stays, without
// the report, when that is forgotten: the hub can then be told that it is lost. device is the
// row of the visit. missing are numbers that a recovery did not find.
const migration4 = `
DROP TABLE outbox;
CREATE TABLE ledgers (
	ledger INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	bench TEXT NOT NULL,
	received INTEGER NOT NULL DEFAULT 0,
	set_aside INTEGER NOT NULL DEFAULT 0,
	lost INTEGER NOT NULL DEFAULT 0,
	withdrawn INTEGER NOT NULL DEFAULT 0,
	closed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE messages (
	message INTEGER PRIMARY KEY,
	ledger INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	id TEXT NOT NULL UNIQUE,
	chain TEXT NOT NULL,
	device INTEGER NOT NULL,
	cut TEXT NOT NULL,
	report BLOB,
	UNIQUE (ledger, sequence)
) STRICT;
CREATE INDEX messages_of_device ON messages (device);
CREATE TABLE missing (
	missing INTEGER PRIMARY KEY,
	ledger INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL
) STRICT;
`
