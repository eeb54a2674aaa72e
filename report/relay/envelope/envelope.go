package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/backupdoctor/backupdoctor/report"
)

// Schema is the contract version that Seal writes. Adding a field increments MINOR; renaming or
// removing one, or changing its meaning, increments MAJOR.
const Schema = "1.0"

// major is the only MAJOR version that Open accepts.
const major = 1

// MaxBytes is the longest allowed envelope. A hub sets longer ones aside.
const MaxBytes = MaxReport + 1<<10

// An Envelope is one report in transit. All fields except the report are claims of the bench; a hub
// accepts the bench name only if it matches the credentials with which the envelope was sent.
type Envelope struct {
	Schema string          `json:"schema"`        // contract version: MAJOR.MINOR
	ID     string          `json:"id"`            // of this message, a UUIDv7 that is never reused
	Bench  string          `json:"bench"`         // the bench that examined the device
	Tool   string          `json:"tool"`          // version of the program that sealed it
	Cut    string          `json:"cut,omitempty"` // what was left out to shorten the report: evidence, findings; absent if nothing
	Report json.RawMessage `json:"report"`        // a report.Report with one device, including unknown fields
}

// A Reason says why an envelope is refused. Reasons are counted and stored, so their values never
// change.
type Reason string

const (
	TooLong       Reason = "too-long"       // longer than MaxBytes
	Undecodable   Reason = "undecodable"    // not JSON of an envelope with a report
	UnknownSchema Reason = "unknown-schema" // envelope or report version unknown to this program
	Forged        Reason = "forged"         // names a different bench than its sender
	Refused       Reason = "refused"        // the store cannot store this report
)

func (r Reason) Error() string {
	switch r {
	case TooLong:
		return fmt.Sprintf("the envelope is longer than %d bytes", MaxBytes)
	case Undecodable:
		return "the envelope cannot be decoded"
	case UnknownSchema:
		return "the envelope has a schema that this version does not know"
	case Forged:
		return "the envelope is forged"
	case Refused:
		return "the report cannot be stored"
	default:
		return string(r)
	}
}

// NewID returns a new UUIDv7.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

// ValidID reports whether id is a version 7 UUID in the spelling of NewID.
func ValidID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.Version() == 7 && parsed.String() == id
}

// benches matches names that are safe in subjects, in file names on any system, and in logs.
var benches = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,47}$`)

// ValidBench reports whether name is a valid bench name: up to 48 lower-case letters, digits,
// hyphens and underscores.
func ValidBench(name string) bool { return benches.MatchString(name) }

// Sendable reports whether the JSON of a report is valid and short enough for an envelope.
func Sendable(report []byte) bool { return len(report) <= MaxReport && gjson.ValidBytes(report) }

// Seal writes an envelope as JSON, with the schema of this version.
func Seal(e Envelope) ([]byte, error) {
	if !ValidID(e.ID) {
		return nil, errors.New("sealing an envelope: its id is not a UUIDv7")
	}
	if !ValidBench(e.Bench) {
		return nil, fmt.Errorf("sealing an envelope: %q is not a valid name for a bench", e.Bench)
	}
	report := []byte(e.Report)
	if report == nil {
		report = []byte("null")
	}
	if !gjson.ValidBytes(report) {
		return nil, errors.New("sealing an envelope: its report is not valid JSON")
	}
	e.Schema, e.Report = Schema, nil // the last field, which is spliced in: encoding it would copy and check it again
	head, err := encode(e)
	if err != nil {
		return nil, fmt.Errorf("sealing an envelope: %w", err)
	}
	sealed := slices.Concat(bytes.TrimSuffix(head, []byte("null}")), report, []byte("}"))
	if len(sealed) > MaxBytes {
		return nil, fmt.Errorf("sealing an envelope: %w", TooLong)
	}
	return sealed, nil
}

// Open reads an envelope and its report, which is in the words of the bench: see [report.Reworded].
// Its errors wrap a Reason.
func Open(sealed []byte) (Envelope, report.Report, error) {
	e, r, err := open(sealed)
	if err != nil {
		return Envelope{}, report.Report{}, err
	}
	return e, r, nil
}

// open tells envelopes of other versions from broken ones: if decoding fails, the version decides
// which of the two is reported.
func open(sealed []byte) (e Envelope, r report.Report, err error) {
	if len(sealed) > MaxBytes {
		return e, r, TooLong
	}
	if e, err = split(sealed); err != nil {
		var of struct {
			Schema string `json:"schema"`
		}
		if json.Unmarshal(sealed, &of) == nil && errors.Is(known(of.Schema), UnknownSchema) {
			return e, r, known(of.Schema)
		}
		return e, r, fmt.Errorf("%w: %w", Undecodable, err)
	}
	if err := known(e.Schema); err != nil {
		return e, r, err
	}
	if bytes.Contains(e.Report, []byte(`"`+sharedEvidence+`"`)) && json.Valid(e.Report) {
		if restored, err := whole(e.Report); err == nil {
			e.Report = restored
		}
	}
	if err := json.Unmarshal(e.Report, &r); err != nil {
		var in struct {
			Schema int `json:"schema"`
		}
		if json.Unmarshal(e.Report, &in) == nil && in.Schema != report.Schema {
			return e, r, fmt.Errorf("%w: %d, of its report", UnknownSchema, in.Schema)
		}
		return e, r, fmt.Errorf("%w: its report: %w", Undecodable, err)
	}
	switch {
	case r.Schema != report.Schema:
		return e, r, fmt.Errorf("%w: %d, of its report", UnknownSchema, r.Schema)
	case !ValidID(e.ID):
		return e, r, fmt.Errorf("%w: its id is not a UUIDv7", Undecodable)
	case !ValidBench(e.Bench):
		return e, r, fmt.Errorf("%w: it names no bench", Undecodable)
	case len(r.Devices) != 1:
		return e, r, fmt.Errorf("%w: its report has %d devices", Undecodable, len(r.Devices))
	}
	return e, r, nil
}

// known returns an error unless this version can read the MAJOR of schema.
func known(schema string) error {
	before, after, _ := strings.Cut(schema, ".")
	n, errBefore := strconv.ParseUint(before, 10, 16)
	_, errAfter := strconv.ParseUint(after, 10, 16)
	if errBefore != nil || errAfter != nil {
		return fmt.Errorf("%w: it has no schema", Undecodable)
	}
	if n != major {
		return fmt.Errorf("%w: %d", UnknownSchema, n)
	}
	return nil
}
