// Package receipt counts the reports of a bench by number, at the bench and at its hub.
//
// A bench numbers its reports from 1, without gaps, in a ledger with a random ID. The hub returns a
// [Receipt] once its database has committed: the highest number without a gap, and the ranges
// missing above it. The bench sends whatever no receipt covers. This one loop covers retries, gap
// repair, resending, and refilling after the loss of a stream or database.
//
// A ledger that was restored from a backup, or copied, assigns a number twice. Each number
// therefore carries a chain, a hash over the IDs of all reports up to it: if a receipt has a chain
// that the bench does not have, it is for another ledger, and the bench continues under a new ID.
// Reports are identified by their own IDs, so none counts twice.
//
// [State] is the arithmetic of the hub, the same in its database and in tests.
package receipt
