// Package safeplist decodes property lists from untrusted sources: replies of devices and
// files of backups.
//
// General decoders trust their input: a binary list of under 400 bytes with shared arrays
// expands until memory runs out, XML nested 900,000 deep overflows the stack, and a bare
// word decodes as an OpenStep string. [Parse] counts values and depth while decoding, stops
// at its [Limits], and accepts only XML and binary lists.
//
// It is lenient about single values, because real devices send control characters, numbers
// over 64 bits and years beyond 9999 in otherwise valid replies. Only getting such a value
// fails, with device.Undecodable; all other values are kept.
//
// Every error is a [device.Reason] without any content of the list, which may hold keys.
package safeplist
