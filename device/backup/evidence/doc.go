// Package evidence reads what a device keeps on record about its iCloud backups, and about
// what they depend on, out of the files that hold it: property lists of backupd and its
// neighbours, and the database of accounts.
//
// Each file has a function that reads it into the part of a [device.History] it speaks of.
// They are given bytes, not paths, because the same files come in local backups and in
// sysdiagnose archives. What a file does not say is unknown; a file that cannot be read
// makes everything it would have said unknown, with the reason.
//
// Nothing that names a network, an account or a person is kept.
package evidence
