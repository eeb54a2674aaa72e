// Package backup is the door to local backups: the folders that Finder, iTunes, Apple
// Devices and other tools write when they back an iPhone or iPad up to a computer.
//
// [Find] looks for them, [Read] says what their three property lists say, [Quick] and
// [Deep] show or refute what is so of every whole backup, and [Evidence] reads what the device
// itself had on record about its iCloud backups. An encrypted backup needs [Unlock] first
// for most of that; what was not read is unknown, never fine.
//
// It only ever reads: nothing is written into a backup folder, not even a lock. What it
// reads was written by a stranger: property lists pass a guard, lengths and counts are
// bounded, names become paths only if they are forty hexadecimal digits, and nothing is
// followed out of the folder.
package backup
