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
