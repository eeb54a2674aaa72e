// Package credentials manages who may connect to a hub: a NATS operator, and an account with one
// user for each bench, signed with keys in one folder.
//
// Benches are added to and revoked in a [Folder]. [Folder.AddBench] writes, once, the file that a
// bench needs, including its key; apart from the operator's own keys, what remains in the folder is
// public. Each bench has its own account, limited to one connection at a time. Nothing that another
// bench says or stores is in that account, so it cannot read any of it, under any subject. The
// account imports three subjects from the hub's account: for its own reports, its statements and
// its receipts, see [Wiring]. The hub imports nothing, and has no access to a bench.
//
// A [Node] is the part of the folder that a running hub needs. It contains no signing key, and can
// be copied to every node of a cluster.
//
// Files with keys are readable by their owner only. Errors never contain keys.
package credentials
