// Package safeplist decodes property lists from untrusted sources: a device's replies, and
// files of a backup.
//
// General decoders trust their input: a binary list of under 400 bytes whose arrays share
// their elements unfolds until memory ends, XML nested 900,000 deep overflows the stack, and
// a bare word decodes as an OpenStep string. [Parse] counts values and depth while it
// decodes, stops at its [Limits], and takes nothing but XML and binary lists.
//
// It is lenient about single values, because real devices send control characters, numbers
// over 64 bits and years beyond 9999 in otherwise sound replies: a value that cannot be
// decoded answers device.Undecodable when asked for, and the values beside it are kept.
//
// Every error is a [device.Reason] and quotes nothing of the list, because it may hold keys.
package safeplist
