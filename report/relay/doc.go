// Package relay brings reports from benches to a hub. A [Bench] publishes from its own ledger
// to the stream of a [Hub] or a [Guest] by NATS JetStream, which is transport and replication
// between nodes; the hub brings them to a [Store] and returns receipts. What is promised:
//
//  1. A report is received once the database of the hub has committed it, and a receipt says so.
//     Nothing else does.
//  2. A bench keeps every report, and sends whatever no receipt covers. That one loop is retry,
//     repair of gaps, resend, and refill after a hub, a stream or a database was lost.
//  3. So a report arrives at least once, and by its id, which never changes, counts once.
//  4. The reports of a bench come in their order, but for those that had to be tried again.
//  5. No clock is relied upon: neither to connect, nor to order, nor to count.
//  6. What a bench no longer has it states, and it is counted as lost, by number, on both sides.
//  7. What can never be stored is set aside with its reason, counted, and delays nothing else.
//  8. A bench listens on no port. The hub can only answer it. It speaks TLS, or to this computer
//     only.
//  9. A bench publishes its own reports, under the name in its credentials, and can neither
//     read, hinder nor impersonate another. One that was revoked is cut off at once.
//  10. Of two benches with one name the second is refused while the first is connected; if they
//     come by different nodes of a cluster, one of the two is, within half a minute.
//
// Package receipt has the arithmetic of numbers and receipts.
package relay
