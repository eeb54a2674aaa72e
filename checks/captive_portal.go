package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var captivePortal = &Check{
	ID:    "captive-portal",
	Short: "Wi-Fi needs a sign-in",
	Title: "The Wi-Fi needs no sign-in in a browser",
	Doc: `In hotels, cafés, trains and some offices, Wi-Fi lets nothing through until a sign-in page has been filled in. The device shows the Wi-Fi icon all the same.

The person sees web pages that do not open, or a sign-in page in place of the one asked for.

With --net, this computer checks whether its own network shows such a page: a hint, as far as the device uses the same network.
Otherwise only a person can answer: over USB, a device on such a network looks like any other.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks},
	Remedies: []remedies.ID{remedies.SignInCaptivePortal, remedies.TryAnotherNetwork},
	Ask:      "Does the network in {P-WIFI} belong to a hotel, café or other place with a sign-in page? To see it, open captive.apple.com in Safari on the {device}: without such a page it shows Success.",
	Answers:  Answers{Yes: "The Wi-Fi network has a sign-in page."},
}
