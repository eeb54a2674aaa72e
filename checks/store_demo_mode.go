package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var storeDemoMode = &Check{
	ID:    "store-demo-mode",
	Short: "demo unit",
	Title: "The device is not a demo unit",
	Doc: `Demo units in stores run software that has iCloud Backup disabled. Some are sold later.

The person sees a grey switch and a grey Back Up Now.

Only a person can answer: nothing that is read over USB here distinguishes such a unit from others.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.ContactAppleSupport, remedies.ReplaceDemoSoftware},
	Ask:      "Was this {device} a store demo unit, and is {backup-switch} grey on {P-BACKUP}?",
	Answers:  Answers{Yes: "The device was a demo unit, and its backup switch is grey."},
}
