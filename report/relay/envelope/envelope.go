package envelope

import (
	"bytes"
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

// A Reason says why an envelope is not taken. Reasons are counted and stored, so their values
// never change.
type Reason string

const (
	TooLong       Reason = "too-long"       // longer than MaxBytes
	Undecodable   Reason = "undecodable"    // not the JSON of an envelope with a report
	UnknownSchema Reason = "unknown-schema" // of the envelope or of the report, a number that this version does not know
	Forged        Reason = "forged"         // it names another bench than the one that brought it
	Refused       Reason = "refused"        // whoever stores reports cannot store this one
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
	var sealed bytes.Buffer
	encoder := json.NewEncoder(&sealed)
	encoder.SetEscapeHTML(false) // or the report could grow
	if err := encoder.Encode(e); err != nil {
		return nil, fmt.Errorf("sealing an envelope: %w", err)
	}
	if sealed.Len() > MaxBytes {
		return nil, fmt.Errorf("sealing an envelope: %w", TooLong)
	}
	return bytes.TrimSpace(sealed.Bytes()), nil
}

// Open reads an envelope and its report. Its errors are Reasons, wrapped.
func Open(sealed []byte) (Envelope, report.Report, error) {
	e, r, err := open(sealed)
	if err != nil {
		return Envelope{}, report.Report{}, err
	}
	return e, report.Reworded(r), nil
}

// open tells what another version made from what is broken: where something cannot be decoded
// the number says whether it is this version's to call it so.
func open(sealed []byte) (e Envelope, r report.Report, err error) {
	if len(sealed) > MaxBytes {
		return e, r, TooLong
	}
	if err := json.Unmarshal(sealed, &e); err != nil {
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
	if restored, err := whole(e.Report); err == nil {
		e.Report = restored
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
