package envelope

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/backupdoctor/backupdoctor/report"
)

// Schema is the number of the contract that Seal writes. Adding a field raises the number
// behind the point; renaming, removing or changing the meaning of one raises that before it.
const Schema = "1.0"

// major is the only number before the point that Open knows.
const major = 1

// MaxBytes is how long a sealed envelope may be. A hub sets longer ones aside.
const MaxBytes = MaxReport + 1<<10

// An Envelope is one report under way. All its fields but the report are the bench's word;
// a hub believes the name of the bench only if the way the envelope came bears it out.
type Envelope struct {
	Schema string          `json:"schema"`        // number of the contract: MAJOR.MINOR
	ID     string          `json:"id"`            // of this message, a UUIDv7 that is never used again
	Bench  string          `json:"bench"`         // name of the bench that examined the device
	Tool   string          `json:"tool"`          // version of the program that sealed it
	Cut    string          `json:"cut,omitempty"` // what was left out to make the report short enough: evidence, findings; absent if nothing
	Report json.RawMessage `json:"report"`        // a report.Report with one device, with whatever its writer added to it
}

// A Reason says why an envelope cannot be opened. Reasons are counted and stored, so their
// values never change.
type Reason string

const (
	TooLong       Reason = "too-long"       // longer than MaxBytes
	Undecodable   Reason = "undecodable"    // not the JSON of an envelope with a report
	UnknownSchema Reason = "unknown-schema" // of the envelope or of the report, a number that this version does not know
)

func (r Reason) Error() string {
	switch r {
	case TooLong:
		return fmt.Sprintf("the envelope is longer than %d bytes", MaxBytes)
	case UnknownSchema:
		return "the envelope has a schema that this version does not know"
	default:
		return "the envelope cannot be decoded"
	}
}

// NewID gives a new UUIDv7.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("making an id: %w", err)
	}
	return id.String(), nil
}

// ValidID reports whether id is a UUID of version 7 as NewID spells it.
func ValidID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.Version() == 7 && parsed.String() == id
}

// benches are names that can stand in a subject, in a file name of any system, and in a log.
var benches = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,47}$`)

// ValidBench reports whether name can name a bench: up to 48 small letters, digits, hyphens
// and underscores.
func ValidBench(name string) bool { return benches.MatchString(name) }

// Seal writes an envelope as JSON, with the schema of this version.
func Seal(e Envelope) ([]byte, error) {
	if !ValidID(e.ID) {
		return nil, errors.New("sealing an envelope: its id is not a UUIDv7")
	}
	if !ValidBench(e.Bench) {
		return nil, fmt.Errorf("sealing an envelope: %q cannot name a bench", e.Bench)
	}
	e.Schema = Schema
	sealed, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("sealing an envelope: %w", err)
	}
	if len(sealed) > MaxBytes {
		return nil, fmt.Errorf("sealing an envelope: %w", TooLong)
	}
	return sealed, nil
}

// Open reads an envelope and its report. Its errors are Reasons, wrapped.
func Open(sealed []byte) (Envelope, report.Report, error) {
	e, r, err := open(sealed)
	if err != nil {
		return Envelope{}, report.Report{}, err
	}
	return e, r, nil
}

// open looks at the numbers before it decodes what they say how to read: what another MAJOR
// put in the same fields is not this version's to call broken.
func open(sealed []byte) (e Envelope, r report.Report, err error) {
	if len(sealed) > MaxBytes {
		return e, r, TooLong
	}
	var of struct {
		Schema string          `json:"schema"`
		Report json.RawMessage `json:"report"`
	}
	if err := json.Unmarshal(sealed, &of); err != nil {
		return e, r, fmt.Errorf("%w: %w", Undecodable, err)
	}
	if err := known(of.Schema); err != nil {
		return e, r, err
	}
	var in struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(of.Report, &in); err != nil {
		return e, r, fmt.Errorf("%w: its report: %w", Undecodable, err)
	}
	if in.Schema != report.Schema {
		return e, r, fmt.Errorf("%w: %d, of its report", UnknownSchema, in.Schema)
	}
	if err := json.Unmarshal(sealed, &e); err != nil {
		return e, r, fmt.Errorf("%w: %w", Undecodable, err)
	}
	if err := json.Unmarshal(e.Report, &r); err != nil {
		return e, r, fmt.Errorf("%w: its report: %w", Undecodable, err)
	}
	switch {
	case !ValidID(e.ID):
		return e, r, fmt.Errorf("%w: its id is not a UUIDv7", Undecodable)
	case !ValidBench(e.Bench):
		return e, r, fmt.Errorf("%w: it names no bench", Undecodable)
	case len(r.Devices) != 1:
		return e, r, fmt.Errorf("%w: its report has %d devices", Undecodable, len(r.Devices))
	}
	return e, r, nil
}

// known tells whether the number before the point is one that this version can read.
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
