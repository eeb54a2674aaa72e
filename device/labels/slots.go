package labels

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// slotsSchema is the schema number of a slots file.
const slotsSchema = 1

// Limits of a slots file. No bench has a thousand ports.
const (
	maxSlotsBytes = 1 << 20
	maxSlots      = 1000
	maxSlotName   = 40 // runes
)

// Slots maps ports to names.
type Slots struct {
	list []Slot // sorted by name
}

// A Slot is a named port.
type Slot struct {
	Port string `json:"port"` // as returned by PortOf
	Name string `json:"name"` // chosen by the user
}

type slotsFile struct {
	Schema int    `json:"schema"`
	Slots  []Slot `json:"slots"`
}

// ReadSlots reads the output of [Slots.Write].
func ReadSlots(r io.Reader) (Slots, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSlotsBytes+1))
	if err != nil {
		return Slots{}, err
	}
	if len(data) > maxSlotsBytes {
		return Slots{}, fmt.Errorf("it is larger than %d MiB", maxSlotsBytes>>20)
	}
	var file slotsFile
	if err := json.Unmarshal(data, &file); err != nil {
		return Slots{}, fmt.Errorf("it is not a file of slots: %w", err)
	}
	if file.Schema != slotsSchema {
		return Slots{}, fmt.Errorf("it has schema number %d, and this version reads %d", file.Schema, slotsSchema)
	}
	var s Slots
	for _, slot := range file.Slots {
		if s.Name(slot.Port) != "" {
			return Slots{}, fmt.Errorf("the port %q has two names", slot.Port)
		}
		if s, err = s.With(slot.Port, slot.Name); err != nil {
			return Slots{}, err
		}
	}
	return s, nil
}

// Write writes the slots as JSON.
func (s Slots) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(slotsFile{Schema: slotsSchema, Slots: append([]Slot{}, s.list...)})
}

// List returns all slots in natural order of their names.
func (s Slots) List() []Slot { return slices.Clone(s.list) }

// Name returns the name of a port, or "" if it has none.
func (s Slots) Name(port string) string {
	if i := slices.IndexFunc(s.list, func(slot Slot) bool { return slot.Port == port }); i >= 0 {
		return s.list[i].Name
	}
	return ""
}

// Port returns the port with a name, or "" if there is none.
func (s Slots) Port(name string) string {
	if i := slices.IndexFunc(s.list, func(slot Slot) bool { return slot.Name == name }); i >= 0 {
		return s.list[i].Port
	}
	return ""
}

// ErrTaken means that another port has the name.
var ErrTaken = errors.New("another port has this name")

// With returns the slots with the port named name, replacing its previous name. The error
// is [ErrTaken] or says what is wrong with the name.
func (s Slots) With(port, name string) (Slots, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch other := s.Port(name); {
	case port == "" || len(port) > maxSlotName:
		return s, fmt.Errorf("%.50q is not a port", port)
	case name == "":
		return s, errors.New("a slot needs a name")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return s, fmt.Errorf("the name %.50q has characters that cannot be shown", name)
	case utf8.RuneCountInString(name) > maxSlotName:
		return s, fmt.Errorf("the name %.50q is longer than %d letters", name, maxSlotName)
	case other != "" && other != port:
		return s, fmt.Errorf("%w: %q is %s", ErrTaken, name, other)
	}
	s = s.Without(port)
	if len(s.list) == maxSlots {
		return s, fmt.Errorf("there are %d slots already", maxSlots)
	}
	s.list = append(s.list, Slot{port, name})
	slices.SortFunc(s.list, func(a, b Slot) int { return Natural(a.Name, b.Name) })
	return s, nil
}

// Without returns the slots without a port.
func (s Slots) Without(port string) Slots {
	s.list = slices.DeleteFunc(slices.Clone(s.list), func(slot Slot) bool { return slot.Port == port })
	return s
}

// Natural compares names as people sort them: A2 comes before A10.
func Natural(a, b string) int {
	restA, restB := a, b
	for restA != "" && restB != "" {
		partA, partB := leading(restA), leading(restB)
		restA, restB = restA[len(partA):], restB[len(partB):]
		numberA, numberB := strings.TrimLeft(partA, "0"), strings.TrimLeft(partB, "0")
		order := strings.Compare(partA, partB)
		if isDigit(partA[0]) && isDigit(partB[0]) {
			order = cmp.Or(len(numberA)-len(numberB), strings.Compare(numberA, numberB))
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Or(len(restA)-len(restB), strings.Compare(a, b))
}

// leading returns the longest prefix that is all digits or has no digits.
func leading(text string) string {
	end := 1
	for end < len(text) && isDigit(text[end]) == isDigit(text[0]) {
		end++
	}
	return text[:end]
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
