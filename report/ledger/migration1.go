package ledger

// migration1 makes the tables. Times are seconds since 1970. A text that is unknown is "".
//
// checks have, of a check that this program did not know, the bench that sent it first (sender).
//
// reports, visits, findings and details are what came, and are only added to. A visit is
// what one report tells of one device; taken is by the hub's clock, and ahead says that it would
// be later than it was received, so that a clock jumped. clock of a bench is how many seconds its
// clock was ahead when it sent its last report. findings hold of each check of a visit the gravest
// status. details hold the whole report, packed; cut says what was left out of
// it on its way.
//
// devices, causes and counts are made of the visits, and are kept up with each. A device has
// what its newest visit said, and causes says of each check that was ever unwell on it when
// it came (since), was last found (seen) and was read to be well (fixed; 0 if it was not).
// root is 1 for what counts as a cause, 0 for a mere symptom and for what was suppressed; site
// is the device's.
//
// backup is the end of the last good iCloud backup, 0 if there never was one, and the
// greatest number if it is unknown: in this order those that were not backed up for N days
// are one range. In counts, the site "" is the whole fleet. probes have what each hub wrote last
// to see whether the database keeps it.
const migration1 = `
CREATE TABLE checks (
	check_number {key},
	name {text} NOT NULL UNIQUE,
	sender {text} NOT NULL
) {rows};

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

CREATE TABLE details (
	report {key},
	json {blob} NOT NULL
) {rows};

CREATE TABLE devices (
	device {key},
	udid {text} NOT NULL UNIQUE,
	first {int} NOT NULL,
	visits {int} NOT NULL,
	earlier_backup {int} NOT NULL,
	earlier_at {int} NOT NULL,
	visit {int} NOT NULL,
	report_id {text} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	ahead {int} NOT NULL,
	bench {text} NOT NULL,
	site {text} NOT NULL,
	slot {text} NOT NULL,
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
	backup {int} NOT NULL,
	no_backup {text} NOT NULL
) {rows};
CREATE INDEX devices_by_taken ON devices (taken, device);
CREATE INDEX devices_by_backup ON devices (backup, device);
CREATE INDEX devices_by_backup_taken ON devices (backup, taken, device);
CREATE INDEX devices_by_site_taken ON devices (site, taken, device);
CREATE INDEX devices_by_site_backup ON devices (site, backup, device);
CREATE INDEX devices_by_bench_taken ON devices (bench, taken, device);
CREATE INDEX devices_by_bench_backup ON devices (bench, backup, device);
CREATE INDEX devices_by_verdict_taken ON devices (verdict, taken, device);
CREATE INDEX devices_by_verdict_backup ON devices (verdict, backup, device);
CREATE INDEX devices_by_serial ON devices (serial, device);

CREATE TABLE visits (
	visit {key},
	report {int} NOT NULL,
	device {int} NOT NULL,
	received {int} NOT NULL,
	taken {int} NOT NULL,
	ahead {int} NOT NULL,
	bench {text} NOT NULL,
	site {text} NOT NULL,
	slot {text} NOT NULL,
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
	backup {int} NOT NULL,
	no_backup {text} NOT NULL
) {rows};
CREATE INDEX visits_of_device ON visits (device, taken, visit);
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
`
