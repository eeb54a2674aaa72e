package checks

import (
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var advancedDataProtection = &Check{
	ID:    "advanced-data-protection",
	Short: "Advanced Data Protection in the way",
	Title: "The device supports Advanced Data Protection",
	Doc: `With Advanced Data Protection an account's iCloud backups are encrypted end to end. Every device of the account then needs iOS or iPadOS 16.2 or later, or macOS 13.1 or later; an older one cannot stay signed in.
It is not offered for managed accounts and accounts of children, nor, since February 2025, in the United Kingdom.

Whether the account uses it cannot be read over USB. A device on 16.2 or later supports it; for an older one, only a person or a message that names other devices of the account can tell.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleADP},
	Remedies: []remedies.ID{remedies.UpdateSoftware, remedies.UpdateOtherDevices},
	Ask:      `Is Advanced Data Protection on for the {account} of this {device}? A newer device of the same account shows it in Settings > [name] > iCloud > Advanced Data Protection.`,
	Answers:  Answers{Yes: "Advanced Data Protection is on for the account, and this device is too old for it."},
	Judge:    asIdentified(judgeADP),
}

// adpVersion is the first version that supports Advanced Data Protection in all regions.
var adpVersion = device.Version{Major: 16, Minor: 2}

func judgeADP(s device.Snapshot) []Finding {
	version, err := s.Device.Version()
	if err != nil {
		return unknown(s, "The installed version", err)
	}
	evidence := installedVersion(s, version)
	evidence.Expected = adpVersion.String() + " or later"
	if otherDeviceBlocksADP(s) {
		found := warning("According to the message on the screen, another device of the account is too old for Advanced Data Protection.", evidence)
		found[0].Remedies = []remedies.ID{remedies.UpdateOtherDevices}
		return found
	}
	if version.Compare(adpVersion) >= 0 {
		return ok(fmt.Sprintf("%s supports Advanced Data Protection.", osVersion(s, version)), evidence)
	}
	return ask(fmt.Sprintf("%s does not support Advanced Data Protection.", osVersion(s, version)), evidence)
}

// otherDeviceBlocksADP reports whether the message typed in is the one about the other devices
// of the account, which this device's version says nothing about.
func otherDeviceBlocksADP(s device.Snapshot) bool {
	a, ok := said(s, device.MessageQuestion)
	text, err := a.Text.Get()
	return ok && err == nil && slices.ContainsFunc(codes.LookUp(text), func(m codes.Meaning) bool {
		return slices.Contains(m.Checks, "advanced-data-protection")
	})
}
