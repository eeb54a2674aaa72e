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

// pmv is the part of Apple's list that is used. Both lists are named iOS, but also contain
// iPadOS, watchOS, tvOS and HomePod software.
type pmv struct {
	PublicAssetSets assetSets // offered to everyone
	AssetSets       assetSets // what MDM can still install, including older versions
}

type assetSets struct {
	IOS []asset `json:"iOS"`
}

// asset is one build of one version. Each version has at least two.
type asset struct {
	ProductVersion   string
	Build            string
	PostingDate      string // 2026-08-17
	SupportedDevices []string
}

// Parse reads Apple's list, or a file that has it under the key "data". The table has the
// date of its newest release.
//
// The expiry dates of offers are ignored: Apple keeps extending the last version of a line,
// and it remains the newest for its models either way.
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

// tableOf merges the builds of each version, however the list splits them.
func tableOf(answer pmv) (Table, error) {
	public, err := offersIn(answer.PublicAssetSets)
	if err != nil {
		return Table{}, err
	}
	if len(public) == 0 {
		return Table{}, errors.New("it lists nothing for an iPhone or iPad")
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

// offersIn converts each asset for a supported model to an offer.
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

// join merges two offers of one version.
func join(a, b Offer) Offer {
	return Offer{
		Version: b.Version,
		Builds:  append(a.Builds, b.Builds...),
		Posted:  earlier(a.Posted, b.Posted),
		Models:  append(a.Models, b.Models...),
	}
}

// earlier returns the earlier of two posting dates of a version. When Apple extends an
// offer, it gets a new date in one list and keeps the old one in the other.
func earlier(a, b time.Time) time.Time {
	if !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// sorted sorts a list and removes duplicates.
func sorted(list []string) []string {
	slices.SortFunc(list, byNumbers)
	return slices.Compact(list)
}

// byNumbers compares ProductTypes numerically, iPad8,9 before iPad8,10, and other texts as
// strings.
func byNumbers(a, b string) int {
	familyA, majorA, minorA, okA := device.ModelNumber(a)
	familyB, majorB, minorB, okB := device.ModelNumber(b)
	if !okA || !okB {
		return strings.Compare(a, b)
	}
	return cmp.Or(strings.Compare(familyA, familyB), majorA-majorB, minorA-minorB)
}
