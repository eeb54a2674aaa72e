// Package format writes reports, for people and for programs: [WriteTable] for a terminal,
// [WriteJSON] for programs, [WriteCSV] and [WriteCSVFindings] for spreadsheets,
// [WriteMarkdown] for tickets, [WriteHTML] for browsers, [WriteJUnit] for CI servers and
// [WritePrometheus] for alerts. [WriteEvent] writes a run as it goes on. [Explain], [Checks]
// and [Devices] print what other commands ask for, in the same layout.
//
// Nothing is decided here: findings, their order, severity and the exit code are those of
// the report. The texts of a device are untrusted: every writer cleans them first, except
// those of JSON, which escape them. The same report always gives the same bytes.
package format
