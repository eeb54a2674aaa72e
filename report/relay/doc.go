// Package relay delivers reports from benches to a hub. A [Bench] publishes from its own ledger to
// the stream of a [Hub] or a [Guest] through NATS JetStream, which only transports reports and
// replicates them between nodes. The hub moves them to a [Store] and returns receipts. Guarantees:
//
//  1. A report is received once the database of the hub has committed it. Only a receipt says so.
//  2. A bench keeps every report, and sends whatever no receipt covers. This one loop covers
//     retries, gap repair, resending, and refilling after the loss of a hub, stream or database.
//  3. So a report arrives at least once. It counts once, because its ID never changes.
//  4. The reports of a bench arrive in order, except those that had to be retried.
//  5. Connecting, ordering and counting do not depend on clocks.
//  6. A bench states which reports it no longer has. They are counted as lost, by number, on both
//     sides.
//  7. A message that can never be stored is set aside with its reason, counted, and delays no
//     other.
//  8. A bench listens on no port; the hub can only reply to it. It connects by TLS, or within this
//     computer.
//  9. A bench publishes only its own reports, under the name in its credentials. It cannot read,
//     block or impersonate another. A revoked bench is disconnected at once.
//  10. If two benches have the same name, the second is refused while the first is connected. If
//     they connect to different nodes of a cluster, one of them is refused within half a minute.
//
// Package receipt has the arithmetic of numbers and receipts.
package relay
