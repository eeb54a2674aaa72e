// Package format writes reports for people and for programs: [WriteTable] for terminals,
// [WriteJSON] for programs, [WriteCSV] and [WriteCSVFindings] for spreadsheets, [WriteMarkdown]
// for tickets, [WriteHTML] for browsers, [WriteJUnit] for CI servers and [WritePrometheus] for
// alerts. [WriteEvent] writes a run while it is in progress. [Explain], [Checks] and [Devices]
// print the output of other commands in the same layout.
//
// This package decides nothing: findings, their order, severity and the exit code come from the
// report. Text from a device is untrusted: every writer cleans it first, except the JSON
// writers, which escape it. The same report always gives the same bytes.
package format
