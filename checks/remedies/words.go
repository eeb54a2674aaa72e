package remedies

import (
	"math"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// Expand fills in a template, the Ask of a check or a step of a remedy, for one model and one
// iOS version. Each {token} becomes
//
//   - {device}: iPhone, iPad or iPod touch
//   - {os}: iOS, or iPadOS on an iPad from version 13
//   - {account}: Apple Account, or Apple ID before version 18
//   - {backup-switch}: the label of the switch on the iCloud Backup page
//   - {computer-app}: the program that backs up the device to a computer
//   - {restart}, {force-restart}: the buttons to press, as the middle of a sentence
//   - {P-BACKUP} and the like: a path in Settings or Files, see paths.go
//
// Unknown versions are assumed to be the newest; an unknown model is called iPhone/iPad, with
// the buttons of every model. ok is false if the template needs something that this model or
// version does not have, or has an unknown token: such a step must be left out.
func Expand(template string, id device.Identity) (text string, ok bool) {
	return wordsFor(id).expand(template)
}

// words is what the wording for a device depends on.
type words struct {
	family  string         // iPhone, iPad or iPod; "" if not read
	model   model          // zero if not read
	version device.Version // newest if not read
}

// newest is used for an unknown version.
var newest = device.Version{Major: math.MaxInt}

func wordsFor(id device.Identity) words {
	var w words
	if productType, err := id.ProductType.Get(); err == nil {
		w.model = parseModel(productType)
		w.family = w.model.family
	}
	if class, err := id.Class.Get(); err == nil && (knownFamily(class) || otherSystems[class] != "") {
		w.family = class
	}
	version, err := id.Version()
	if err != nil {
		version = newest
	}
	w.version = version
	return w
}

func (w words) expand(template string) (string, bool) {
	var text strings.Builder
	for {
		before, token, rest, found := cutToken(template)
		text.WriteString(before)
		if !found {
			return text.String(), true
		}
		meaning, ok := w.meaning(token)
		if !ok {
			return "", false
		}
		expanded, ok := w.expand(meaning)
		if !ok {
			return "", false
		}
		text.WriteString(expanded)
		template = rest
	}
}

// cutToken cuts a template around its first {token}. Without one, before is all of it.
func cutToken(template string) (before, token, rest string, found bool) {
	for end := range len(template) {
		if template[end] != '}' {
			continue
		}
		if start := strings.LastIndexByte(template[:end], '{'); start >= 0 {
			return template[:start], template[start+1 : end], template[end+1:], true
		}
	}
	return template, "", "", false
}

// meaning returns the text of a token, which is itself a template.
func (w words) meaning(token string) (template string, ok bool) {
	switch token {
	case "device":
		return w.device(), true
	case "os":
		return w.os(), true
	case "account":
		return since(w.version, wording{iOS18, "Apple Account"}, wording{first, "Apple ID"})
	case "backup-switch":
		return since(w.version, wording{iOS16, "Back Up This {device}"}, wording{first, "iCloud Backup"})
	case "computer-app":
		return "Finder on a Mac (iTunes before macOS 10.15), or Apple Devices or iTunes on Windows", true
	case "restart":
		return w.model.restart(), true
	case "force-restart":
		return w.model.forceRestart(), true
	}
	return w.path(token)
}

func (w words) device() string {
	switch w.family {
	case "":
		return "iPhone/iPad"
	case "iPod":
		return "iPod touch"
	}
	if otherSystems[w.family] != "" {
		return "device"
	}
	return w.family
}

// otherSystems are the operating systems of device classes that are listed but not judged.
var otherSystems = map[string]string{
	"Watch":          "watchOS",
	"AppleTV":        "tvOS",
	"AudioAccessory": "audioOS",
	"RealityDevice":  "visionOS",
}

func (w words) os() string {
	switch {
	case w.family == "":
		return "iOS/iPadOS"
	case otherSystems[w.family] != "":
		return otherSystems[w.family]
	case w.family == "iPad" && w.version.Major >= 13:
		return "iPadOS"
	default:
		return "iOS"
	}
}

// A wording is what things are called from one version on.
type wording struct {
	from device.Version
	text string
}

// since returns the wording for a version from a list sorted newest first. It returns false for
// a version older than the last wording.
func since(version device.Version, wordings ...wording) (string, bool) {
	for _, w := range wordings {
		if version.Compare(w.from) >= 0 {
			return w.text, true
		}
	}
	return "", false
}
