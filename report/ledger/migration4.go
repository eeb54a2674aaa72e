package ledger

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
