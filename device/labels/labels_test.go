package labels

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/google/go-cmp/cmp"
)

func TestPortOf(t *testing.T) {
	usb := fstest.MapFS{
		"usb3/busnum":      {Data: []byte("3\n")},
		"usb3/devnum":      {Data: []byte("1\n")},
		"3-1.4.2/busnum":   {Data: []byte("3\n")},
		"3-1.4.2/devnum":   {Data: []byte("17\n")},
		"4-2/busnum":       {Data: []byte("4\n")},
		"4-2/devnum":       {Data: []byte("17\n")},
		"3-1.4.2:1.0/name": {Data: []byte("an interface, no device")},
		"5-1/busnum":       {Data: []byte("five")},
		"5-1/devnum":       {Data: []byte("9")},
	}
	for _, c := range []struct {
		name     string
		location uint64
		linux    bool
		want     string
	}{
		{"not told", 0, true, ""},
		{"macOS", 0x14120000, false, "0x14120000"},
		{"macOS, behind three hubs", 0x14123400, false, "0x14123400"},
		{"macOS, bus 0", 0x00100000, false, "0x00100000"},
		{"Linux", 3<<16 | 17, true, "3-1.4.2"},
		{"Linux, the same address on another bus", 4<<16 | 17, true, "4-2"},
		{"Linux, gone meanwhile", 3<<16 | 18, true, ""},
		{"Linux, a folder that cannot be understood", 5<<16 | 9, true, ""},
		{"an address, and no folder to look it up in", 3<<16 | 17, false, ""},
		{"a usbmuxd on a Mac, seen from Linux", 0x14120000, true, "0x14120000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := PortOf(c.location, nil)
			if c.linux {
				got = PortOf(c.location, usb)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSlotsKeepTheirNames(t *testing.T) {
	var s Slots
	for port, name := range map[string]string{"0x14110000": "A10", "0x14120000": " A2 ", "3-1.4": "10", "3-1.5": "9"} {
		var err error
		if s, err = s.With(port, name); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		t.Fatal(err)
	}
	again, err := ReadSlots(&file)
	if err != nil {
		t.Fatal(err)
	}
	want := []Slot{{"3-1.5", "9"}, {"3-1.4", "10"}, {"0x14120000", "A2"}, {"0x14110000", "A10"}}
	if diff := cmp.Diff(want, again.List()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if name := again.Name("3-1.5"); name != "9" {
		t.Errorf("3-1.5 is called %q", name)
	}
	again, err = again.With("3-1.5", "eleven")
	if err != nil || again.Name("3-1.5") != "eleven" || again.Port("9") != "" {
		t.Errorf("renamed: %v, %v", again.List(), err)
	}
	if _, err := again.With("3-1.6", "eleven"); !errors.Is(err, ErrTaken) {
		t.Errorf("two ports with one name: %v", err)
	}
	if left := again.Without("3-1.5"); left.Name("3-1.5") != "" || len(left.List()) != 3 || again.Name("3-1.5") == "" {
		t.Errorf("left are %v of %v", left.List(), again.List())
	}
}

func TestSlotsRefuse(t *testing.T) {
	for name, file := range map[string]string{
		"no JSON":           `slots`,
		"a future schema":   `{"schema": 2, "slots": []}`,
		"no schema":         `{"slots": []}`,
		"a port twice":      `{"schema": 1, "slots": [{"port": "a", "name": "1"}, {"port": "a", "name": "2"}]}`,
		"a name twice":      `{"schema": 1, "slots": [{"port": "a", "name": "1"}, {"port": "b", "name": "1"}]}`,
		"no name":           `{"schema": 1, "slots": [{"port": "a", "name": " "}]}`,
		"no port":           `{"schema": 1, "slots": [{"port": "", "name": "1"}]}`,
		"an escape":         `{"schema": 1, "slots": [{"port": "a", "name": "\u001b[31m"}]}`,
		"a name too long":   `{"schema": 1, "slots": [{"port": "a", "name": "` + strings.Repeat("x", 41) + `"}]}`,
		"more than it can":  `{"schema": 1, "slots": [` + strings.Repeat(" ", maxSlotsBytes) + `]}`,
		"a bidi override":   `{"schema": 1, "slots": [{"port": "a", "name": "\u202eA1"}]}`,
		"a port of a novel": `{"schema": 1, "slots": [{"port": "` + strings.Repeat("x", 41) + `", "name": "1"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := ReadSlots(strings.NewReader(file)); err == nil {
				t.Errorf("it was read as %v", s.List())
			}
		})
	}
}

func TestNatural(t *testing.T) {
	sorted := []string{"", "1", "02", "2", "10", "A", "A1", "A2", "A2b", "A10", "B1", "ä"}
	mixed := slices.Clone(sorted)
	slices.Reverse(mixed)
	slices.SortFunc(mixed, Natural)
	if diff := cmp.Diff(sorted, mixed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInventory(t *testing.T) {
	const table = "\ufeffAsset Tag;UDID;Serial Number;Owner;Site\r\n" +
		"T-1;00008110-000514AE0C22801E;;\"Lovelace; Ada\";North\r\n" +
		"T-2;;3EC4350721;Sam\r\n" +
		";;;;\r\n" +
		"T-3;0000811000012A3B4C5D6E7F;3EC4350722;;South;too much\r\n"
	inventory, err := ReadInventory(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	row := func(tag, owner, site string) []device.Field {
		return []device.Field{{Name: "Asset Tag", Value: tag}, {Name: "Owner", Value: owner}, {Name: "Site", Value: site}}
	}
	for _, c := range []struct {
		name, udid, serial string
		want               []device.Field
	}{
		{"by UDID", "00008110-000514AE0C22801E", "", row("T-1", "Lovelace; Ada", "North")},
		{"by UDID without the hyphen, in small letters", "00008110000514ae0c22801e", "other", row("T-1", "Lovelace; Ada", "North")},
		{"by serial number", "ffff", "3ec4350721", row("T-2", "Sam", "")},
		{"by both", "00008110-00012A3B4C5D6E7F", "3EC4350722", row("T-3", "", "South")},
		{"not there", "ffff", "gggg", nil},
		{"of which nothing is known", "", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, inventory.For(c.udid, c.serial)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	seen := []device.Identity{{UDID: "ffff", Serial: device.Known("3EC4350721")}, {UDID: "0000811000012A3B4C5D6E7F"}}
	if diff := cmp.Diff([]string{"00008110-000514AE0C22801E"}, inventory.Unseen(seen)); diff != "" {
		t.Errorf("unseen (-want +got):\n%s", diff)
	}
	if inventory.Rows() != 3 {
		t.Errorf("%d rows, want 3", inventory.Rows())
	}
}

func TestInventoryParts(t *testing.T) {
	for name, table := range map[string]string{
		"commas":     "serial,tag\nABC,7",
		"semicolons": "serial;tag\nABC;7",
		"tabs":       "serial\ttag\nABC\t7",
		"old Mac":    "Serial No.,tag\r\nABC,7\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			inventory, err := ReadInventory(strings.NewReader(table))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]device.Field{{Name: "tag", Value: "7"}}, inventory.For("", "abc")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestInventoryRefuses(t *testing.T) {
	for name, c := range map[string]struct{ table, want string }{
		"nothing":            {"", "it is empty"},
		"no key":             {"tag,owner\n1,2", `it has no column named UDID or Serial: ["tag" "owner"]`},
		"a device twice":     {"udid,tag\na-b,1\nx,2\nAB,3", "the lines 2 and 4 are about the same device, AB"},
		"UTF-16":             {"\xff\xfes\x00e\x00", "it is not UTF-8"},
		"a quote left open":  {"udid,tag\nab,\"1", `extraneous or missing "`},
		"columns by the ton": {strings.Repeat("x,", 200) + "udid\n", "201 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadInventory(strings.NewReader(c.table))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzReadInventory(f *testing.F) {
	f.Add("serial,tag\nABC,7")
	f.Add("udid;serial;x\na;b;c\n;;\n")
	f.Add(";serial\n;0\v")
	f.Fuzz(func(t *testing.T, table string) {
		inventory, err := ReadInventory(strings.NewReader(table))
		if err != nil {
			return
		}
		if unseen := inventory.Unseen(nil); len(unseen) != inventory.Rows() {
			t.Errorf("%d rows, and %d were not seen", inventory.Rows(), len(unseen))
		}
		for _, key := range inventory.Unseen(nil) {
			if fields := inventory.For(key, ""); fmt.Sprint(fields) == "<nil>" || len(fields) != len(inventory.columns) {
				t.Errorf("%q has %d of %d columns", key, len(fields), len(inventory.columns))
			}
		}
	})
}

func FuzzReadSlots(f *testing.F) {
	f.Add(`{"schema": 1, "slots": [{"port": "0x14110000", "name": "A1"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadSlots(strings.NewReader(text))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := s.Write(&file); err != nil {
			t.Fatal(err)
		}
		again, err := ReadSlots(&file)
		if err != nil || !slices.Equal(s.List(), again.List()) {
			t.Errorf("%v became %v, %v", s.List(), again.List(), err)
		}
	})
}
