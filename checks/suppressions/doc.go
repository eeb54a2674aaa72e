// Package suppressions knows which findings somebody chose not to hear of.
//
// [Read] reads a list of them, as people write it by hand, and [List.Apply] takes them out
// of the findings of one device before these are added up. They are kept beside, with the
// reason that was given: what is silenced is always counted, and never lost. A list may
// come from anywhere, so it is bounded before it is decoded.
package suppressions
