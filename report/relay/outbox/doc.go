// Package outbox keeps reports in a bench's own database until the stream has acknowledged
// them.
//
// [Add] puts a report into the table of [Migration] on whatever connection it is given, so
// that a report and its row of the bench's history come into being in one transaction, or
// neither does. [Pump.Run] takes reports out again, oldest first: each is published, its
// acknowledgement waited for, and only then removed. Where the program dies in between, the
// report is published again under the same id, and whoever counts, counts it once.
//
// The package knows nothing of the stream: it is given functions.
package outbox
