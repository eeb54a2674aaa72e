package ledger

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/report"
)

func FuzzPlace(f *testing.F) {
	f.Add(place{At: 1, Device: 2, Row: 3, Name: "x"}.word())
	f.Add("e30")
	f.Add("?")
	f.Fuzz(func(t *testing.T, after string) {
		got, err := Page{After: after}.place(place{})
		if err != nil {
			if !errors.Is(err, ErrPage) {
				t.Fatal(err)
			}
			return
		}
		again, err := Page{After: got.word()}.place(got)
		if err != nil || again != got {
			t.Errorf("%+v became %+v, %v", got, again, err)
		}
	})
}

// FuzzReport unpacks whatever a bench may send as a report: what is stored of it must be valid in
// both databases.
func FuzzReport(f *testing.F) {
	for _, name := range []string{"tray-of-six", "hostile-names"} {
		text, err := os.ReadFile("../../testdata/reports/" + name + ".json")
		must(f, err)
		f.Add(text)
	}
	f.Add([]byte(`{"devices":[{"udid":"\u0000a","takenAt":"0001-01-01T00:00:00Z","findings":[{"check":"x","status":"ok"},{"check":"x","status":"problem"}]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		var r report.Report
		if json.Unmarshal(document, &r) != nil {
			return
		}
		p, reason, err := open(Message{ID: messageID(1), Bench: "oslo", Received: monday, Report: r, JSON: document})
		if err != nil {
			t.Fatal(err)
		}
		if (reason == "") != (len(p.visits) > 0) {
			t.Errorf("refused as %q, with %d visits", reason, len(p.visits))
		}
		for _, v := range p.visits {
			if v.udid == "" || len(v.findings) > maxFindings || v.taken < 0 || v.backup < 0 {
				t.Errorf("a visit is %+v", v)
			}
			texts := []any{v.udid}
			for _, value := range append(texts, v.values()...) {
				if s, is := value.(string); is && (!utf8.ValidString(s) || strings.Contains(s, "\x00") || len(s) > 2*maxAsset) {
					t.Errorf("a text is %q", s)
				}
			}
		}
	})
}

// FuzzAsset stores an inventory row and reads it back.
func FuzzAsset(f *testing.F) {
	f.Add("Asset tag", "A-7", "Site", "Lab")
	f.Add("", "", `"},{"name":"`, `\","value":"<é>`)
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		d := report.Device{Asset: []report.Field{{Name: name, Value: value}, {Name: name2, Value: value2}}}
		var want []report.Field
		document := assetOf(d)
		must(t, json.Unmarshal([]byte(document), &want))
		if got := readAsset(document); !slices.Equal(got, want) {
			t.Errorf("%s is read as %q", document, got)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack([]byte("{}")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, packed []byte) {
		if document, err := unpack(packed); err == nil && len(document) > maxDetail {
			t.Errorf("%d bytes were unpacked", len(document))
		}
	})
}
