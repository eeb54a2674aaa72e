// Package backuplog understands what a device's log tells of iCloud backups. It only ever
// reads text: where the log comes from is the business of others.
//
// [ParseLine] takes a line of a saved log apart, [Understand] says what one line means for
// iCloud Backup, and a [Log] adds lines up to attempts, as a [device.Attempt] holds them.
//
// Five processes count. backupd makes iCloud backups, and its scheduler says what it waits
// for. Preferences is the Settings app, which tells what its iCloud Backup page shows. Setup
// is Setup Assistant, which can make a device back up. BackupAgent2 makes backups to
// computers, with errors that look the same: its lines are never taken for backupd's.
// Where backupd dies in the middle of an attempt, ReportCrash says so. The daemon of a Mac's
// Time Machine is called backupd, too: its lines are counted apart.
//
// On a device sold in a shop the log hides most texts as <private>. Error domains, their
// numbers and flags are never hidden, and they are all that is relied on here. What a number
// means is not decided here either.
//
// Lines come from a device or from a stranger's file: texts are cut at [MaxText] bytes, and
// of a long log the telling lines are kept, not all.
package backuplog
