// Package relay brings reports from benches to a hub, on NATS JetStream. A [Bench] keeps them
// in a stream on its disk and publishes them to the stream of a [Hub] or a [Guest]; a [Sink]
// takes them from there. Storing, acknowledging, delivering again and agreeing between nodes
// are JetStream's. What is promised:
//
//  1. Each stream has synced a report to its disk before it acknowledges it; three nodes, two.
//  2. Nothing leaves outbox, bench or hub before whatever comes next has acknowledged it.
//  3. So a report arrives at least once, and by its id, which never changes, counts once.
//  4. Of one bench, reports come in their order, but for those that had to be tried again. The
//     nodes of a cluster take reports side by side, and so in no order.
//  5. No clock is relied upon, but for Keep.Age: neither to connect, nor to order, nor to count.
//  6. A bench out of room discards its oldest reports, counts them, and tells; nothing else is
//     ever discarded unheard. A hub out of room takes nothing, and the benches keep it.
//  7. What can never be stored is set aside with its reason, counted, and holds up nothing.
//  8. A bench listens to nobody, and the hub cannot read, change or purge its stream; only
//     acknowledge, as it must. It speaks TLS, or to this computer only.
//  9. A bench publishes its own reports, under the name that its credentials have, and can
//     neither read, hinder nor impersonate another. One that was revoked is cut off at once.
//  10. Of two benches with one name the second is refused while the first is there; if they
//     come by different nodes of a cluster, one of the two is, within half a minute.
//
// Streams could be sourced from benches instead, as JetStream can by itself. But a source goes
// by sequence numbers: where the stream behind it is another one, as of a bench with a new
// disk, it acknowledges reports that it never stored. Publishing goes by ids.
package relay
