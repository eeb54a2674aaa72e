package ledger

// migration3 creates the table of repairs, which is derived from the reports: each row names the
// newest report that has the repair. ended is 0 while the repair is open.
const migration3 = `
CREATE TABLE repairs (
	repair {text} NOT NULL PRIMARY KEY,
	device {int} NOT NULL,
	report {int} NOT NULL,
	started {int} NOT NULL,
	ended {int} NOT NULL
) {clustered};
CREATE INDEX repairs_by_end ON repairs (ended, started);
CREATE INDEX repairs_by_report ON repairs (report);
`

// migration4 creates the table of trials, which is derived from the reports: the remedies that were
// tried in each repair, once for each cause. backup is the end of the new iCloud backup, 0 while
// there is none. cause is "" if no cause was found. A repair stored by an older version has its
// trials as soon as it is stored again.
const migration4 = `
CREATE TABLE trials (
	repair {text} NOT NULL,
	cause {text} NOT NULL,
	remedy {text} NOT NULL,
	tried {int} NOT NULL,
	backup {int} NOT NULL,
	PRIMARY KEY (repair, cause, remedy)
) {clustered};
CREATE INDEX trials_by_date ON trials (tried, cause, remedy, backup);
`

// migration5 counts the devices that were read only in part, and indexes them.
const migration5 = `
CREATE INDEX devices_incomplete ON devices (place, device) WHERE reason <> '' AND verdict <> 'not-examined';
CREATE INDEX devices_incomplete_by_backup ON devices (backup, device) WHERE reason <> '' AND verdict <> 'not-examined';
INSERT INTO counts (site, kind, name, devices)
	SELECT '', 'reading', 'in-part', count(*) FROM devices
	WHERE seen = 1 AND reason <> '' AND verdict <> 'not-examined';
INSERT INTO counts (site, kind, name, devices)
	SELECT site, 'reading', 'in-part', count(*) FROM devices
	WHERE seen = 1 AND site <> '' AND reason <> '' AND verdict <> 'not-examined' GROUP BY site;
`

// migration6 counts the causes by the period in which they began or ended, in units of changePeriod:
// change is New for those that are open, and Fixed for those that ended.
const migration6 = `
CREATE TABLE periods (
	check_number {int} NOT NULL,
	change {text} NOT NULL,
	period {int} NOT NULL,
	causes {int} NOT NULL,
	PRIMARY KEY (check_number, change, period)
) {clustered};
INSERT INTO periods (check_number, change, period, causes)
	SELECT check_number, 'new', since / 14400 AS period, count(*) FROM causes
	WHERE root = 1 AND fixed = 0 GROUP BY check_number, since / 14400;
INSERT INTO periods (check_number, change, period, causes)
	SELECT check_number, 'fixed', fixed / 14400 AS period, count(*) FROM causes
	WHERE root = 1 AND fixed > 0 GROUP BY check_number, fixed / 14400;
`
