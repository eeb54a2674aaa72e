package releases

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pinned is a table that does not change when the embedded one is updated.
func pinned(t *testing.T) Table {
	t.Helper()
	data, err := os.ReadFile("../../testdata/releases.json")
	if err != nil {
		t.Fatal(err)
	}
	return BuiltIn(data)
}

// saveAnswer writes the pinned table in the format of Apple's list.
func saveAnswer(t *testing.T, change func(*pmv)) string {
	t.Helper()
	var answer pmv
	for _, offer := range pinned(t).Offers {
		answer.PublicAssetSets.IOS = append(answer.PublicAssetSets.IOS, asset{
			ProductVersion: offer.Version.String(), Build: offer.Builds[0],
			PostingDate: day(offer.Posted), SupportedDevices: offer.Models,
		})
	}
	change(&answer)
	data, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "pmv.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func asItIs(*pmv) {}

func withNewer(answer *pmv) {
	answer.PublicAssetSets.IOS = append(answer.PublicAssetSets.IOS, asset{
		ProductVersion: "27.1", Build: "24B80", PostingDate: "2026-11-02", SupportedDevices: []string{"iPhone14,4", "iPhone99,1"},
	})
}

func TestUpdateThenLoad(t *testing.T) {
	tests := map[string]struct {
		change func(*pmv)
		date   time.Time
		newest string
	}{
		"same as built in": {asItIs, pinned(t).Date, "26.6.1"},
		"newer":            {withNewer, date(2026, 11, 2), "27.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "backupdoctor", "releases.json")
			updated, err := Update(t.Context(), pinned(t), saveAnswer(t, test.change), path)
			if err != nil {
				t.Fatal(err)
			}
			if updated.Source != "updated" || !updated.Date.Equal(test.date) || updated.Offers[0].Version.String() != test.newest {
				t.Errorf("got %s table of %s that begins with %s", updated.Source, updated.Date, updated.Offers[0].Version)
			}
			loaded, err := Load(pinned(t), path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(updated, loaded); diff != "" {
				t.Errorf("the table was read back changed (-updated +loaded):\n%s", diff)
			}
			leftovers, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(leftovers) != 1 {
				t.Errorf("found %v, %v beside the table", leftovers, err)
			}
		})
	}
}

func TestUpdateRefuses(t *testing.T) {
	tests := map[string]struct {
		change func(*pmv)
		want   string
	}{
		"one that broke off": {
			func(answer *pmv) { answer.PublicAssetSets.IOS = answer.PublicAssetSets.IOS[:1] }, "it is not complete",
		},
		"an older one": {
			func(answer *pmv) {
				for i := range answer.PublicAssetSets.IOS {
					answer.PublicAssetSets.IOS[i].PostingDate = "2025-01-01"
				}
			}, "older than the built-in table",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "releases.json")
			if err := os.WriteFile(path, []byte("what was there"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Update(t.Context(), pinned(t), saveAnswer(t, test.change), path)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one that says %q", err, test.want)
			}
			if left, _ := os.ReadFile(path); string(left) != "what was there" {
				t.Errorf("the copy was overwritten with %q", left)
			}
		})
	}
}

func TestUpdateFromNowhere(t *testing.T) {
	_, err := Update(t.Context(), pinned(t), filepath.Join(t.TempDir(), "missing.json"), filepath.Join(t.TempDir(), "releases.json"))
	if !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

func TestLoadFallsBack(t *testing.T) {
	older := pinned(t)
	older.Date = older.Date.AddDate(0, 0, -1)
	olderText, err := older.encode()
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		content string
		want    string // in the error; "" for no error
	}{
		"older":       {string(olderText), ""},
		"broken":      {`{"date": "2026`, "is not used"},
		"not a table": {`[]`, "is not used"},
		"huge":        {strings.Repeat(" ", maxBytes+1), "larger than 8 MiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "releases.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			table, err := Load(pinned(t), path)
			if table.Source != "embedded" || !slices.Equal(table.Offers[0].Builds, pinned(t).Offers[0].Builds) {
				t.Errorf("got the %s table", table.Source)
			}
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one that says %q", err, test.want)
			}
		})
	}
	if table, err := Load(pinned(t), filepath.Join(t.TempDir(), "missing.json")); err != nil || table.Source != "embedded" {
		t.Errorf("without a copy: got the %s table, %v", table.Source, err)
	}
}

// FuzzDecode checks that no file in the user's folder can stop a run.
func FuzzDecode(f *testing.F) {
	f.Add(embedded)
	f.Add([]byte(`{"date": "2026-06-01T00:00:00Z", "offers": [{"version": "26.1", "builds": ["23B1"], "models": ["iPhone12,1"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := decode(data)
		if err != nil {
			return
		}
		if _, err := table.encode(); err != nil {
			t.Error(err)
		}
	})
}
