package safeplist

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

const header = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
`

func TestParse(t *testing.T) {
	want := Dict{
		"Name":  "phone",
		"Size":  uint64(7),
		"Minus": int64(-7),
		"Real":  1.5,
		"On":    true,
		"When":  time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		"Raw":   []byte{1, 2, 3},
		"List":  []any{"a", map[string]any{"k": "v"}},
	}
	for name, format := range map[string]int{"xml": plist.XMLFormat, "binary": plist.BinaryFormat} {
		t.Run(name, func(t *testing.T) {
			data, err := plist.Marshal(want, format)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	cut := func(data []byte) []byte { return data[:len(data)/2] }
	full := []byte(header + "<plist version=\"1.0\"><dict><key>a</key><string>b</string></dict></plist>")
	tests := map[string]struct {
		data []byte
		want device.Reason
	}{
		"empty body":                   {nil, device.Truncated},
		"only space":                   {[]byte(" \n"), device.Truncated},
		"bare word":                    {[]byte("garbage"), device.Malformed},
		"OpenStep dictionary":          {[]byte("{ a = b; }"), device.Malformed},
		"OpenStep data":                {[]byte("<abab>"), device.Malformed},
		"GNUstep value":                {[]byte("<*BY>"), device.Malformed},
		"HTML":                         {[]byte("<html><body></body></html>"), device.Malformed},
		"no value":                     {[]byte("<plist/>"), device.Malformed},
		"empty plist":                  {[]byte("<plist></plist>"), device.Malformed},
		"a string":                     {[]byte("<plist><string>x</string></plist>"), device.WrongType},
		"unknown element":              {[]byte("<plist><dict><key>a</key><what/></dict></plist>"), device.Malformed},
		"key without value":            {[]byte("<plist><dict><key>a</key></dict></plist>"), device.Malformed},
		"bad integer":                  {[]byte("<plist><dict><key>a</key><integer>x</integer></dict></plist>"), device.Malformed},
		"cut XML":                      {cut(full), device.Truncated},
		"cut tag":                      {[]byte("<plist><dict"), device.Truncated},
		"too long":                     {bytes.Repeat([]byte(" "), defaultBytes+1), device.Oversized},
		"900,000 deep":                 {[]byte("<plist>" + strings.Repeat("<array>", 900_000)), device.Hostile},
		"2,000,000 empty":              {[]byte("<plist><array>" + strings.Repeat("<dict/>", 2_000_000) + "</array></plist>"), device.Hostile},
		"declarations":                 {[]byte(`<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict/></plist>`), device.Hostile},
		"short binary":                 {[]byte("bplist00"), device.Truncated},
		"binary of zeros":              {append([]byte("bplist00"), make([]byte, 64)...), device.Malformed},
		"binary of unknown version":    {append([]byte("bplist0z"), make([]byte, 64)...), device.Malformed},
		"binary bomb":                  {bomb(), device.Hostile},
		"binary that holds itself":     {binaryList([]byte{0xA1, 0}), device.Hostile},
		"binary chain":                 {chain(100), device.Hostile},
		"binary string beyond its end": {binaryList([]byte{0x5F, 0x13, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), device.Malformed},
		"binary array beyond its end":  {binaryList([]byte{0xAF, 0x13, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), device.Malformed},
		"binary dictionary of 2^63":    {binaryList([]byte{0xDF, 0x13, 0x80, 0, 0, 0, 0, 0, 0, 0}), device.Malformed},
		"binary reference to nothing":  {binaryList([]byte{0xA1, 9}), device.Malformed},
		"binary key that is no text":   {binaryList([]byte{0xD1, 1, 1}, []byte{0x10, 5}), device.Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dict, err := Parse(test.data, Limits{})
			if !errors.Is(err, test.want) {
				t.Errorf("Parse = %v, %v; want %q", dict, err, test.want)
			}
		})
	}
}

func TestUnmarshalNamesTypes(t *testing.T) {
	var record struct{ HostID string }
	err := Unmarshal([]byte("<plist><dict><key>HostID</key><integer>1</integer></dict></plist>"), Limits{}, &record)
	if !errors.Is(err, device.WrongType) {
		t.Errorf("an integer for a string: %v, want %q", err, device.WrongType)
	}
	if err := Unmarshal([]byte("\uFEFF \n<plist><dict><key>HostID</key><string>x</string></dict></plist>"), Limits{}, &record); err != nil || record.HostID != "x" {
		t.Errorf("byte order mark and space: %v, %q", err, record.HostID)
	}
}

func TestLimitsAreReachedNotPassed(t *testing.T) {
	nested := func(depth int) any {
		var value any = "core"
		for range depth {
			value = []any{value}
		}
		return value
	}
	for name, format := range map[string]int{"xml": plist.XMLFormat, "binary": plist.BinaryFormat} {
		t.Run(name, func(t *testing.T) {
			encode := func(value any) []byte {
				data, err := plist.Marshal(value, format)
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
			if err := Check(encode(nested(defaultDepth)), Limits{}); err != nil {
				t.Errorf("%d deep: %v", defaultDepth, err)
			}
			if err := Check(encode(nested(defaultDepth+2)), Limits{}); !errors.Is(err, device.Hostile) {
				t.Errorf("%d deep: %v, want %q", defaultDepth+2, err, device.Hostile)
			}
			ten := []any{1, 2, 3, 4, 5, 6, 7, 8, 9}
			if err := Check(encode(ten), Limits{MaxObjects: 11}); err != nil {
				t.Errorf("10 objects of 11: %v", err)
			}
			if err := Check(encode(ten), Limits{MaxObjects: 9}); !errors.Is(err, device.Hostile) {
				t.Errorf("10 objects of 9: %v, want %q", err, device.Hostile)
			}
		})
	}
}

func TestDictKeepsTypes(t *testing.T) {
	d := Dict{
		"text": "x", "broken": "a\xff", "yes": true, "count": uint64(3), "minus": int64(-3), "signed": int64(4),
		"real": 2.5, "single": float32(1.5), "nan": math.NaN(), "inner": map[string]any{"k": "v"},
	}
	tests := map[string]struct {
		got  func() (any, error)
		want any
		err  error
	}{
		"text":                  {func() (any, error) { return d.Text("text") }, "x", nil},
		"text not UTF-8":        {func() (any, error) { return d.Text("broken") }, "a\uFFFD", nil},
		"text of a boolean":     {func() (any, error) { return d.Text("yes") }, "", device.WrongType},
		"text that is missing":  {func() (any, error) { return d.Text("nowhere") }, "", device.Absent},
		"boolean":               {func() (any, error) { return d.Bool("yes") }, true, nil},
		"boolean of an integer": {func() (any, error) { return d.Bool("count") }, false, device.WrongType},
		"integer":               {func() (any, error) { return d.Uint("count") }, uint64(3), nil},
		"integer, signed":       {func() (any, error) { return d.Uint("signed") }, uint64(4), nil},
		"integer below zero":    {func() (any, error) { return d.Uint("minus") }, uint64(0), device.Implausible},
		"integer of a real":     {func() (any, error) { return d.Uint("real") }, uint64(0), device.WrongType},
		"real":                  {func() (any, error) { return d.Float("real") }, 2.5, nil},
		"real, single":          {func() (any, error) { return d.Float("single") }, 1.5, nil},
		"real of an integer":    {func() (any, error) { return d.Float("minus") }, -3.0, nil},
		"real that is none":     {func() (any, error) { return d.Float("nan") }, 0.0, device.Implausible},
		"real of a text":        {func() (any, error) { return d.Float("text") }, 0.0, device.WrongType},
		"dictionary":            {func() (any, error) { return d.Dict("inner") }, Dict{"k": "v"}, nil},
		"list of a text":        {func() (any, error) { return d.List("text") }, []any(nil), device.WrongType},
		"data of a text":        {func() (any, error) { return d.Data("text") }, []byte(nil), device.WrongType},
		"date of an integer":    {func() (any, error) { return d.Date("count") }, time.Time{}, device.WrongType},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := test.got()
			if diff := cmp.Diff(test.want, got); diff != "" || !errors.Is(err, test.err) {
				t.Errorf("%v, want %v\n%s", err, test.err, diff)
			}
		})
	}
}

// FuzzParse holds two promises: no list kills the process, and the guard never sees
// fewer XML elements open than encoding/xml does.
func FuzzParse(f *testing.F) {
	f.Add([]byte(header + "<plist version=\"1.0\"><dict><key>a</key><string>b</string></dict></plist>"))
	f.Add([]byte("<plist><!-- <array> --><array><![CDATA[<array>]]></array></plist>"))
	f.Add([]byte(`<!DOCTYPE plist "><array>"><plist><a b='>'/></plist>`))
	f.Add([]byte("<plist><!-->--><?a ?><array></array></plist>"))
	f.Add(bomb())
	f.Add(chain(3))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{MaxBytes: 1 << 16, MaxDepth: 8, MaxObjects: 1000}
		if _, err := Parse(data, limits); err != nil {
			return
		}
		if bytes.HasPrefix(data, []byte("bplist")) {
			return
		}
		if depth := deepest(data); depth > limits.MaxDepth+2 {
			t.Errorf("passed with %d elements open", depth)
		}
	})
}

// deepest is how deep encoding/xml sees the first element nest.
func deepest(data []byte) int {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	depth, most := 0, 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return most
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
			most = max(most, depth)
		case xml.EndElement:
			if depth--; depth == 0 {
				return most
			}
		}
	}
}

// binaryList is a binary property list of these objects, the first on top.
func binaryList(objects ...[]byte) []byte {
	list := []byte("bplist00")
	var table []byte
	for _, object := range objects {
		table = append(table, byte(len(list)))
		list = append(list, object...)
	}
	offsets := len(list)
	list = append(list, table...)
	list = append(list, 0, 0, 0, 0, 0, 0, 1, 1)
	list = binary.BigEndian.AppendUint64(list, uint64(len(objects)))
	list = binary.BigEndian.AppendUint64(list, 0)
	return binary.BigEndian.AppendUint64(list, uint64(offsets))
}

// bomb is a small list of arrays that each hold the next one ten times.
func bomb() []byte {
	var objects [][]byte
	for i := range 14 {
		objects = append(objects, append([]byte{0xAA}, bytes.Repeat([]byte{byte(i + 1)}, 10)...))
	}
	return binaryList(append(objects, []byte{0x08})...)
}

// chain is a list of arrays that each hold the next one. More than 120 of them do not
// fit offsets of one byte.
func chain(depth int) []byte {
	var objects [][]byte
	for i := range depth {
		objects = append(objects, []byte{0xA1, byte(i + 1)})
	}
	return binaryList(append(objects, []byte{0x08})...)
}

func TestBombIsSmall(t *testing.T) {
	if size := len(bomb()); size >= 400 {
		t.Errorf("%d bytes, want under 400", size)
	}
}

// Whatever else a list holds, the keys wanted have the values that Parse gives them.
func TestParseKeys(t *testing.T) {
	list := map[string]any{
		"Name": "Ann & co", "Empty": "", "On": true, "Off": false, "When": time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		"Inner": map[string]any{"Name": "inner", "List": []any{"Name", "x"}}, "None": map[string]any{}, "Icon": make([]byte, 5000),
	}
	for i := range 300 {
		list[fmt.Sprintf("app %03d", i)] = map[string]any{"Name": i, "Icon": []byte{1, 2, 3}}
	}
	for name, format := range map[string]int{"xml": plist.XMLFormat, "binary": plist.BinaryFormat} {
		data, err := plist.Marshal(list, format)
		if err != nil {
			t.Fatal(err)
		}
		for _, keys := range [][]string{nil, {"Name"}, {"Inner", "Off"}, {"When", "missing"}, {"Empty", "Name", "On", "Off", "When", "Inner", "None"}} {
			want := Dict{}
			for _, key := range keys {
				if value, ok := list[key]; ok {
					want[key] = value
				}
			}
			got, err := ParseKeys(bytes.NewReader(data), Limits{}, keys...)
			if err != nil {
				t.Fatalf("%s, %v: %v", name, keys, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %v: %s", name, keys, diff)
			}
		}
	}
}

// What is not wanted is not decoded: a value that no decoder can read costs only itself.
func TestParseKeysLeavesOutTheRest(t *testing.T) {
	data := header + `<plist version="1.0"><dict><!-- <key>Name</key> --><key>Icon</key><data>!?</data>
<key>Name</key><string><![CDATA[a</dict>]]>b</string><key>Count</key><integer>x</integer></dict></plist>`
	got, err := ParseKeys(strings.NewReader(data), Limits{}, "Name")
	if diff := cmp.Diff(Dict{"Name": "a</dict>b"}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for name, data := range map[string]string{
		"no dictionary": header + `<plist version="1.0"><array><string>Name</string></array></plist>`,
		"empty":         header + `<plist version="1.0"><string/></plist>`,
		"a text":        header + `<plist version="1.0"><string>Name</string></plist>`,
	} {
		if got, err := ParseKeys(strings.NewReader(data), Limits{}, "Name"); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A list that is not whole, or too large, is refused however little of it is wanted.
func TestParseKeysRefuses(t *testing.T) {
	full := header + `<plist version="1.0"><dict><key>Name</key><string>x</string><key>Icon</key><data>AAAA</data></dict></plist>`
	for end := range len(full) - len("</plist>") {
		if got, err := ParseKeys(strings.NewReader(full[:end]), Limits{}, "Name"); err == nil {
			t.Fatalf("cut at %d: %v", end, got)
		}
	}
	for name, test := range map[string]struct {
		data string
		want device.Reason
	}{
		"empty":              {"", device.Truncated},
		"long":               {header + `<plist version="1.0"><dict><key>Icon</key><data>` + strings.Repeat("A", 2000) + `</data></dict></plist>`, device.Oversized},
		"long comment":       {header + "<plist><!--" + strings.Repeat(">", 2000) + "--><dict/></plist>", device.Oversized},
		"DOCTYPE of its own": {`<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict></dict></plist>`, device.Hostile},
		"bare word":          {"Name", device.Malformed},
	} {
		if got, err := ParseKeys(strings.NewReader(test.data), Limits{MaxBytes: 1000}, "Name"); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, test.want)
		}
	}
}

// FuzzParseKeys looks for a panic, and for an XML list that Parse reads and ParseKeys does
// not. (In a crafted binary list objects may overlap, and leaving some out garbles others.)
func FuzzParseKeys(f *testing.F) {
	for _, format := range []int{plist.XMLFormat, plist.BinaryFormat} {
		data, err := plist.Marshal(map[string]any{"Name": "x", "Inner": map[string]any{"Name": 1, "List": []any{true, "y"}}, "Rest": []byte{1}}, format)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{MaxBytes: 4096, MaxDepth: 8, MaxObjects: 500}
		_, whole := Parse(bytes.Clone(data), limits)
		_, err := ParseKeys(bytes.NewReader(data), limits, "Name", "Inner")
		if whole == nil && err != nil && !bytes.HasPrefix(data, []byte("bplist0")) {
			t.Errorf("ParseKeys of a list that Parse reads: %v", err)
		}
	})
}
