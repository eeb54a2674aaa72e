// Package report turns the results of a run into a document. Its types are the format that
// other programs read.
//
// [New] makes a [Report] of a run, [Merge] combines several reports, [Compare] compares the
// causes in two, and [Read] reads a saved one. The types are separate from those of packages
// device and checks, so that internal changes cannot change the format. Each document has a
// schema number and a JSON Schema. Package report/format writes them all.
//
// This package alone decides what follows from the findings: which are causes, the counts, the
// exit code, and what a redacted report hides. Package checks decides which findings there are,
// and their order. Text from a device is untrusted: use [Clean] before printing it. The package
// reads no clock, file or environment: the same run always gives the same report.
package report
