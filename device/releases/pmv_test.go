package releases

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestParse(t *testing.T) {
	data, err := os.ReadFile("testdata/pmv.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	want := Table{
		Date: date(2026, 6, 3),
		Offers: []Offer{
			{
				Version: device.Version{Major: 26, Minor: 1},
				Builds:  []string{"23B1"},
				Posted:  date(2026, 6, 1),
				Models:  []string{"iPhone12,1", "iPhone12,10"},
			},
			{
				Version: device.Version{Major: 18, Minor: 10},
				Builds:  []string{"22K1", "22K6001"},
				Posted:  date(2026, 6, 3),
				Models:  []string{"iPhone11,8"},
			},
			{
				Version: device.Version{Major: 18, Minor: 9},
				Builds:  []string{"22J1", "22J6001"},
				Posted:  date(2026, 4, 20), // its date in the other list
				Models:  []string{"iPad8,9", "iPad8,10", "iPhone12,1"},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	wrapped, err := Parse([]byte(`{"etag": "0", "data": ` + string(data) + `}`))
	if diff := cmp.Diff(want, wrapped); err != nil || diff != "" {
		t.Errorf("under the key data: %v (-want +got):\n%s", err, diff)
	}
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func TestParseRejects(t *testing.T) {
	asset := func(fields string) string {
		return `{"PublicAssetSets": {"iOS": [{` + fields + `, "SupportedDevices": ["iPhone12,1"]}]}}`
	}
	tests := map[string]struct{ data, want string }{
		"nothing":            {``, "not Apple's list"},
		"a web page":         {`<html>`, "not Apple's list"},
		"another document":   {`{"devices": []}`, "lists nothing"},
		"only watches":       {`{"PublicAssetSets": {"iOS": [{"ProductVersion": "x", "SupportedDevices": ["Watch4,1"]}]}}`, "lists nothing"},
		"no version":         {asset(`"Build": "23B1", "PostingDate": "2026-06-01"`), `"" is not a version`},
		"odd version":        {asset(`"ProductVersion": "26.1 (a)", "Build": "23B1", "PostingDate": "2026-06-01"`), "is not a version"},
		"odd date":           {asset(`"ProductVersion": "26.1", "Build": "23B1", "PostingDate": "1 June"`), "is not a date"},
		"build with escapes": {asset(`"ProductVersion": "26.1", "Build": "\u001b[2J", "PostingDate": "2026-06-01"`), "is not a build"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(test.data))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one that says %q", err, test.want)
			}
		})
	}
}

// FuzzParse checks that any list that can be parsed gives a table that can be saved.
func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/pmv.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"data": {"PublicAssetSets": {"iOS": [{"ProductVersion": "26", "Build": "23A1", "PostingDate": "2026-06-01", "SupportedDevices": ["iPod9,1"]}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Parse(data)
		if err != nil {
			return
		}
		written, err := table.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decode(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if again, err := back.encode(); err != nil || !bytes.Equal(again, written) {
			t.Errorf("%v: the table changed on its way through a file:\n%s\n%s", err, written, again)
		}
	})
}
