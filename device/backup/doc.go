// Package backup reads local backups: the folders that Finder, iTunes, Apple Devices and other
// tools write when they back up an iPhone or iPad to a computer.
//
// [Find] locates them, [Read] reads their three property lists, [Quick] and [Deep] verify them
// statement by statement, and [Evidence] reads the device's own records of its iCloud backups.
// Most of that requires [Unlock] first if the backup is encrypted; anything not read is
// reported as unknown, never as fine.
//
// The package is read-only: it writes nothing to a backup folder, not even a lock. Its input is
// untrusted: property lists are bounded before decoding, lengths and counts are limited, names
// become paths only if they are forty hexadecimal digits, and links out of the folder are never
// followed.
package backup
