// Package receipt counts the reports of a bench by number, at the bench and at its hub.
//
// A bench numbers its reports from 1, without gaps, in a ledger with a random id. The hub
// returns a [Receipt] once its database has committed: the highest number without a gap, and
// the ranges missing above it. The bench sends whatever no receipt covers, so one loop is
// retry, repair of gaps, resend, and refill after a stream or a database was lost.
//
// A ledger that was restored or copied gives a number twice. Each number therefore carries a
// chain, a hash over the ids of all reports up to it: a receipt whose chain the bench does not
// have is for another ledger, and the bench continues under a new id. Reports count by their own
// ids, so nothing is counted twice.
//
// [State] is the arithmetic of the hub, the same in its database and in tests.
package receipt
