package device

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// RecordingKind is the document kind of a recording.
const RecordingKind = "recording"

// RecordingSchema is the schema number of a recording. It is raised when a field is renamed
// or changes its meaning, not when one is added.
const RecordingSchema = 2

// MaxRecordingBytes is the maximum size for ReadRecording. A thousand devices with hundreds
// of apps each take about half of it.
const MaxRecordingBytes = 64 << 20

// A Recording holds the facts of a run, without conclusions. Judging it again gives the
// same report, on any computer and at any time.
type Recording struct {
	Kind      string     `json:"kind" privacy:"public"`          // document kind: recording
	Schema    int        `json:"schema"`                         // schema number of the document kind
	Tool      string     `json:"toolVersion" privacy:"public"`   // version of backupdoctor that wrote it
	Run       string     `json:"run,omitempty" privacy:"public"` // ID of the run, a UUID
	StartedAt time.Time  `json:"startedAt,omitzero"`             // when it began; UTC
	Redacted  bool       `json:"redacted"`                       // Redact was applied to every snapshot
	Snapshots []Snapshot `json:"snapshots"`                      // one per device, in the order they were found
	LeftOut   []LeftOut  `json:"leftOut,omitempty"`              // devices that were listed but not examined
	Jobs      Jobs       `json:"jobs,omitzero"`                  // concurrency of the run
	Gaps      []Gap      `json:"gaps,omitempty"`                 // sources that could not be read, so devices may be missing
}

// A LeftOut device was listed but not examined, because of its connection.
type LeftOut struct {
	UDID       string     `json:"udid" privacy:"private"`      // usbmux / SerialNumber
	Connection Connection `json:"connection" privacy:"public"` // usbmux / ConnectionType
}

// Jobs is how many devices a run examined concurrently.
type Jobs struct {
	Most     int    `json:"most"`                                // maximum number at a time
	Adaptive bool   `json:"adaptive"`                            // the number was not given, and was adjusted automatically
	FellBack Reason `json:"fellBack,omitempty" privacy:"public"` // why it returned to its initial number; "" if it did not
	HeldBack bool   `json:"heldBack"`                            // it was not raised because a backup was running on this computer
}

// WriteRecording writes recording as indented JSON with the current schema number, ignoring
// its own Schema.
func WriteRecording(w io.Writer, recording Recording) error {
	recording.Kind, recording.Schema = RecordingKind, RecordingSchema
	if recording.Snapshots == nil {
		recording.Snapshots = []Snapshot{}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(recording); err != nil {
		return fmt.Errorf("writing the recording: %w", err)
	}
	return nil
}

// ReadRecording reads a recording with the current schema number. Unknown fields are
// ignored, since adding one does not raise the schema number. The file is untrusted: its
// size is limited, and its texts are no more trusted than a device's.
func ReadRecording(r io.Reader) (Recording, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxRecordingBytes+1))
	if err != nil {
		return Recording{}, fmt.Errorf("reading the recording: %w", err)
	}
	if len(data) > MaxRecordingBytes {
		return Recording{}, fmt.Errorf("the recording is larger than %d MiB", MaxRecordingBytes>>20)
	}
	if err := checkSchema(data); err != nil {
		return Recording{}, err
	}
	var recording Recording
	if err := json.Unmarshal(data, &recording); err != nil {
		return Recording{}, fmt.Errorf("the recording cannot be understood: %w", err)
	}
	for i, snapshot := range recording.Snapshots {
		if snapshot.TakenAt.IsZero() {
			return Recording{}, fmt.Errorf("snapshot %d of the recording has no takenAt, so nothing in it can be dated", i+1)
		}
	}
	return recording, nil
}

// checkSchema checks only the schema number, because the rest of a recording from a newer
// version may not match our types.
func checkSchema(data []byte) error {
	var head struct {
		Kind   string `json:"kind"`
		Schema *int   `json:"schema"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("this is not a recording: %w", err)
	}
	switch {
	case head.Schema == nil || *head.Schema < 1:
		return fmt.Errorf("this is not a recording: it has no schema number")
	case *head.Schema == 1:
		return errors.New("schema number 1 is no longer supported: make the recording again")
	case head.Kind != RecordingKind:
		return fmt.Errorf("this is not a recording: its kind is %s", Token(head.Kind))
	case *head.Schema > RecordingSchema:
		return fmt.Errorf("the recording has schema number %d and this version reads %d: use a newer backupdoctor", *head.Schema, RecordingSchema)
	}
	return nil
}

// Redact redacts every snapshot of the recording and the UDIDs in LeftOut; see [Redact].
func (r Recording) Redact() Recording {
	r.Snapshots = slices.Clone(r.Snapshots)
	for i, snapshot := range r.Snapshots {
		r.Snapshots[i] = Redact(snapshot, i+1)
	}
	r.LeftOut = slices.Clone(r.LeftOut)
	for i := range r.LeftOut {
		r.LeftOut[i].UDID = fmt.Sprintf("left-out-%02d", i+1)
	}
	r.Redacted = true
	return r
}
