package history

// migration3 keeps how many devices a run set out to examine, NULL where that was not known,
// and puts the visits of a device into the order in which they were written: the clock of a
// computer may have been wrong, and then its dates are in no order.
const migration3 = `
ALTER TABLE runs ADD COLUMN total INTEGER;
DROP INDEX devices_by_key;
DROP INDEX devices_seen;
CREATE INDEX devices_by_key ON devices (key);
CREATE INDEX devices_seen ON devices (key) WHERE seen = 1;
CREATE INDEX devices_seen_by_time ON devices (key, taken) WHERE seen = 1;
`
