// Package mobilebackup is a client of com.apple.mobilebackup2, the service through which an
// iPhone or iPad writes a backup to a computer.
//
// The device drives the session. [Run] performs the handshake and requests a backup, then serves
// the device like a file server: list this folder, store these files, move those, report the free
// space. The device decides which files to send, and whether to send all or only what changed, by
// what it finds in the folder.
//
// A [Folder] is the only place the device may read and write. Its paths are untrusted input:
// nothing outside the folder is ever read, written, moved or removed, and no link out of it is
// followed. A file replaces an existing one rather than overwriting it, so copies that share its
// blocks or its inode are unaffected. It gets its name only when it is complete, except in
// Snapshot: there a process that is killed can leave part of a file, and the computer that stops a
// file without its data, so before the next session the caller removes from Snapshot what was not
// passed to Kept. Before a response that lets the device enter its next state, everything it has
// sent is synced to disk.
//
// Besides responses, the only requests sent are Hello and Backup; see [Permitted]. The protocol
// was implemented from notes on its behavior and has not been tried with a real device; the
// README lists what only a phone can answer.
package mobilebackup
