package format

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// WriteEvent writes one event as one line of JSON in a single Write, so that concurrent writers
// do not mix lines. Texts are escaped as in WriteJSON, so text from a device cannot end the
// line.
func WriteEvent(w io.Writer, e report.Event) error {
	e.At = e.At.UTC()
	return writeLine(w, e)
}
