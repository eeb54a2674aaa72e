package labels

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device"
)

// Limits of an inventory. A school district has about 100,000 devices, and no table has a
// thousand columns.
const (
	maxInventoryBytes = 64 << 20
	maxColumns        = 100
)

// An Inventory is a table of devices with their owners' data.
type Inventory struct {
	columns []string // headers of the columns that are shown
	passed  []int    // their indexes in the table
	rows    []row
	index   map[string]int // row index by normalized UDID or serial number
	serials bool           // there is a serial number column
}

// A row is one device of an inventory.
type row struct {
	line   int
	key    string   // as written in the table
	values []string // one per column

	expected expectation
}

// udidHeads are the keyHeads that hold a UDID.
var udidHeads = []string{"udid", "uniquedeviceid"}

// keyHeads are the normalized headers of the columns that identify a device.
var keyHeads = []string{"udid", "uniquedeviceid", "serial", "serialnumber", "serialno", "seriennummer", "numerodeserie"}

// ReadInventory reads a CSV table. Its separator is a comma, semicolon or tab, whichever is
// most frequent in the first line. A UDID or Serial column, or both, identifies the device
// of a row; one of them is required. The optional column Expected says where the device is
// backed up (icloud, computer or none), and Expected Since from which day. All other
// columns are passed through. Rows without a key are skipped; two rows for the same device
// are an error.
func ReadInventory(r io.Reader) (Inventory, error) {
	table, heads, err := tableIn(r)
	if err != nil {
		return Inventory{}, err
	}
	keys := keyColumns(heads)
	if len(keys) == 0 {
		return Inventory{}, fmt.Errorf("it has no column named UDID or Serial: %q", heads)
	}
	inventory := Inventory{index: map[string]int{}}
	inventory.serials = slices.ContainsFunc(keys, func(i int) bool { return !slices.Contains(udidHeads, plain(heads[i])) })
	expected, since := columnsExpected(heads)
	for i, head := range heads {
		if !slices.Contains(keys, i) && i != expected && i != since {
			inventory.columns = append(inventory.columns, strings.TrimSpace(head))
			inventory.passed = append(inventory.passed, i)
		}
	}
	for {
		fields, err := table.Read()
		if err == io.EOF {
			return inventory, nil
		}
		if err != nil {
			return Inventory{}, err
		}
		line, _ := table.FieldPos(0)
		fields = append(fields, make([]string, max(0, len(heads)-len(fields)))...)
		r := row{line: line}
		if expected >= 0 {
			day := ""
			if since >= 0 {
				day = fields[since]
			}
			if r.expected, err = readExpected(fields[expected], day); err != nil {
				return Inventory{}, fmt.Errorf("line %d: %w", line, err)
			}
		}
		if err := inventory.add(r, fields, keys); err != nil {
			return Inventory{}, err
		}
	}
}

// tableIn opens a CSV table and reads its header row.
func tableIn(r io.Reader) (table *csv.Reader, heads []string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInventoryBytes+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(data) > maxInventoryBytes:
		return nil, nil, fmt.Errorf("it is larger than %d MiB", maxInventoryBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, nil, errors.New("it is not UTF-8: save it as “CSV UTF-8”")
	}
	table = csv.NewReader(bytes.NewReader(data))
	table.Comma = comma(data)
	table.FieldsPerRecord = -1 // spreadsheets omit empty cells at the end of a row
	heads, err = table.Read()
	switch {
	case err == io.EOF:
		return nil, nil, errors.New("it is empty")
	case err != nil:
		return nil, nil, err
	case len(heads) > maxColumns:
		return nil, nil, fmt.Errorf("it has %d columns, more than %d", len(heads), maxColumns)
	}
	return table, heads, nil
}

// comma returns the column separator.
func comma(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best := ','
	for _, other := range []rune{';', '\t'} {
		if bytes.Count(first, []byte(string(other))) > bytes.Count(first, []byte(string(best))) {
			best = other
		}
	}
	return best
}

// keyColumns returns the indexes of the columns that identify a device.
func keyColumns(heads []string) []int {
	var keys []int
	for i, head := range heads {
		if slices.Contains(keyHeads, plain(head)) {
			keys = append(keys, i)
		}
	}
	return keys
}

// add adds one row.
func (inv *Inventory) add(r row, fields []string, keys []int) error {
	for _, i := range inv.passed {
		r.values = append(r.values, strings.TrimSpace(fields[i]))
	}
	for _, at := range keys {
		key := plain(fields[at])
		if key == "" {
			continue
		}
		if other, taken := inv.index[key]; taken {
			if other == len(inv.rows) {
				continue // the UDID and the serial number are the same
			}
			return fmt.Errorf("the lines %d and %d are about the same device, %s", inv.rows[other].line, r.line, strings.TrimSpace(fields[at]))
		}
		inv.index[key] = len(inv.rows)
		if r.key == "" {
			r.key = strings.TrimSpace(fields[at])
		}
	}
	if r.key != "" {
		inv.rows = append(inv.rows, r)
	}
	return nil
}

// plain normalizes a header or key for comparison: lower case, without spaces and
// punctuation.
func plain(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-_.:", r) {
			return -1
		}
		return r
	}, text))
}

// Rows returns the number of devices in the inventory.
func (inv Inventory) Rows() int { return len(inv.rows) }

// For returns the columns of a device's row, or nil if the inventory does not list it.
func (inv Inventory) For(udid, serial string) []device.Field {
	at, known := inv.find(udid, serial)
	if !known {
		return nil
	}
	fields := make([]device.Field, len(inv.columns))
	for i, name := range inv.columns {
		fields[i] = device.Field{Name: name, Value: inv.rows[at].values[i]}
	}
	return fields
}

// Names reports whether word is a device's key or a value in any row.
func (inv Inventory) Names(word string) bool {
	if _, known := inv.find(word, ""); known {
		return true
	}
	return slices.ContainsFunc(inv.rows, func(r row) bool {
		return slices.ContainsFunc(r.values, func(value string) bool { return value != "" && strings.EqualFold(value, word) })
	})
}

func (inv Inventory) find(udid, serial string) (at int, known bool) {
	for _, key := range []string{plain(udid), plain(serial)} {
		if at, known = inv.index[key]; key != "" && known {
			return at, true
		}
	}
	return 0, false
}

// Unseen returns the keys of the inventory rows that match none of devices, in table order.
func (inv Inventory) Unseen(devices []device.Identity) []string {
	seen := make([]bool, len(inv.rows))
	for _, id := range devices {
		serial, _ := id.Serial.Get() // "" if it is not known
		if at, known := inv.find(id.UDID, serial); known {
			seen[at] = true
		}
	}
	var unseen []string
	for i, r := range inv.rows {
		if !seen[i] {
			unseen = append(unseen, r.key)
		}
	}
	return unseen
}

// IsUnlisted reports whether a device is certainly missing from the inventory. An inventory
// keyed by serial number cannot tell if the device's serial number is unknown.
func (inv Inventory) IsUnlisted(id device.Identity) bool {
	serial, _ := id.Serial.Get() // "" if it is not known
	if _, known := inv.find(id.UDID, serial); known {
		return false
	}
	return serial != "" || !inv.serials && id.UDID != ""
}
