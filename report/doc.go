// Package report puts what was found into one document: its types are the contract that
// programs read.
//
// [New] makes a [Report] of a run, [Merge] makes one of several, [Compare] says what has
// become of the causes between two, and [Read] reads one that was saved. The types stand
// apart from those of packages device and checks, so that a change inside cannot move the
// contract, and each document has a number and a JSON Schema. Package report/format writes
// all of them.
//
// What follows from the findings is decided here and once: which of them are causes, the
// counts, the exit code, and what a redacted report hides. Which findings there are and in
// what order comes from checks. The texts of a device are untrusted: [Clean] makes one fit
// to print. The package reads no clock, file or environment: the same run always gives the
// same report.
package report
