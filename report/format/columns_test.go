package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

// Untrusted text never shifts a column or reaches the terminal uncleaned.
func TestColumns(t *testing.T) {
	var out strings.Builder
	if err := Columns(&out, [][]string{{"NAME", "SITE"}, {"日本", "a"}, {"\x1b[31mred\n", ""}, {"", "b\u202e"}, {"alone"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "NAME     SITE\n日本     a\n[31mred  -\n-        b\nalone\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	if err := Columns(&out, nil); err != nil || out.String() != "" {
		t.Errorf("no rows are %q, %v", out.String(), err)
	}
}

// A place is a row of the lists below.
type place struct {
	Name string `json:"name"`
	Site string `json:"site"`
	Lag  int    `json:"lag"`
}

// A placeList is places as a document.
type placeList struct {
	Kind   string  `json:"kind"`
	Places []place `json:"places"`
}

var places = List[place]{
	Title:    "Places & more",
	Document: placeList{"places", []place{}},
	Columns: []Column[place]{
		{Head: "name", Text: func(p place) string { return p.Name }},
		{Head: "site", Text: func(p place) string { return p.Site }},
		{Head: "lag", Text: func(p place) string { return strconv.Itoa(p.Lag) }},
	},
	Terminal: []Column[place]{
		{Head: "NAME", Text: func(p place) string { return p.Name }},
		{Head: "SITE", Text: func(p place) string { return p.Site }},
	},
}

var errGone = errors.New("the database is gone")

// placeRows returns two rows, the second with a name that would be a formula, and then an
// error.
func placeRows(last error) iter.Seq2[place, error] {
	return func(yield func(place, error) bool) {
		_ = yield(place{"oslo", "a,b", -2}, nil) && yield(place{"=1+1", "<b>\u202e", 0}, nil) && last != nil && yield(place{}, last)
	}
}

func TestListFormats(t *testing.T) {
	for format, want := range map[string]string{
		"csv":  "name,site,lag\noslo,\"a,b\",-2\n'=1+1,<b>,0\n",
		"json": `{"kind":"places","places":[` + "\n" + `{"name":"oslo","site":"a,b","lag":-2},` + "\n" + `{"name":"=1+1","site":"<b>\u202e","lag":0}` + "\n]}\n",
		"html": "<tr><td>oslo</td><td>a,b</td><td>-2</td></tr>\n<tr><td>“=1&#43;1”</td><td>“&lt;b&gt;”</td><td>0</td></tr>\n</tbody></table></div>\n",
		"":     "NAME    SITE\noslo    a,b\n“=1+1”  “<b>”\n",
	} {
		var whole, broken bytes.Buffer
		if err := places.Write(&whole, format, placeRows(nil)); err != nil || !strings.HasSuffix(whole.String(), want) {
			t.Errorf("%q: %v\n%s", format, err, &whole)
		}
		if err := places.Write(&broken, format, placeRows(errGone)); !errors.Is(err, errGone) {
			t.Errorf("%q that breaks off ends with %v", format, err)
		}
		if format != "csv" && broken.Len() >= whole.Len() {
			t.Errorf("%q that breaks off looks whole", format)
		}
		if err := places.Write(brokenPipe{}, format, placeRows(nil)); err == nil {
			t.Errorf("%q into a broken pipe is no error", format)
		}
	}
}

// A document whose last field is no list cannot take rows.
func TestListNeedsADocument(t *testing.T) {
	for _, document := range []any{nil, place{}, placeList{Places: []place{{}}}} {
		if err := (List[place]{Document: document}).Write(io.Discard, "json", Rows[place](nil)); err == nil {
			t.Errorf("%T takes rows", document)
		}
	}
}

func TestListsWithoutRows(t *testing.T) {
	for format, want := range map[string]string{"csv": "name,site,lag\n", "json": `{"kind":"places","places":[]}` + "\n", "": ""} {
		var out bytes.Buffer
		if err := places.Write(&out, format, Rows[place](nil)); err != nil || out.String() != want {
			t.Errorf("%q of nothing is %q, %v", format, &out, err)
		}
	}
}

// FuzzList checks that text in a row never leaves its cell, starts a formula or reaches a
// terminal uncleaned.
func FuzzList(f *testing.F) {
	for _, text := range []string{"", "=1+1", " =1+1", "\t=1", "\x00=1", "+49", "-1", "@SUM(A1)", "\u200b=1", "x;=HYPERLINK(1)", "</td><script>", "\xff", "a\r\nb,\"c"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		write := func(format string, p place) string {
			var out strings.Builder
			if err := places.Write(&out, format, Rows([]place{p})); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		hostile, plain := place{text, text, 1}, place{"x", "x", 1}
		row := tableRows(t, write("csv", hostile))[0]
		if beginsFormula(row["site"]) || signedNumber.MatchString(row["name"]) || beginsFormula(row["name"]) {
			t.Errorf("%q became %q", text, row)
		}
		if got, want := strings.Count(write("html", hostile), "<"), strings.Count(write("html", plain), "<"); got != want {
			t.Errorf("%q makes %d marks of HTML, want %d", text, got, want)
		}
		if lines := strings.Count(write("", hostile), "\n"); lines != 2 {
			t.Errorf("%q takes %d lines of a terminal", text, lines)
		}
		var back placeList
		document := write("json", hostile)
		if err := json.Unmarshal([]byte(document), &back); err != nil || back.Places[0].Name != strings.ToValidUTF8(text, "\ufffd") && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q became %s: %v", text, document, err)
		}
		for _, format := range []string{"csv", "html", "", "json"} {
			if shown := strings.ReplaceAll(write(format, hostile), "\n", ""); strings.ContainsFunc(shown, report.Hidden) {
				t.Errorf("%q has hidden characters in %q: %q", text, format, shown)
			}
		}
	})
}
