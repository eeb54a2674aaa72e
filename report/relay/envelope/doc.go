// Package envelope defines the message from a bench to a hub: one report in an envelope, as JSON.
// It is a contract between programs of different versions, so its types depend on no others and
// have their own version number.
//
// [Pack] shortens the JSON of a report to the allowed size and reports what it left out. [Seal]
// puts it into an envelope; [Open] takes it out on the other side, which trusts none of it: lengths
// are checked before anything is decoded, and an error has a [Reason] why an envelope cannot be
// opened.
//
// The version number is MAJOR.MINOR. Within one MAJOR fields are only added, so an old hub ignores
// the additions of a new bench and passes them on in [Envelope.Report]. An unknown MAJOR is
// refused, set aside and counted.
//
// The package is independent of the transport.
package envelope
