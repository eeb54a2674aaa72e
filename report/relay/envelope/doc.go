// Package envelope declares what travels from a bench to a hub: one report in its envelope,
// as JSON. It is a contract between programs of different versions, so its types stand by
// themselves and carry a number of their own.
//
// [Pack] makes the JSON of a report short enough to travel and says what it left out. [Seal]
// puts it into an envelope, [Open] takes it out again at the other end, where nothing of it
// is trusted: lengths are bounded before anything is decoded, and an error says with its
// [Reason] why an envelope cannot be opened.
//
// The number of the contract is MAJOR.MINOR. Within one MAJOR fields are only added, so an
// old hub passes over what a new bench adds, and hands it on unread in [Envelope.Report]. A
// MAJOR that a hub does not know is not guessed at: it is refused, set aside and counted.
//
// The package knows nothing of how an envelope travels.
package envelope
