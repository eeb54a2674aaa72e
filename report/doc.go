// Package report puts what was found into one document and writes it for people and for
// programs.
//
// [New] makes a [Report] of a run. The Report is the JSON contract: its types stand apart
// from those of packages device and checks, so that a change inside cannot move it.
// Everything is rendered from it: [WriteTable] for a terminal, [WriteJSON] for programs,
// [WriteCSV] and [WriteCSVFindings] for spreadsheets, [WriteMarkdown] for tickets,
// [WriteJUnit] for CI servers and [WritePrometheus] for alerts. [WriteEvent] tells a run as
// it goes on. [Explain], [List] and [Devices] print what other commands ask for, in the
// same hand.
//
// Nothing is decided here: which findings there are and in what order comes from checks,
// and the exit code is computed once, in New, and is the same in every format. The texts of
// a device are a stranger's: every renderer cleans them first, but those of JSON, which
// escape them. The package reads no clock, file or environment: the same run always gives
// the same bytes.
package report
