// Package ledger stores and queries device reports. A ledger is either the history of a bench, on
// its own computer, or the database of a hub, which receives reports from many benches. Both have
// the same tables, queries and names.
//
// [OpenHistory] opens the ledger of this computer, in a SQLite file; a [Recorder] stores a run in
// it as it progresses. [Open] opens the ledger of a hub, in a SQLite file or in PostgreSQL, and
// [Store.Put] stores reports in it. The queries are [Store.Devices], [Store.Find], [Store.Device],
// [Store.Stale], [Store.Changes], [Store.ChangeCounts], [Store.Story], [Store.Report],
// [Store.Runs], [Store.Health], [Store.Totals], [Store.Sites], [Store.Benches] and [Store.Export].
// Lists are paginated; each page begins where the previous one ended.
//
// Guarantees:
//
//   - A report acknowledged as stored survives the end of the process, however it ends. Reports for
//     which Put returned and finished runs also survive a power failure. A failed operation stores
//     nothing. The same report stored twice counts once.
//   - Several processes may use one ledger. Writers take turns.
//   - A ledger written by a newer version, or a file of another program, is left unchanged. An
//     unreadable history is never overwritten: it is renamed, but only while no other process has
//     it open, and whatever can be read is copied to a new one. [Store.Recovery] returns the new
//     name.
//   - Opening a file for reading changes neither the file nor its folder.
//   - A bench with a wrong clock does not change the order of a device's visits: on the bench they
//     are in the order of writing, on a hub in the order of their times, regardless of the order of
//     arrival. The same reports give the same state.
//   - On a hub the time of a reading is the bench's, corrected by how far its clock was off when it
//     sent the report, and never later than the arrival. A reading that would be later was dated by
//     a clock that jumped: it is stored and marked, and counts only as long as the device has no
//     other reading.
//   - A check that was not read proves nothing. A cause ends when its check was found healthy, not
//     when the check could not be read or the device could not be examined.
//   - A device that was requested but absent, or of which only a backup was read, does not count as
//     read.
//
// No query scans all rows: the state of each device, the start and end of each cause, the search
// terms of a device, and all counts, also those of the causes that began or ended in a period, are
// updated with every report.
//
// Text from reports is untrusted: it is bounded here, and must be cleaned before it is shown. File
// contents are untrusted too, and are bounded before they are decoded.
//
// SQLite and PostgreSQL are used through database/sql, with the same SQL for both.
package ledger
