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

// Bounds of an inventory: a school district has 100,000 devices, and no table a thousand
// columns.
const (
	maxInventoryBytes = 64 << 20
	maxColumns        = 100
)

// An Inventory is a table of devices: what their owners know of each.
type Inventory struct {
	columns []string // heads of those that are passed through
	passed  []int    // where these are in the table
	rows    []row
	index   map[string]int // of a row, by UDID or serial number in its plain form
	serials bool           // it has a column of serial numbers
}

// A row is one device of an inventory.
type row struct {
	line   int
	key    string   // as it stands there
	values []string // one for each of columns

	expected expectation
}

// udidHeads are those of keyHeads that say a UDID.
var udidHeads = []string{"udid", "uniquedeviceid"}

// keyHeads are the heads of the columns that say which device a row is about, in their
// plain form.
var keyHeads = []string{"udid", "uniquedeviceid", "serial", "serialnumber", "serialno", "seriennummer", "numerodeserie"}

// ReadInventory reads a table as CSV, whose columns are parted by commas, semicolons or
// tabs, whichever its first line has most of. A column called UDID or Serial says which
// device a row is about; one of the two must be there, and both may. A column called Expected
// says where backups of a device go: icloud, computer or none, and one called Expected Since when
// that began. All others are passed through. Rows that name no device are passed over; two rows for one device are an error.
func ReadInventory(r io.Reader) (Inventory, error) {
	table, heads, err := tableIn(r)
	if err != nil {
		return Inventory{}, err
	}
	keys := keyColumns(heads)
	if len(keys) == 0 {
		return Inventory{}, fmt.Errorf("none of its columns is called UDID or Serial: %q", heads)
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

// tableIn reads the heads of a table as CSV.
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
	table.FieldsPerRecord = -1 // spreadsheets leave out what is empty at the end of a row
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

// comma is what parts the columns.
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

// keyColumns are the places of the columns that name a device.
func keyColumns(heads []string) []int {
	var keys []int
	for i, head := range heads {
		if slices.Contains(keyHeads, plain(head)) {
			keys = append(keys, i)
		}
	}
	return keys
}

// add takes in one row.
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

// plain is a head or key as it is compared: without spaces, hyphens and the like, in small
// letters, as people write them in many ways.
func plain(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-_.:", r) {
			return -1
		}
		return r
	}, text))
}

// Rows is how many devices the inventory has.
func (inv Inventory) Rows() int { return len(inv.rows) }

// For is the row of a device, column by column; nil if the inventory does not know it.
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

// Names reports whether a word is the key of a device, or stands in its row.
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

// Unseen are the devices of the inventory that are not among these, by what names them in
// it, in its order.
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

// IsUnlisted reports whether the inventory certainly does not know a device. Of one whose serial
// number is unknown an inventory of serial numbers cannot tell.
func (inv Inventory) IsUnlisted(id device.Identity) bool {
	serial, _ := id.Serial.Get() // "" if it is not known
	if _, known := inv.find(id.UDID, serial); known {
		return false
	}
	return serial != "" || !inv.serials && id.UDID != ""
}
