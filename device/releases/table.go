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

// A Table is what Apple offers, and to which models.
type Table struct {
	Date   time.Time `json:"date"`   // the day up to which it is known to be complete: when it was fetched, or else of its newest posting; UTC
	Source string    `json:"-"`      // "embedded" or "updated"
	Offers []Offer   `json:"offers"` // highest version first; without the lines Apple no longer lists
}

// An Offer is one version that Apple offers.
type Offer struct {
	Version device.Version `json:"version"`
	Builds  []string       `json:"builds,omitempty"` // each of them is this version; sorted
	Posted  time.Time      `json:"posted,omitzero"`  // first day it is listed with: for an old line well after its release; zero if unknown
	Models  []string       `json:"models"`           // ProductTypes that it is offered to
}

// Where a table comes from.
const (
	SourceEmbedded = "embedded" // built into the program
	SourceUpdated  = "updated"  // written by Update
)

// To refresh the embedded table: PMV=file-with-apples-answer go generate ./device/releases
//
//go:generate go run ./generate -from $PMV -out table.json

//go:embed table.json
var embedded []byte

// Embedded is the table that a scan uses unless there is a newer copy.
func Embedded() Table { return BuiltIn(embedded) }

// BuiltIn reads a table that is compiled into the program, and panics if it is broken.
func BuiltIn(data []byte) Table {
	table, err := decode(data)
	if err != nil {
		panic("releases: a table that is built in is broken: " + err.Error())
	}
	table.Source = SourceEmbedded
	return table
}

// Newest is the newest software for this model, and the newest of its installed major. It is
// unknown where the device did not tell its ProductType, and device.Unlisted where the table
// does not have it. Being older than what is installed is possible: the table has a date.
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

// newestOfAll is the highest version that is offered to any model.
func (t Table) newestOfAll() device.Version {
	var newest device.Version
	for _, offer := range t.Offers {
		if offer.Version.Compare(newest) > 0 {
			newest = offer.Version
		}
	}
	return newest
}

// newestOfMajor is the highest version with the installed major, "" if there is none.
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

// offersTo is what this very model is offered, the lines Apple no longer lists included.
func (t Table) offersTo(productType string) []Offer {
	var offers []Offer
	for _, offer := range slices.Concat(t.Offers, lastOffers) {
		if slices.Contains(offer.Models, productType) {
			offers = append(offers, offer)
		}
	}
	return offers
}

func byVersion(a, b Offer) int { return a.Version.Compare(b.Version) }

// Models counts the models that something is offered to.
func (t Table) Models() int {
	models := map[string]bool{}
	for _, offer := range t.Offers {
		for _, model := range offer.Models {
			models[model] = true
		}
	}
	return len(models)
}

// encode writes a table as decode reads it: indented, so that a change of one model is a
// change of one line.
func (t Table) encode() ([]byte, error) {
	data, err := json.MarshalIndent(t, "", " ")
	return append(data, '\n'), err
}

// decode reads a table and refuses one that could not have been written by encode.
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

// check holds every text of an offer to the form that Apple writes it in, because it will
// be printed.
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

// isBuild tells whether text is written like a build: letters and digits, 16 at most.
func isBuild(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return 0 < len(text) && len(text) <= 16
}

// isOurs tells whether a ProductType is one of an iPhone, iPad or iPod touch.
func isOurs(productType string) bool {
	family, _, _, ok := device.ModelNumber(productType)
	return ok && slices.Contains([]string{"iPhone", "iPad", "iPod"}, family)
}
