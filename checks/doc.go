// Package checks asks a [device.Snapshot] a list of questions and answers with findings:
// why iCloud Backup fails on that device, with the evidence and the documented remedy.
//
// [All] is the list, in order. [Run] judges every check, [Diagnose] folds symptoms under
// their causes and merges the remedies into one plan. Everything here is a pure function
// of the snapshot: no clock, disk, network or environment, so that the same recording
// gives the same diagnosis on any machine.
package checks
