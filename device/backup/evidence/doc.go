// Package evidence reads a device's records of its iCloud backups, and of what they depend on,
// from the files that hold them: property lists of backupd and related daemons, and the
// accounts database.
//
// Each file has a function that decodes it into its part of a [device.History]. The functions
// take bytes rather than paths because the same files occur in local backups and in sysdiagnose
// archives. Values missing from a file are unknown; if a file cannot be read, all of its values
// are unknown, with the reason.
//
// Nothing that identifies a network, an account or a person is kept.
package evidence
