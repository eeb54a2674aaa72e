package releases

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestNewest(t *testing.T) {
	tests := map[string]struct {
		productType, installed string
		newest, sameMajor      string
		builds                 []string
	}{
		"up to date":               {"iPhone14,4", "26.6.1", "26.6.1", "26.6.1", []string{"23G83", "23G6083"}},
		"a patch behind":           {"iPhone14,4", "26.5", "26.6.1", "26.6.1", []string{"23G83", "23G6083"}},
		"a major behind":           {"iPhone14,4", "18.7.2", "26.6.1", "18.7.8", []string{"23G83", "23G6083"}},
		"a major no longer signed": {"iPhone14,4", "17.1", "26.6.1", "", []string{"23G83", "23G6083"}},
		"newer than the table":     {"iPhone14,4", "27.0.1", "26.6.1", "", []string{"23G83", "23G6083"}},
		"end of the line":          {"iPhone11,6", "18.7.8", "18.7.10", "18.7.10", []string{"22H374", "22H6374"}},
		"old iPad":                 {"iPad7,5", "17.7.11", "17.7.11", "17.7.11", []string{"21H461", "21H6461"}},
		"no longer listed":         {"iPhone5,2", "10.3.3", "10.3.4", "10.3.4", nil},
		"version not told":         {"iPhone14,4", "", "26.6.1", "", []string{"23G83", "23G6083"}},
	}
	table := pinned(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			id := device.Identity{ProductType: device.Known(test.productType)}
			if test.installed != "" {
				id.ProductVersion = device.Known(test.installed)
			}
			got, err := table.Newest(id).Get()
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(test.builds)
			want := device.Release{
				Newest: test.newest, SameMajor: test.sameMajor, Builds: test.builds,
				Posted: got.Posted, TableDate: table.Date, TableSource: "embedded", TableNewest: table.newestOfAll().String(),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnlistedModel(t *testing.T) {
	table := pinned(t)
	for _, productType := range []string{"iPhone99,1", "iPhone14,40", "iPhone1", "Watch7,1", ""} {
		id := device.Identity{ProductType: device.Known(productType)}
		if _, err := table.Newest(id).Get(); !errors.Is(err, device.Unlisted) {
			t.Errorf("newest for %q: got %v", productType, err)
		}
		if _, err := table.ModelName(productType).Get(); !errors.Is(err, device.Unlisted) {
			t.Errorf("name of %q: got %v", productType, err)
		}
	}
	id := device.Identity{ProductType: device.Unknown[string](device.Locked)}
	if _, err := table.Newest(id).Get(); !errors.Is(err, device.Locked) {
		t.Errorf("newest for a model that was not told: got %v", err)
	}
}

// TestModelsAreListedOnce checks the hand-written lists for consistency: every model has
// one name and at least one offer.
func TestModelsAreListedOnce(t *testing.T) {
	table := Embedded()
	seen := map[string]string{}
	for _, model := range models {
		for _, productType := range model.types {
			if !isOurs(productType) {
				t.Errorf("%s: %q is not a ProductType", model.name, productType)
			}
			if other, ok := seen[productType]; ok {
				t.Errorf("%s is both %s and %s", productType, other, model.name)
			}
			seen[productType] = model.name
			if len(table.offersTo(productType)) == 0 {
				t.Errorf("%s, %s, is offered nothing", productType, model.name)
			}
		}
	}
	for _, offer := range slices.Concat(table.Offers, lastOffers) {
		for _, productType := range offer.Models {
			if _, ok := seen[productType]; !ok {
				t.Errorf("%s, offered %s, has no name", productType, offer.Version)
			}
		}
	}
}

// TestEmbeddedTable checks what holds for the embedded table at any date.
func TestEmbeddedTable(t *testing.T) {
	table := Embedded()
	if again, err := table.encode(); err != nil || !bytes.Equal(again, embedded) {
		t.Errorf("%v: table.json is not as the generator writes it; see go:generate in table.go", err)
	}
	if table.Date.Before(pinned(t).Date) {
		t.Errorf("it is of %s, older than the table that the tests use", day(table.Date))
	}
	if models := table.Models(); models < leastModels {
		t.Errorf("it has %d models, and Apple's list has at least %d", models, leastModels)
	}
}

func TestTableIsGenerated(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/os-releases/gdmf_cached.json")
	if err != nil {
		t.Skipf("the list that the pinned table was made from is not here: %v", err)
	}
	table, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	table.Source = SourceEmbedded
	if diff := cmp.Diff(pinned(t), table); diff != "" {
		t.Errorf("the generator makes another table of the same list (-pinned +generated):\n%s", diff)
	}
}

// TestTableAgreesWithCatalogue compares our names and versions with an independent
// catalogue of all models.
func TestTableAgreesWithCatalogue(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/os-releases/product_catalogue.json")
	if err != nil {
		t.Skipf("the independent list of models is not here: %v", err)
	}
	var catalogue struct {
		Devices []struct {
			ProductType string `json:"product_type"`
			Name        string
			MaxVersion  string `json:"max_version"`
			Builds      []string
		}
	}
	if err := json.Unmarshal(data, &catalogue); err != nil {
		t.Fatal(err)
	}
	table := pinned(t)
	for _, want := range catalogue.Devices {
		release, err := table.Newest(device.Identity{ProductType: device.Known(want.ProductType)}).Get()
		if err != nil || release.Newest != want.MaxVersion {
			t.Errorf("%s ends on %s there, and here on %q, %v", want.ProductType, want.MaxVersion, release.Newest, err)
		}
		slices.Sort(want.Builds)
		if !slices.Equal(release.Builds, want.Builds) {
			t.Errorf("%s: builds %v there, and here %v", want.ProductType, want.Builds, release.Builds)
		}
		name, err := table.ModelName(want.ProductType).Get()
		if err != nil || plainName(name) != plainName(want.Name) {
			t.Errorf("%s is %q there, and here %q, %v", want.ProductType, plainName(want.Name), plainName(name), err)
		}
	}
	count := 0
	for _, model := range models {
		count += len(model.types)
	}
	if count != len(catalogue.Devices) {
		t.Errorf("%d models there, and here %d", len(catalogue.Devices), count)
	}
}

// otherNames maps the catalogue's names to ours where they differ from the marketing names,
// or lack a generation.
var otherNames = map[string]string{
	"iPhone 2G":          "iPhone",
	"iPhone 6+":          "iPhone 6 Plus",
	"iPhone 6s+":         "iPhone 6s Plus",
	"iPhone SE":          "iPhone SE (1st generation)",
	"iPad 1":             "iPad",
	"iPad 3":             "iPad (3rd generation)",
	"iPad 4":             "iPad (4th generation)",
	"iPad 5":             "iPad (5th generation)",
	"iPad Pro 12.9-inch": "iPad Pro 12.9-inch (1st generation)",
	"iPod touch 1G":      "iPod touch",
	"iPod touch 2G":      "iPod touch (2nd generation)",
	"iPod touch 3":       "iPod touch (3rd generation)",
	"iPod touch 4":       "iPod touch (4th generation)",
	"iPod touch 5":       "iPod touch (5th generation)",
	"iPod touch 6":       "iPod touch (6th generation)",
	"iPod touch 7":       "iPod touch (7th generation)",
}

var (
	radios  = regexp.MustCompile(` Wi-Fi( \+ Cellular)?| \((WiFi|Cellular|China|China mainland|GSM|CDMA|Global|Mid 2012|GSM / 2012|1TB|1 or 2 TB)\)`)
	bracket = regexp.MustCompile(`\((\d+\.?\d*-inch)\)`) // the catalogue puts some sizes in parentheses
)

// plainName strips what our list omits on purpose: radio and storage variants.
func plainName(name string) string {
	name = bracket.ReplaceAllString(radios.ReplaceAllString(name, ""), "$1")
	if other, ok := otherNames[name]; ok {
		return other
	}
	return name
}

func TestDecodeRejects(t *testing.T) {
	tests := map[string]struct{ data, want string }{
		"no date":           {`{"offers": [{"version": "26.1", "models": ["iPhone12,1"]}]}`, "no date"},
		"no offers":         {`{"date": "2026-06-01T00:00:00Z"}`, "empty"},
		"odd version":       {`{"date": "2026-06-01T00:00:00Z", "offers": [{"version": "x", "models": []}]}`, "could not be understood"},
		"odd model":         {`{"date": "2026-06-01T00:00:00Z", "offers": [{"version": "26.1", "models": ["\u001b[2J"]}]}`, "is not an iPhone"},
		"odd build":         {`{"date": "2026-06-01T00:00:00Z", "offers": [{"version": "26.1", "builds": ["a b"], "models": []}]}`, "is not a build"},
		"a later version's": {`{"date": "2026-06-01T00:00:00Z", "names": {}}`, "unknown field"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := decode([]byte(test.data))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one that says %q", err, test.want)
			}
		})
	}
}
