package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var chinaRegion = &Check{
	ID:    "china-region",
	Short: "account of mainland China",
	Title: "The account's region has no special requirements",
	Doc: `iCloud in mainland China is run by a separate operator, with its own terms to accept and its own servers under icloud.com.cn and apzones.com. Abroad, or behind a company firewall, these may be blocked.

The person sees terms that keep coming back, or cannot reach iCloud on one network only.

Only a person can answer: the region of the account cannot be read over USB; the device's location or language does not show it.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks, remedies.AppleConnectivityHostList},
	Remedies: []remedies.ID{remedies.AcceptTerms, remedies.TryAnotherNetwork, remedies.AllowAppleHosts},
	Ask:      "Does the {account} shown in {P-ACCOUNT} belong to mainland China?",
	Answers:  Answers{Yes: "The account belongs to mainland China."},
}
