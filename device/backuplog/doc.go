// Package backuplog extracts information about iCloud backups from a device's log. It only
// parses text; getting the log is up to its callers.
//
// [ParseLine] parses a line of a saved log, [Understand] interprets one line, and a [Log]
// groups lines into attempts ([device.Attempt]).
//
// Four processes matter. backupd makes iCloud backups, and its scheduler logs what it is
// waiting for. Preferences is the Settings app, which logs the state of its iCloud Backup
// page. Setup is Setup Assistant, which can force a backup. ReportCrash reports a crash of
// backupd during an attempt. BackupAgent2, which makes backups to computers, logs errors
// that look the same; its lines are ignored. The Time Machine daemon of a Mac is also
// called backupd; its lines are counted separately.
//
// Retail devices log most strings as <private>. Error domains, error codes and flags are
// always readable, and this package relies only on those. It does not decide what a code
// means.
//
// Lines come from a device or from an untrusted file: messages are truncated to [MaxText]
// bytes, and only the relevant lines of a long log are kept.
package backuplog
