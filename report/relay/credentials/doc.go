// Package credentials says who may speak to a hub: an operator, an account and one user for
// each bench, as NATS knows them, signed with keys that lie in one folder.
//
// A [Folder] is where benches are added and revoked. [Folder.AddBench] writes the file that a
// bench needs, key included, once; what stays is public but for the operator's own keys. Each
// bench has an account to itself, in which one connection at a time may be: nothing that
// another bench says or stores is in it, so nothing can be read, by whatever name it is asked
// for. From the hub's account it imports three subjects: for its own reports, for its statements,
// and for its receipts, see [Wiring]; the hub imports nothing, and has no way into a bench.
//
// A [Node] is the part of the folder that a running hub needs. It has no key that could sign:
// it can be copied to every node of a cluster.
//
// Files with keys are readable by their owner only. No key stands in an error.
package credentials
