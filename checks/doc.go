// Package checks runs a list of checks on a [device.Snapshot] and returns findings: why iCloud
// Backup fails on that device, with the evidence and the documented remedy.
//
// [All] is the list, in order. [Run] judges every check, [Diagnose] folds symptoms into their
// causes and merges the remedies into one plan. Everything here is a pure function of the
// snapshot: no clock, disk, network or environment, so the same recording gives the same
// diagnosis on any machine.
//
// What an attached device reports takes precedence. If it does not answer, or is not attached,
// a record counts: its own history of iCloud backups, found in a backup on this computer.
// Findings based on a record state the record's date. A later completed backup makes a failure
// history, and a record older than two weeks yields only warnings and proves no health.
package checks
