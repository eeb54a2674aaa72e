package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var lowPowerMode = &Check{
	ID:    "low-power-mode",
	Short: "Low Power Mode on",
	Title: "Low Power Mode is off",
	Doc: `Low Power Mode holds back iCloud Photos, automatic downloads, mail and work in the background. iCloud Backup is not among what it is documented to stop, but may be delayed.
It ends by itself when the battery has charged to 80 percent.

The person sees a yellow battery icon.

Only a person can answer: over USB there is no way to read it.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.GadgethacksLowPower},
	Remedies: []remedies.ID{remedies.TurnOffLowPowerMode, remedies.BackUpOvernight},
	Ask:      "Is Low Power Mode on? See {P-LPM}.",
	Answers:  Answers{Yes: "Low Power Mode is on."},
}
