package releases

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Table lists the versions that Apple offers, and for which models.
type Table struct {
	Date   time.Time `json:"date"`   // complete up to this day: when it was downloaded, or else of its newest release; UTC
	Source string    `json:"-"`      // "embedded" or "updated"
	Offers []Offer   `json:"offers"` // highest version first; without releases that Apple no longer lists
}

// An Offer is one version that Apple offers.
type Offer struct {
	Version device.Version `json:"version"`
	Builds  []string       `json:"builds,omitempty"` // all builds of this version, sorted
	Posted  time.Time      `json:"posted,omitzero"`  // earliest date in the list, for old lines well after the release; zero if unknown
	Models  []string       `json:"models"`           // ProductTypes it is offered for
}

// Sources of a table.
const (
	SourceEmbedded = "embedded" // built into the program
	SourceUpdated  = "updated"  // written by Update
)

// To refresh the embedded table: PMV=file-with-apples-answer go generate ./device/releases
//
//go:generate go run ./generate -from $PMV -out table.json

//go:embed table.json
var embedded []byte

// Embedded returns the built-in table, which a scan uses unless there is a newer copy.
func Embedded() Table { return BuiltIn(embedded) }

// BuiltIn decodes a table compiled into the program. It panics if the table is invalid.
func BuiltIn(data []byte) Table {
	table, err := decode(data)
	if err != nil {
		panic("releases: a built-in table is broken: " + err.Error())
	}
	table.Source = SourceEmbedded
	return table
}

// Newest returns the newest software for a device's model, and the newest with its
// installed major version. It is unknown if the ProductType is, and device.Unlisted if the
// table does not have the model. It may be older than the installed version, since the
// table has a date.
func (t Table) Newest(id device.Identity) device.Fact[device.Release] {
	productType, err := id.ProductType.Get()
	if err != nil {
		return device.Unknown[device.Release](err)
	}
	offers := t.offersTo(productType)
	if len(offers) == 0 {
		return device.Unknown[device.Release](device.Unlisted)
	}
	newest := slices.MaxFunc(offers, byVersion)
	return device.Known(device.Release{
		Newest:      newest.Version.String(),
		SameMajor:   newestOfMajor(offers, id),
		Builds:      newest.Builds,
		Posted:      newest.Posted,
		TableDate:   t.Date,
		TableSource: t.Source,
		TableNewest: t.newestOfAll().String(),
	})
}

// newestOfAll returns the highest version offered for any model.
func (t Table) newestOfAll() device.Version {
	var newest device.Version
	for _, offer := range t.Offers {
		if offer.Version.Compare(newest) > 0 {
			newest = offer.Version
		}
	}
	return newest
}

// newestOfMajor returns the highest version with the installed major, or "" if there is
// none.
func newestOfMajor(offers []Offer, id device.Identity) string {
	installed, err := id.Version()
	if err != nil {
		return ""
	}
	var newest device.Version
	for _, offer := range offers {
		if offer.Version.Major == installed.Major && offer.Version.Compare(newest) > 0 {
			newest = offer.Version
		}
	}
	if newest == (device.Version{}) {
		return ""
	}
	return newest.String()
}

// offersTo returns the offers for a model, including those that Apple no longer lists.
func (t Table) offersTo(productType string) []Offer {
	var offers []Offer
	for _, list := range [][]Offer{t.Offers, lastOffers} {
		for _, offer := range list {
			if slices.Contains(offer.Models, productType) {
				offers = append(offers, offer)
			}
		}
	}
	return offers
}

func byVersion(a, b Offer) int { return a.Version.Compare(b.Version) }

// Models returns the number of models in the table.
func (t Table) Models() int {
	models := map[string]bool{}
	for _, offer := range t.Offers {
		for _, model := range offer.Models {
			models[model] = true
		}
	}
	return len(models)
}

// encode writes a table for decode, indented so that changing one model changes one line.
func (t Table) encode() ([]byte, error) {
	data, err := json.MarshalIndent(t, "", " ")
	return append(data, '\n'), err
}

// decode reads a table, and rejects any that encode could not have written.
func decode(data []byte) (Table, error) {
	var table Table
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&table); err != nil {
		return Table{}, err
	}
	if table.Date.IsZero() {
		return Table{}, errors.New("the table has no date")
	}
	if len(table.Offers) == 0 {
		return Table{}, errors.New("the table is empty")
	}
	for _, offer := range table.Offers {
		if err := offer.check(); err != nil {
			return Table{}, err
		}
	}
	return table, nil
}

// check reports an error unless the texts of an offer have the format that Apple uses,
// because they will be printed.
func (o Offer) check() error {
	for _, build := range o.Builds {
		if !isBuild(build) {
			return fmt.Errorf("%q, under %s, is not a build", build, o.Version)
		}
	}
	for _, model := range o.Models {
		if !isOurs(model) {
			return fmt.Errorf("%q, under %s, is not an iPhone, iPad or iPod touch", model, o.Version)
		}
	}
	return nil
}

// isBuild reports whether text looks like a build: at most 16 letters and digits.
func isBuild(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return 0 < len(text) && len(text) <= 16
}

// isOurs reports whether a ProductType is an iPhone, iPad or iPod touch.
func isOurs(productType string) bool {
	family, _, _, ok := device.ModelNumber(productType)
	return ok && slices.Contains([]string{"iPhone", "iPad", "iPod"}, family)
}
