// Package ledger is the database of a hub: the reports of devices from many benches, and the
// questions that are asked of all of them.
//
// [Open] opens it, in a SQLite file or in PostgreSQL. [Store.Put] keeps reports; the
// questions are [Store.Devices], [Store.Find], [Store.Stale], [Store.Changes],
// [Store.ChangeCounts], [Store.Story], [Store.Report], [Store.Totals], [Store.Sites] and
// [Store.Benches]. Lists come in pages, each of which begins where the one before ended.
//
// What is promised:
//
//   - A report that Put returned for is on the disk. The same report twice counts once, and
//     a Put that failed has kept nothing.
//   - Reports may come in any order. How a device stands is what the newest reading of it
//     said; the same reports give the same state, however they came.
//   - The time of a reading is the bench's, corrected by how far its clock was off as it sent the
//     report, and never later than the arrival. A reading that would be later was dated by a clock
//     that jumped: it is kept and marked, and counts only as long as there is no other of the
//     device.
//   - What was not read says nothing. A cause ends when its check was read to be well, and
//     not when it could not be read, or when the device could not be examined.
//   - A device that was asked for and was not there is no reading of it.
//   - Several hubs may use one database. They take turns in writing.
//   - A database that is newer than this program is refused, and left as it is.
//
// No question looks at all rows: how each device stands, how each cause came and went, and
// the counts of both are kept up with every report.
//
// A device is identified by the id in the report, which is taken as it is: benches that
// redact send a pseudonym that stays the same. All texts are a stranger's: they are bounded
// here, and are to be cleaned before they are shown.
//
// Both engines are used by database/sql, with one text of SQL for both. What that costs for
// each row is of no weight here, where rows come by the page.
package ledger
