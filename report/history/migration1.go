package history

// migration1 makes the tables. Times are seconds since 1970. A text that is unknown is "".
//
// A device has one row for each time that it was read, identified by its key, the bare UDID.
// seen says that the device itself was there, and not only a backup of it. What is asked of
// many devices stands in columns; the whole of what was reported, in details.
const migration1 = `
CREATE TABLE runs (
	run INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	started INTEGER NOT NULL,
	finished INTEGER,
	tool TEXT NOT NULL,
	host TEXT NOT NULL,
	subject TEXT NOT NULL,
	partial INTEGER NOT NULL DEFAULT 0,
	exit INTEGER,
	report BLOB
) STRICT;
CREATE INDEX runs_by_start ON runs (started);

CREATE TABLE devices (
	device INTEGER PRIMARY KEY,
	run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
	key TEXT NOT NULL,
	taken INTEGER NOT NULL,
	seen INTEGER NOT NULL,
	udid TEXT NOT NULL,
	serial TEXT NOT NULL,
	name TEXT NOT NULL,
	slot TEXT NOT NULL,
	location TEXT NOT NULL,
	asset TEXT NOT NULL,
	model TEXT NOT NULL,
	product TEXT NOT NULL,
	system TEXT NOT NULL,
	version TEXT NOT NULL,
	verdict TEXT NOT NULL,
	headline TEXT NOT NULL,
	reason TEXT NOT NULL,
	retried TEXT NOT NULL,
	backup INTEGER,
	no_backup TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX devices_of_run ON devices (run, key, taken);
CREATE INDEX devices_by_key ON devices (key, taken);
CREATE INDEX devices_seen ON devices (key, taken) WHERE seen = 1;

CREATE TABLE findings (
	device INTEGER NOT NULL REFERENCES devices ON DELETE CASCADE,
	place INTEGER NOT NULL,
	check_id TEXT NOT NULL,
	status TEXT NOT NULL,
	subject TEXT NOT NULL,
	explained_by TEXT NOT NULL,
	PRIMARY KEY (device, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE details (
	device INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
	json BLOB NOT NULL
) STRICT;
`

// migration2 made an outbox, which migration4 replaces.
const migration2 = `
CREATE TABLE outbox (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	id TEXT NOT NULL UNIQUE,
	cut TEXT NOT NULL,
	report BLOB NOT NULL
) STRICT;
`
