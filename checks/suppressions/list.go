package suppressions

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/backupdoctor/backupdoctor/checks"
)

// FileName is the default name of a list.
const FileName = ".backupdoctor-ignore.yaml"

// maxBytes bounds a list: some thousand entries.
const maxBytes = 1 << 20

// A List is a list of suppressions.
type List struct {
	entries []Entry
}

// An Entry silences one check, for some devices or for all.
type Entry struct {
	ID      string   `yaml:"id"`      // of the check
	Devices []string `yaml:"devices"` // UDIDs, serial numbers, slots, names or values of the inventory, with * for any text; none means all
	Reason  string   `yaml:"reason"`  // why; shown wherever the finding would be
	Expires Day      `yaml:"expires"` // the last day on which it applies; zero for no end
}

// A Day is a date: 2027-01-31. It begins at midnight in the time zone of its list.
type Day struct{ time.Time }

// UnmarshalYAML reads a day as written, before YAML converts it to another type. The day begins
// at midnight UTC, as a list in YAML has no zone.
func (d *Day) UnmarshalYAML(node *yaml.Node) error {
	at, err := time.Parse(time.DateOnly, node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %q is not a day like 2027-01-31", node.Line, node.Value)
	}
	d.Time = at
	return nil
}

// in returns the same day in a zone.
func (d Day) in(zone *time.Location) Day {
	if d.IsZero() {
		return d
	}
	return Day{time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)}
}

// An UnknownCheckError is an ID that no check has.
type UnknownCheckError struct {
	ID    string
	Entry int // its position in the list, from 1
}

func (e *UnknownCheckError) Error() string {
	return fmt.Sprintf("entry %d: unknown check %q", e.Entry, e.ID)
}

// Read reads a list in YAML: a sequence of mappings with the keys id, devices, reason and
// expires, of which id and reason are required. Days are those of zone; nil is UTC. An error
// says which entry is wrong; it is an [*UnknownCheckError] if the ID is unknown.
func Read(r io.Reader, zone *time.Location) (List, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return List{}, err
	}
	if len(data) > maxBytes {
		return List{}, fmt.Errorf("it is larger than %d MiB", maxBytes>>20)
	}
	var list List
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list.entries); err != nil && err != io.EOF {
		return List{}, errors.New(strings.Join(strings.Fields(err.Error()), " ")) // on one line
	}
	for i, e := range list.entries {
		if err := e.check(); err != nil {
			if unknown, ok := errors.AsType[*UnknownCheckError](err); ok {
				unknown.Entry = i + 1
				return List{}, unknown
			}
			return List{}, fmt.Errorf("entry %d: %w", i+1, err)
		}
		list.entries[i].Expires = e.Expires.in(cmp.Or(zone, time.UTC))
	}
	return list, nil
}

// check rejects an entry that would silence nothing, or too much.
func (e Entry) check() error {
	if e.ID == "" {
		return errors.New("it has no id")
	}
	if _, known := checks.Find(e.ID); !known {
		return &UnknownCheckError{ID: e.ID}
	}
	if e.ID == "not-trusted" {
		return errors.New("not-trusted cannot be suppressed: such a device was not examined")
	}
	if strings.TrimSpace(e.Reason) == "" {
		return fmt.Errorf("%s has no reason", e.ID)
	}
	for _, pattern := range e.Devices {
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			return fmt.Errorf("%q is not a pattern for devices", pattern)
		}
	}
	return nil
}

// Expired returns the entries that have expired at a given time.
func (l List) Expired(at time.Time) []Entry {
	var expired []Entry
	for _, e := range l.entries {
		if e.expired(at) {
			expired = append(expired, e)
		}
	}
	return expired
}

// expired reports whether the last day is over.
func (e Entry) expired(at time.Time) bool {
	return !e.Expires.IsZero() && !at.Before(e.end())
}

// end returns when the entry expires, at the midnight after its last day; the zero time for never.
func (e Entry) end() time.Time {
	if e.Expires.IsZero() {
		return time.Time{}
	}
	return e.Expires.AddDate(0, 0, 1)
}
