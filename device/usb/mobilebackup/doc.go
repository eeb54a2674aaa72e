// Package mobilebackup is a client of com.apple.mobilebackup2, the service with which an
// iPhone or iPad writes a backup to a computer.
//
// The device drives: [Run] shakes hands, asks for a backup, and then answers what the device
// asks of the computer, as a server of files would: list this folder, take these files, move
// them there, how much room is left. Which files are sent, and whether all of them or only
// what changed, the device decides by what it finds.
//
// A [Folder] is where the device may look and write. Its paths are a stranger's input:
// nothing outside of the folder is ever read, written, moved or removed, and no link is
// followed out of it. A file appears under its name once it is whole, in place of another
// one and never into it: copies that share its blocks or its inode stay as they were. Before
// an answer that lets the device go to its next state, all that it has sent is on the disk.
//
// Of requests only Hello and Backup are sent, beside answers: see [Permitted]. The bytes of
// the protocol come from notes of its behaviour, and were not yet seen on a device; the
// README lists what only a phone can answer.
package mobilebackup
