// Package ledger keeps reports of devices, and answers what is asked of them: the history of a
// bench, which is the ledger of its computer, and the database of a hub, to which many benches
// send theirs. Tables, queries and names are the same.
//
// [OpenHistory] opens the ledger of this computer, in a SQLite file; a [Recorder] keeps a run in
// it while it happens. [Open] opens that of a hub, in a SQLite file or in PostgreSQL, and
// [Store.Put] keeps reports in it. The questions are [Store.Devices], [Store.Find],
// [Store.Device], [Store.Stale], [Store.Changes], [Store.ChangeCounts], [Store.Story],
// [Store.Report], [Store.Runs], [Store.Health], [Store.Totals], [Store.Sites], [Store.Benches]
// and [Store.Export]. Lists come in pages, each of which begins where the one before ended.
//
// What is promised:
//
//   - A report that was said to be kept outlives the end of the process, however that comes;
//     one that Put returned for, and a run that was finished, outlive a power failure too. What
//     failed has kept nothing. The same report twice counts once.
//   - Several processes may use one ledger. They take turns in writing.
//   - A ledger that is newer than this program, or a file of another, is left as it is. A
//     history that cannot be read is never overwritten: it gets another name, which
//     [Store.Recovery] tells, and only while no other process has it open; what can be read of
//     it is put into the new one.
//   - Opened to be read, a file is not changed, and neither is its folder.
//   - Visits of a device are in an order that no wrong clock of a bench changes: on the bench in
//     that of writing, and on a hub in that of their times, in whatever order they came; the
//     same reports give the same state.
//   - On a hub the time of a reading is the bench's, corrected by how far its clock was off as it
//     sent the report, and never later than the arrival. A reading that would be later was dated
//     by a clock that jumped: it is kept and marked, and counts only as long as there is no other
//     of the device.
//   - What was not read says nothing. A cause ends when its check was read to be well, and
//     not when it could not be read, or when the device could not be examined.
//   - A device that was asked for and was not there, or of which only a backup was read, is no
//     reading of it.
//
// No question looks at all rows: how each device stands, how each cause came and went, what a
// device is found by, and the counts of it all are kept up with every report.
//
// All texts are a stranger's: they are bounded here, and are to be cleaned before they are
// shown. What is read from a file may have been written by anybody, and is bounded before it is
// decoded.
//
// SQLite and PostgreSQL are used by database/sql, with one text of SQL for both.
package ledger
