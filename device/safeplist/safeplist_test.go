package safeplist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

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
		"unknown element":              {[]byte("<plist><what/></plist>"), device.Malformed},
		"wrong end":                    {[]byte("<plist><dict></array></plist>"), device.Malformed},
		"wrong end within":             {[]byte("<plist><dict><key>a</key><string>b</key></dict></plist>"), device.Malformed},
		"two values":                   {[]byte("<plist><dict/><dict/></plist>"), device.Malformed},
		"1,000 unknown, nested":        {[]byte("<plist><dict><key>a</key>" + strings.Repeat("<what>", 1000) + strings.Repeat("</what>", 1000) + "</dict></plist>"), device.Hostile},
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

func TestParseTakesAByteOrderMark(t *testing.T) {
	dict, err := Parse([]byte("\uFEFF \n<plist><dict><key>HostID</key><string>x</string></dict></plist>"), Limits{})
	if text, _ := dict.Text("HostID"); err != nil || text != "x" {
		t.Errorf("%v, %q", err, text)
	}
}

// Lists in UTF-16 of either order, as Apple's reader accepts them.
func TestUTF16(t *testing.T) {
	const list = `<?xml version="1.0" encoding="UTF-16"?><plist version="1.0"><dict><key>Name</key><string>Änn 📱</string><key>Icon</key><data>AAAA</data></dict></plist>`
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		var data []byte
		for _, unit := range append([]uint16{0xFEFF}, utf16.Encode([]rune(list))...) {
			data = order.AppendUint16(data, unit)
		}
		whole, err := Parse(data, Limits{})
		if err != nil || whole["Name"] != "Änn 📱" {
			t.Errorf("%s: %v, %v", name, whole, err)
		}
		keys, err := ParseKeys(bytes.NewReader(data), Limits{}, "Name")
		if err != nil || keys["Name"] != "Änn 📱" || len(keys) != 1 {
			t.Errorf("%s, by keys: %v, %v", name, keys, err)
		}
		if _, err := ParseKeys(bytes.NewReader(data[:len(data)/2]), Limits{}, "Name"); !errors.Is(err, device.Truncated) {
			t.Errorf("%s, cut: %v", name, err)
		}
	}
}

// An undecodable value does not affect the values before and after it.
func TestOneValueCostsItself(t *testing.T) {
	texts := map[string]string{
		"<string>a\x01\x1b\x08b</string>":                  "a\x01\x1b\x08b",
		"<string>a&#1;&#x1b;b</string>":                    "a\x01\x1bb",
		"<string>a\xff\xc3b</string>":                      "a\uFFFDb",
		"<string>Tom & Jerry &nosuch; &</string>":          "Tom & Jerry &nosuch; &",
		"<string>&lt;&gt;&amp;&quot;&apos;&#x27;</string>": "<>&\"''",
		"<string>a<!-- <dict> -->b<![CDATA[<&]]></string>": "ab<&",
		"<string>a\r\nb</string>":                          "a\nb",
		"<string/>":                                        "",
	}
	for element, want := range texts {
		if got, err := between(t, element).Text("x"); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", element, got, err, want)
		}
	}
	for element, want := range map[string]uint64{"+5": 5, " 5 ": 5, "0x1F": 31, "18446744073709551615": 1<<64 - 1, "007": 7} {
		if got, err := between(t, "<integer>"+element+"</integer>").Uint("x"); got != want || err != nil {
			t.Errorf("%q: %d, %v; want %d", element, got, err, want)
		}
	}
	for _, element := range []string{
		"<integer>18446744073709551616</integer>", "<integer>-9223372036854775809</integer>", "<integer>x</integer>",
		"<integer/>", "<integer>+-5</integer>", "<integer>1.5</integer>", "<real>x</real>", "<real>1e999</real>", "<real/>",
		"<date>12026-01-01T00:00:00Z</date>", "<date>2026-13-01T00:00:00Z</date>", "<date/>", "<date>-0001-01-01T00:00:00Z</date>",
		"<data>!</data>", "<what/>", "<what>text</what>", "<what><dict><key>x</key><true/></dict></what>",
		"<string>a<b/>c</string>", "<null/>", "<plist/>", "", "\x00",
	} {
		d := between(t, element)
		if _, err := d.Text("x"); !errors.Is(err, device.Undecodable) {
			t.Errorf("%q: %v, want %q", element, err, device.Undecodable)
		}
	}
	for name, object := range map[string][]byte{
		"null": {0x00}, "fill": {0x0F}, "URL": {0x0C}, "set": {0xC0}, "integer of 32 bytes": {0x15}, "real of 2 bytes": {0x21},
		"integer over 64 bits": append([]byte{0x14, 1}, make([]byte, 15)...), "UID of 16 bytes": append([]byte{0x8F}, make([]byte, 16)...),
		"date of the year 300,000":              append([]byte{0x33}, binary.BigEndian.AppendUint64(nil, math.Float64bits(1e13))...),
		"date that is no number":                append([]byte{0x33}, binary.BigEndian.AppendUint64(nil, math.Float64bits(math.NaN()))...),
		"dictionary with a boolean for its key": {0xD1, 4, 4},
	} {
		d, err := Parse(binaryList([]byte{0xD2, 1, 3, 2, 4}, []byte{0x51, 'x'}, object, []byte{0x51, 'y'}, []byte{0x09}), Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := d.Text("x"); !errors.Is(err, device.Undecodable) {
			t.Errorf("%s: %v, want %q", name, err, device.Undecodable)
		}
		if yes, err := d.Bool("y"); !yes || err != nil {
			t.Errorf("%s: the value beside it is %v, %v", name, yes, err)
		}
	}
}

// between parses a dictionary with element as the value of x, and checks the values before
// and after it.
func between(t *testing.T, element string) Dict {
	t.Helper()
	d, err := Parse([]byte(header+"<plist version=\"1.0\"><dict><key>a</key><integer>1</integer><key>x</key>"+element+
		"<key>z</key><array><string>last</string></array></dict></plist>"), Limits{})
	if err != nil {
		t.Errorf("%q: %v", element, err)
		return nil
	}
	first, errFirst := d.Uint("a")
	last, errLast := d.List("z")
	if first != 1 || len(last) != 1 || errors.Join(errFirst, errLast) != nil {
		t.Errorf("%q cost the values beside it: %v", element, d)
	}
	return d
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
			if err := check(encode(nested(defaultDepth)), Limits{}); err != nil {
				t.Errorf("%d deep: %v", defaultDepth, err)
			}
			if err := check(encode(nested(defaultDepth+2)), Limits{}); !errors.Is(err, device.Hostile) {
				t.Errorf("%d deep: %v, want %q", defaultDepth+2, err, device.Hostile)
			}
			ten := []any{1, 2, 3, 4, 5, 6, 7, 8, 9}
			if err := check(encode(ten), Limits{MaxObjects: 11}); err != nil {
				t.Errorf("10 objects of 11: %v", err)
			}
			if err := check(encode(ten), Limits{MaxObjects: 9}); !errors.Is(err, device.Hostile) {
				t.Errorf("10 objects of 9: %v, want %q", err, device.Hostile)
			}
		})
	}
}

func TestDictKeepsTypes(t *testing.T) {
	d := Dict{
		"text": "x", "broken": "a\xff", "yes": true, "count": uint64(3), "minus": int64(-3), "signed": int64(4),
		"real": 2.5, "nan": math.NaN(), "inner": map[string]any{"k": "v"},
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

// check parses a list whose value need not be a dictionary.
func check(data []byte, limits Limits) error {
	if _, err := Parse(data, limits); !errors.Is(err, device.WrongType) {
		return err
	}
	return nil
}

// FuzzParse checks that no list kills the process, and that Parse agrees with a general
// decoder.
func FuzzParse(f *testing.F) {
	f.Add([]byte(header + "<plist version=\"1.0\"><dict><key>a</key><string>b</string></dict></plist>"))
	f.Add([]byte("<plist><dict><!-- <array> --><key>k</key><array><![CDATA[<array>]]><integer>-0x5</integer></array></dict></plist>"))
	f.Add([]byte(`<!DOCTYPE plist "><array>"><plist><dict a b='>'/></plist>`))
	f.Add([]byte("<plist><!-->--><?a ?><dict><key>d</key><data>AAEC</data><key>u</key><dict><key>CF$UID</key><integer>3</integer></dict></dict></plist>"))
	f.Add([]byte("<plist><dict><key>a</key><integer>+5</integer><key>b</key><what><x/></what><key>c</key><date>2026-01-02T03:04:05Z</date></dict></plist>"))
	f.Add(bomb())
	f.Add(chain(3))
	f.Add(binaryList([]byte{0xD2, 1, 3, 2, 4}, []byte{0x51, 'x'}, []byte{0x33, 0x41, 0xC0, 0, 0, 0, 0, 0, 0}, []byte{0x61, 0, 'y'}, []byte{0x80, 7}))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse(data, Limits{MaxBytes: 1 << 16, MaxDepth: 8, MaxObjects: 1000})
		if err != nil {
			return
		}
		var want any
		if _, err := plist.Unmarshal(data, &want); err != nil {
			return
		}
		if dict, ok := want.(map[string]any); ok && !same(dict, map[string]any(got)) {
			t.Errorf("Parse = %#v, want %#v", got, want)
		}
	})
}

// same compares the values of a general decoder with ours, which may be stricter.
func same(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for key := range got {
			if _, there := want[key]; there && !same(want[key], got[key]) {
				return false
			}
		}
		return len(want) == len(got)
	case []any:
		got, ok := got.([]any)
		return ok && slices.EqualFunc(want, got, same)
	case string:
		got, ok := got.(string)
		return ok && strings.ToValidUTF8(want, "") == strings.ToValidUTF8(got, "")
	case []byte:
		got, ok := got.([]byte)
		return ok && bytes.Equal(want, got)
	case plist.UID:
		uid, ok := got.(UID)
		return ok && uint64(want) == uint64(uid) || got == undecodable{}
	case float32:
		return same(float64(want), got)
	case float64:
		return want == got || math.IsNaN(want)
	case time.Time:
		date, ok := got.(time.Time)
		return ok && want.Equal(date) || got == undecodable{}
	case uint64, int64:
		return want == got || got == undecodable{}
	default:
		return want == got
	}
}

// binaryList returns a binary property list of these objects, with the first as its root.
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

// bomb returns a small list of arrays that each contain the next one ten times.
func bomb() []byte {
	var objects [][]byte
	for i := range 14 {
		objects = append(objects, append([]byte{0xAA}, bytes.Repeat([]byte{byte(i + 1)}, 10)...))
	}
	return binaryList(append(objects, []byte{0x08})...)
}

// chain returns a list of arrays that each contain the next one. More than 120 of them need
// offsets of more than one byte.
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

// Wanted keys have the same values as with Parse, whatever else is in the list.
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

// Unwanted values are not decoded, so undecodable ones do no harm.
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

// A truncated or oversized list is rejected, however little of it is wanted.
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

// FuzzParseKeys looks for panics, and for XML lists that only Parse can read. (In a crafted
// binary list objects may overlap, and omitting some garbles others.)
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
