package format

import (
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// WriteEvent writes one event as one line of JSON, in a single Write, so that lines of
// several writers do not mix. Texts are escaped as WriteJSON does it: what a device sent
// cannot end the line.
func WriteEvent(w io.Writer, e report.Event) error {
	e.At = e.At.UTC()
	return writeLine(w, e)
}
