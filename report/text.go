package report

// Clean makes a stranger's text safe to show, on one line: control characters, escapes,
// bidirectional and invisible marks are dropped, and white space becomes single spaces.
func Clean(text string) string { return clean(text) }

// CSVCell is a text as it can stand in a table for spreadsheets: cleaned, and with an
// apostrophe before a sign that would begin a formula.
func CSVCell(text string) string { return harmless(clean(text)) }
