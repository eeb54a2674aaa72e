package ledger

// migration1 creates the tables. Times are seconds since 1970. Unknown texts are "".
//
// checks: sender is the bench that first sent a check that this program did not know.
//
// runs, reports, visits, findings and details hold the received data. A visit is what one report
// says about one device. Visits are ordered by place: on a bench the number of the visit, since its
// clock may have been wrong, and on a hub the time of the reading, since reports arrive in any
// order. On a hub taken is by the hub's clock, and ahead marks a reading dated after its arrival,
// which means that a clock jumped. The clock of a bench is how many seconds it was ahead when the
// bench sent its last report. seen means that the device itself was read, and not only a backup of
// it. findings hold the most severe status of each check of a visit. details hold the whole report,
// packed; cut says what was left out before it was sent. An unfinished run has 0 in finished, one whose end is unknown -1; exit
// and total are -1 if unknown.
//
// devices, causes, names and counts are derived from the visits, and updated with each visit. A
// device is identified by its key: its UDID without hyphens, or the folder of its backup. Its row
// has the data of its newest visit. causes has a row for each check that was ever unwell on the
// device: when that began (since), was last found (seen), and was found healthy (fixed; 0 if it was
// not). root is 1 for a cause, and 0 for a mere symptom or a suppressed finding; site is the site
// of the device. names are the search terms of a device, in lower case; certain marks those that
// should be unique: the serial number and the inventory row.
//
// backup is the end of the last good iCloud backup, 0 if there never was one, and the largest
// number if it is unknown: in this order, the devices not backed up for N days are a single range.
// In counts, the site "" is the whole fleet. probes have the last value that each hub wrote to
// verify that the database keeps data.
//
// outgoing, messages and missing are what a bench sends to a hub. outgoing are series of numbers
// without gaps, each with a random ID. bench is the name under which its reports are sent, "" until
// a hub has assigned one. The receipts of the hub cover all numbers up to received; set_aside and
// lost are the hub's counts among them. withdrawn is the number from which on the hub should
// discard its receipts, 0 for none. closed is 1 once another series has replaced this one, and 2
// when the hub knows. A message is one report, packed when its visit was stored. Its row outlives
// the report, so that the hub can be told that the report is lost. missing are numbers that a
// recovery did not find.
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
