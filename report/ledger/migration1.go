package ledger

// migration1 makes the tables. Times are seconds since 1970. A text that is unknown is "".
//
// checks have, of a check that this program did not know, the bench that sent it first (sender).
//
// runs, reports, visits, findings and details are what came. A visit is what one report tells
// of one device, in the order of place: on a bench the number of the visit, since its clock may
// have been wrong, and on a hub the time of the reading, since reports come in any order. taken
// is by the hub's clock there, and ahead says that it would be later than it was received, so that
// a clock jumped. clock of a bench is how many seconds its clock was ahead when it sent its last
// report; seen, that the
// device itself was read and not only a backup of it. findings hold of each check of a visit
// the gravest status. details hold the whole report, packed; cut says what was left out of it
// on its way. A run that is not finished has 0 there; exit and total are -1 where unknown.
//
// devices, causes, names and counts are made of the visits, and are kept up with each. A device
// is known by its key, which is its bare UDID, or the folder of its backup. It has what its
// newest visit said, and causes says of each check that was ever unwell on it when it came
// (since), was last found (seen) and was read to be well (fixed; 0 if it was not). root is 1
// for what counts as a cause, 0 for a mere symptom and for what was suppressed; site is the
// device's. names are what a device is found by, in lower case; certain are those that no other
// should have: the serial number and the row of the inventory.
//
// backup is the end of the last good iCloud backup, 0 if there never was one, and the
// greatest number if it is unknown: in this order those that were not backed up for N days
// are one range. In counts, the site "" is the whole fleet. probes have what each hub wrote
// last to see whether the database keeps it.
//
// outgoing, messages and missing are what a bench sends to a hub. outgoing are series of numbers
// without gaps, each under a random id. bench is the name under which its reports are sent, ""
// until a hub has given one. The receipts of the hub cover all numbers up to received; set_aside
// and lost are the hub's counts among them. From withdrawn on the hub is asked to forget its
// receipts, 0 for none. closed is 1 once another series has taken its place, and 2 when the hub
// knows. A message is one report, packed as it was when its visit was kept. Its row stays,
// without the report, when that is forgotten: the hub can then be told that it is lost. missing
// are numbers that a recovery did not find.
const migration1 = `
CREATE TABLE checks (
	check_number {key},
	name {text} NOT NULL UNIQUE,
	sender {text} NOT NULL
) {rows};

CREATE TABLE runs (
	run {key},
	id {text} NOT NULL UNIQUE,
	bench {text} NOT NULL,
	started {int} NOT NULL,
	finished {int} NOT NULL,
	tool {text} NOT NULL,
	host {text} NOT NULL,
	subject {text} NOT NULL,
	partial {int} NOT NULL,
	exit {int} NOT NULL,
	total {int} NOT NULL
) {rows};
CREATE INDEX runs_by_start ON runs (started);

CREATE TABLE reports (
	report {key},
	id {text} NOT NULL UNIQUE,
	bench {text} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	run {text} NOT NULL,
	tool {text} NOT NULL,
	schema_number {int} NOT NULL,
	redacted {int} NOT NULL,
	cut {text} NOT NULL
) {rows};
CREATE INDEX reports_of_run ON reports (run, report);

CREATE TABLE details (
	report {key},
	json {blob} NOT NULL
) {rows};

CREATE TABLE devices (
	device {key},
	key {text} NOT NULL UNIQUE,
	first {int} NOT NULL,
	visits {int} NOT NULL,
	earlier_backup {int} NOT NULL,
	earlier_at {int} NOT NULL,
	visit {int} NOT NULL,
	report_id {text} NOT NULL,
	udid {text} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	place {int} NOT NULL,
	ahead {int} NOT NULL,
	seen {int} NOT NULL,
	bench {text} NOT NULL,
	site {text} NOT NULL,
	slot {text} NOT NULL,
	location {text} NOT NULL,
	serial {text} NOT NULL,
	name {text} NOT NULL,
	product {text} NOT NULL,
	model {text} NOT NULL,
	system {text} NOT NULL,
	version {text} NOT NULL,
	asset {text} NOT NULL,
	verdict {text} NOT NULL,
	headline {text} NOT NULL,
	reason {text} NOT NULL,
	retried {text} NOT NULL,
	backup {int} NOT NULL,
	no_backup {text} NOT NULL
) {rows};
CREATE INDEX devices_by_place ON devices (place, device);
CREATE INDEX devices_by_backup ON devices (backup, device);
CREATE INDEX devices_by_backup_place ON devices (backup, place, device);
CREATE INDEX devices_by_site_place ON devices (site, place, device);
CREATE INDEX devices_by_site_backup ON devices (site, backup, device);
CREATE INDEX devices_by_bench_place ON devices (bench, place, device);
CREATE INDEX devices_by_bench_backup ON devices (bench, backup, device);
CREATE INDEX devices_by_verdict_place ON devices (verdict, place, device);
CREATE INDEX devices_by_verdict_backup ON devices (verdict, backup, device);

CREATE TABLE names (
	name {text} NOT NULL,
	device {int} NOT NULL,
	certain {int} NOT NULL,
	PRIMARY KEY (name, device)
) {clustered};
CREATE INDEX names_of_device ON names (device);

CREATE TABLE visits (
	visit {key},
	report {int} NOT NULL,
	device {int} NOT NULL,
	udid {text} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	place {int} NOT NULL,
	ahead {int} NOT NULL,
	seen {int} NOT NULL,
	bench {text} NOT NULL,
	site {text} NOT NULL,
	slot {text} NOT NULL,
	location {text} NOT NULL,
	serial {text} NOT NULL,
	name {text} NOT NULL,
	product {text} NOT NULL,
	model {text} NOT NULL,
	system {text} NOT NULL,
	version {text} NOT NULL,
	asset {text} NOT NULL,
	verdict {text} NOT NULL,
	headline {text} NOT NULL,
	reason {text} NOT NULL,
	retried {text} NOT NULL,
	backup {int} NOT NULL,
	no_backup {text} NOT NULL
) {rows};
CREATE INDEX visits_of_device ON visits (device, place, visit, taken);
CREATE INDEX visits_of_report ON visits (report, device);

CREATE TABLE findings (
	visit {int} NOT NULL,
	check_number {int} NOT NULL,
	status {text} NOT NULL,
	explained_by {int} NOT NULL,
	PRIMARY KEY (visit, check_number)
) {clustered};

CREATE TABLE causes (
	device {int} NOT NULL,
	check_number {int} NOT NULL,
	status {text} NOT NULL,
	explained_by {int} NOT NULL,
	root {int} NOT NULL,
	since {int} NOT NULL,
	seen {int} NOT NULL,
	fixed {int} NOT NULL,
	site {text} NOT NULL,
	PRIMARY KEY (device, check_number)
) {clustered};
CREATE INDEX causes_open ON causes (since, device, check_number) WHERE root = 1 AND fixed = 0;
CREATE INDEX causes_open_by_check ON causes (check_number, since, device) WHERE root = 1 AND fixed = 0;
CREATE INDEX causes_open_by_site ON causes (site, since, device, check_number) WHERE root = 1 AND fixed = 0;
CREATE INDEX causes_fixed ON causes (fixed, device, check_number) WHERE root = 1 AND fixed > 0;
CREATE INDEX causes_fixed_by_check ON causes (check_number, fixed, device) WHERE root = 1 AND fixed > 0;
CREATE INDEX causes_fixed_by_site ON causes (site, fixed, device, check_number) WHERE root = 1 AND fixed > 0;

CREATE TABLE benches (
	bench {text} PRIMARY KEY,
	site {text} NOT NULL,
	tool {text} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	clock {int} NOT NULL,
	reports {int} NOT NULL
) {clustered};

CREATE TABLE refusals (
	bench {text} NOT NULL,
	reason {text} NOT NULL,
	reports {int} NOT NULL,
	PRIMARY KEY (bench, reason)
) {clustered};

CREATE TABLE probes (
	hub {text} PRIMARY KEY,
	written {int} NOT NULL,
	value {text} NOT NULL
) {clustered};

CREATE TABLE counts (
	site {text} NOT NULL,
	kind {text} NOT NULL,
	name {text} NOT NULL,
	devices {int} NOT NULL,
	PRIMARY KEY (site, kind, name)
) {clustered};

CREATE TABLE outgoing (
	ledger {key},
	id {text} NOT NULL UNIQUE,
	bench {text} NOT NULL,
	received {int} NOT NULL,
	set_aside {int} NOT NULL,
	lost {int} NOT NULL,
	withdrawn {int} NOT NULL,
	closed {int} NOT NULL
) {rows};

CREATE TABLE messages (
	message {key},
	ledger {int} NOT NULL,
	sequence {int} NOT NULL,
	id {text} NOT NULL UNIQUE,
	chain {text} NOT NULL,
	visit {int} NOT NULL,
	cut {text} NOT NULL,
	report {blob},
	UNIQUE (ledger, sequence)
) {rows};
CREATE INDEX messages_of_visit ON messages (visit);

CREATE TABLE missing (
	missing {key},
	ledger {int} NOT NULL,
	first {int} NOT NULL,
	last {int} NOT NULL
) {rows};
`
