// Package safeplist decodes property lists that strangers wrote: a device's replies, and
// files of a backup.
//
// The decoder behind it, howett.net/plist, trusts its input. A binary list of under 400
// bytes whose arrays share their elements unfolds until memory ends, and XML nested
// 900,000 deep overflows the stack; no recover stops either. A bare word decodes as an
// OpenStep string, and an empty body as an empty dictionary. So every list is first read
// by a guard that follows the same grammar without building anything, and only a list
// that stays within its [Limits] is decoded.
//
// [Parse] answers a dictionary whose methods give values with their types checked;
// [Unmarshal] fills a struct. Every error is a [device.Reason] and quotes nothing of the
// list, because it may hold keys.
//
// The package decodes only: it opens no file and no connection.
package safeplist
