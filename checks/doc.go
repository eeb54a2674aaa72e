// Package checks asks a [device.Snapshot] a list of questions and answers with findings:
// why iCloud Backup fails on that device, with the evidence and the documented remedy.
//
// [All] is the list, in order. [Run] judges every check, [Diagnose] folds symptoms under
// their causes and merges the remedies into one plan. Everything here is a pure function
// of the snapshot: no clock, disk, network or environment, so that the same recording
// gives the same diagnosis on any machine.
//
// What an attached device says counts first. Where it says nothing, and for a device that is
// not here, a record counts: its own history of iCloud backups, as a backup on this computer
// keeps it. Whatever rests on a record is told with the record's date. A good backup that
// completed later makes a failure history, and a record older than two weeks gives warnings
// only and shows no health.
package checks
