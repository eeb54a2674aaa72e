package format

import "github.com/backupdoctor/backupdoctor/report"

// CSVCell is a text as it can stand in a table for spreadsheets: cleaned, and with an
// apostrophe before a sign that would begin a formula.
func CSVCell(text string) string { return harmless(report.Clean(text)) }
