package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// For devices of other classes only their trust is judged. If the class is unknown, the model
// decides; if both are unknown, the device is judged normally.
func TestOtherClassesAreNotJudged(t *testing.T) {
	const watch = "Apple Watch is listed and not judged: it is not an iPhone, iPad or iPod touch."
	for name, test := range map[string]struct {
		class, model any
		headline     string // "" if the device is judged
	}{
		"watch":                  {"Watch", "Watch3,4", watch},
		"watch by its model":     {nil, "Watch3,4", watch},
		"Apple TV":               {"AppleTV", "AppleTV5,3", "Apple TV is listed and not judged: it is not an iPhone, iPad or iPod touch."},
		"HomePod":                {"AudioAccessory", "AudioAccessory5,1", "HomePod is listed and not judged: it is not an iPhone, iPad or iPod touch."},
		"headset":                {"RealityDevice", "RealityDevice14,1", "Apple Vision is listed and not judged: it is not an iPhone, iPad or iPod touch."},
		"anything else":          {"Toaster", "Toaster1,1", `A device of the class "Toaster" is listed and not judged: it is not an iPhone, iPad or iPod touch.`},
		"else, by its model":     {nil, "Mac14,2", `A device of the class "Mac" is listed and not judged: it is not an iPhone, iPad or iPod touch.`},
		"iPod touch":             {"iPod", "iPod9,1", ""},
		"iPad":                   {"iPad", "iPad8,1", ""},
		"iPhone by its model":    {nil, "iPhone14,4", ""},
		"neither class nor type": {nil, nil, ""},
		"a type that says less":  {nil, "unknown", ""},
	} {
		s := well(func(s *device.Snapshot) {
			s.Device.Class, s.Device.ProductType = factOr(test.class), factOr(test.model)
		})
		findings := Run(s, All())
		d := Diagnose(s, findings)
		if test.headline == "" {
			if d.Verdict == NotExamined {
				t.Errorf("%s: %s", name, d.Headline)
			}
			continue
		}
		if d.Verdict != NotExamined || d.Gap.Reason != device.OtherClass || d.Headline != test.headline || len(d.Causes)+len(d.Questions) > 0 || len(d.Healthy) != 1 {
			t.Errorf("%s: %s, %q", name, d.Verdict, d.Headline)
		}
		for _, f := range findings {
			if f.Check != notTrusted && (f.Status != Unknown || f.Gap.Reason != device.OtherClass) {
				t.Errorf("%s: %s is %s", name, f.Check.ID, f.Status)
			}
		}
	}
}

func factOr(text any) device.Fact[string] {
	if text, ok := text.(string); ok {
		return device.Known(text)
	}
	return device.Unknown[string](device.Absent)
}

// A device that did not report its UDID is never well. If another device answered in its place,
// it is not examined at all.
func TestNobodyElseIsJudged(t *testing.T) {
	recognized := func(f device.Fact[bool]) func(*device.Snapshot) {
		return func(s *device.Snapshot) { s.Live.Recognized = f }
	}
	for name, test := range map[string]struct {
		snapshot device.Snapshot
		verdict  Verdict
		headline string
	}{
		"recognized": {well(recognized(device.Known(true))), BackedUp, ""},
		"UDID not told": {well(recognized(device.Unknown[bool](device.Undecodable))), NotExamined,
			"The device did not report its UDID, so what was read may be another device's: the value could not be decoded."},
		"root values garbled": {well(recognized(device.Unknown[bool](device.Malformed))), NotExamined,
			"The device did not report its UDID, so what was read may be another device's: the reply could not be understood."},
		"UDID not told, and trouble": {well(switchedOff, recognized(device.Unknown[bool](device.Absent))), Failing, ""},
		"another answered": {well(untrusted(device.OtherDevice), recognized(device.Known(false))), NotExamined,
			"Another device answered in its place."},
		"an old recording": {well(recognized(device.Fact[bool]{})), BackedUp, ""},
	} {
		d := Diagnose(test.snapshot, Run(test.snapshot, All()))
		if d.Verdict != test.verdict || test.headline != "" && d.Headline != test.headline {
			t.Errorf("%s: %s, %q", name, d.Verdict, d.Headline)
		}
	}
}
