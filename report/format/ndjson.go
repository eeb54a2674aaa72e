package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// WriteEvent writes one event as one line of JSON, in a single Write, so that lines of
// several writers do not mix. Texts are escaped as WriteJSON does it: what a device sent
// cannot end the line.
func WriteEvent(w io.Writer, e report.Event) error {
	e.At = e.At.UTC()
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		return fmt.Errorf("writing the event: %w", err)
	}
	if _, err := w.Write(EscapeHidden(line.Bytes())); err != nil {
		return fmt.Errorf("writing the event: %w", err)
	}
	return nil
}
