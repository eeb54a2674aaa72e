package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var gpsRollover = &Check{
	ID:    "gps-rollover",
	Short: "GPS rollover not fixed",
	Title: "The device has the fix for the GPS rollover of 2019",
	Doc: `Cellular models of 2012 and earlier take the date from GPS, whose week counter restarted in 2019. Without the fix of that year their date is wrong. Apple warned that an iPhone 5 without it also loses iCloud, the App Store and mail, and can then only be updated with a computer.

Judged from the model and the installed version: iPhone 5 and iPad (4th generation) with cellular data need 10.3.4, the older ones 9.3.6. For the latter the loss of iCloud is not certain and is reported as a warning.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.FudzillaGPS, remedies.FwphysGPS},
	Remedies: []remedies.ID{remedies.UpdateWithComputer},
	Explains: []string{"date-time-wrong", "never-backed-up", "backup-stale", "backup-expired-180-days", "software-out-of-date"},
	Judge:    asIdentified(judgeRollover),
}

// rolloverFixed maps the affected models to the version that fixes them.
var rolloverFixed = map[string]device.Version{
	"iPhone4,1": ios936, "iPad2,3": ios936, "iPad2,6": ios936, "iPad2,7": ios936, "iPad3,2": ios936, "iPad3,3": ios936,
	"iPhone5,1": ios1034, "iPhone5,2": ios1034, "iPad3,5": ios1034, "iPad3,6": ios1034,
}

var (
	ios936  = device.Version{Major: 9, Minor: 3, Patch: 6}
	ios1034 = device.Version{Major: 10, Minor: 3, Patch: 4}
)

func judgeRollover(s device.Snapshot) []Finding {
	model, err := s.Device.ProductType.Get()
	if err != nil {
		return unknown(s, "The model", err)
	}
	evidence := []Evidence{readIdentity(s, "Model", device.Token(model), "", "Product Type")}
	fixed, touched := rolloverFixed[model]
	if !touched {
		return ok("The GPS rollover of 2019 does not touch this model.", evidence...)
	}
	version, err := s.Device.Version()
	if err != nil {
		return unknown(s, "The installed version", err)
	}
	installed := installedVersion(s, version)
	installed.Expected = fixed.String() + " or later"
	evidence = append(evidence, installed)
	switch {
	case version.Compare(fixed) >= 0:
		return ok(fmt.Sprintf("iOS %s has the fix for the GPS rollover of 2019.", version), evidence...)
	case fixed == ios1034:
		return problem(fmt.Sprintf("iOS %s lacks the fix for the GPS rollover of 2019 that %s has, without which this model loses the date and iCloud.", version, fixed), evidence...)
	default:
		return warning(fmt.Sprintf("iOS %s lacks the fix for the GPS rollover of 2019 that %s has, without which this model loses the date.", version, fixed), evidence...)
	}
}
