package report

import (
	"encoding/json"
	"io"
)

// WriteEvent writes an event as one line of JSON.
func WriteEvent(w io.Writer, e Event) error { return json.NewEncoder(w).Encode(e) }
