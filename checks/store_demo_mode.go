package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var storeDemoMode = &Check{
	ID:    "store-demo-mode",
	Short: "demonstration unit",
	Title: "The device is no demonstration unit",
	Doc: `Units made for show in shops carry software that has iCloud Backup disabled. Some are sold on.

The person sees a grey switch and a grey Back Up Now.

Left to a person: nothing that is read over USB here tells such a unit from others.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.ContactAppleSupport, remedies.ReplaceDemoSoftware},
	Ask:      "Was this {device} a demonstration unit of a shop, and is {backup-switch} grey on {P-BACKUP}?",
	Answers:  Answers{Yes: "The device was a demonstration unit, and its backup switch is grey."},
}
