// Package suppressions removes findings that a user chose to suppress.
//
// [Read] reads a hand-written list of suppressions, and [List.Apply] takes them out of the
// findings for one device before these are combined into a diagnosis. Suppressed findings are
// kept separately, with the reason given: they are always counted, and never lost. A list is
// untrusted input, so it is bounded before it is decoded.
package suppressions
