package releases

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// pmv is Apple's answer, as far as it is of use. Both lists are named iOS, yet they carry
// iPadOS, watchOS, tvOS and the HomePod's software too.
type pmv struct {
	PublicAssetSets assetSets // what anyone is offered
	AssetSets       assetSets // what management may still install, so also older versions
}

type assetSets struct {
	IOS []asset `json:"iOS"`
}

// asset is one build of one version. Each version comes in at least two.
type asset struct {
	ProductVersion   string
	Build            string
	PostingDate      string // 2026-08-17
	SupportedDevices []string
}

// Parse reads Apple's answer, or a file that has it under the key "data". The table's date is
// that of its newest posting.
//
// An offer's expiry is passed over on purpose: Apple prolongs the last version of a line
// again and again, and it stays the newest of its models either way.
func Parse(data []byte) (Table, error) {
	var answer struct {
		pmv
		Data *pmv `json:"data"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return Table{}, fmt.Errorf("this is not Apple's list of releases: %w", err)
	}
	if answer.Data != nil {
		answer.pmv = *answer.Data
	}
	table, err := tableOf(answer.pmv)
	if err != nil {
		return Table{}, fmt.Errorf("this is not Apple's list of releases: %w", err)
	}
	return table, nil
}

// tableOf gathers the builds of each version, however they are split over the list.
func tableOf(answer pmv) (Table, error) {
	public, err := offersIn(answer.PublicAssetSets)
	if err != nil {
		return Table{}, err
	}
	if len(public) == 0 {
		return Table{}, errors.New("it offers nothing to an iPhone or iPad")
	}
	managed, err := offersIn(answer.AssetSets)
	if err != nil {
		return Table{}, err
	}
	var table Table
	offers := map[device.Version]Offer{}
	for _, found := range public {
		if found.Posted.After(table.Date) {
			table.Date = found.Posted
		}
		offers[found.Version] = join(offers[found.Version], found)
	}
	for _, found := range managed {
		if offer, ok := offers[found.Version]; ok {
			offer.Posted = earlier(offer.Posted, found.Posted)
			offers[found.Version] = offer
		}
	}
	for _, offer := range offers {
		offer.Builds = sorted(offer.Builds)
		offer.Models = sorted(offer.Models)
		table.Offers = append(table.Offers, offer)
	}
	slices.SortFunc(table.Offers, func(a, b Offer) int { return byVersion(b, a) })
	return table, nil
}

// offersIn makes an offer of every asset that is for any model of ours.
func offersIn(sets assetSets) ([]Offer, error) {
	var offers []Offer
	for _, asset := range sets.IOS {
		offer := Offer{Builds: []string{asset.Build}}
		for _, model := range asset.SupportedDevices {
			if isOurs(model) {
				offer.Models = append(offer.Models, model)
			}
		}
		if len(offer.Models) == 0 {
			continue
		}
		var err error
		if offer.Version, err = device.ParseVersion(asset.ProductVersion); err != nil {
			return nil, fmt.Errorf("%q is not a version", asset.ProductVersion)
		}
		if offer.Posted, err = time.Parse(time.DateOnly, asset.PostingDate); err != nil {
			return nil, fmt.Errorf("%q, the day of %s, is not a date", asset.PostingDate, offer.Version)
		}
		if err := offer.check(); err != nil {
			return nil, err
		}
		offers = append(offers, offer)
	}
	return offers, nil
}

// join puts two offers of one version together.
func join(a, b Offer) Offer {
	return Offer{
		Version: b.Version,
		Builds:  append(a.Builds, b.Builds...),
		Posted:  earlier(a.Posted, b.Posted),
		Models:  append(a.Models, b.Models...),
	}
}

// earlier is the first day of two that a version was listed with: when Apple prolongs an
// offer, it gets a new day in one list and keeps the old one in the other.
func earlier(a, b time.Time) time.Time {
	if !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// sorted orders a list and leaves each text in it once.
func sorted(list []string) []string {
	slices.SortFunc(list, byNumbers)
	return slices.Compact(list)
}

// byNumbers orders ProductTypes as people do, iPad8,9 before iPad8,10, and all else by letters.
func byNumbers(a, b string) int {
	familyA, majorA, minorA, okA := device.ModelNumber(a)
	familyB, majorB, minorB, okB := device.ModelNumber(b)
	if !okA || !okB {
		return strings.Compare(a, b)
	}
	return cmp.Or(strings.Compare(familyA, familyB), majorA-majorB, minorA-minorB)
}
