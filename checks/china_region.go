package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var chinaRegion = &Check{
	ID:    "china-region",
	Short: "account of mainland China",
	Title: "The account's region needs nothing special",
	Doc: `iCloud in mainland China has an operator of its own, with separate terms to accept and with servers under icloud.com.cn and apzones.com. Abroad, or behind a company's firewall, these may not be let through.

The person sees terms that come back, or an iCloud that cannot be reached on one network only.

Left to a person: the region of the account cannot be read over USB; where the device is, or its language, does not tell it.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks, remedies.AppleConnectivityHostList},
	Remedies: []remedies.ID{remedies.AcceptTerms, remedies.TryAnotherNetwork, remedies.AllowAppleHosts},
	Ask:      "Does the {account} shown in {P-ACCOUNT} belong to mainland China?",
	Answers:  Answers{Yes: "The account belongs to mainland China."},
}
