package ledger

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
