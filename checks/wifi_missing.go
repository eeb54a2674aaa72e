package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var wifiMissing = &Check{
	ID:    "wifi-missing",
	Title: "The device is on Wi-Fi when it backs up",
	Doc: `The nightly backup waits for Wi-Fi, and without a network that serves, Back Up Now is grey. An Ethernet adapter counts like Wi-Fi; mobile data only where Back Up Over Cellular is offered and on.

Judged from whether the device is joined to a Wi-Fi network at this moment; the property that tells is not there on every model. Being joined now does not show that it was last night: that, only a fresh backup or a person can tell.`,
	Effect:   Blocks,
	Sources:  []Source{foundingArticle, applePH12520, iphonelifeGreyButton, soundsupportBackups},
	Remedies: []RemedyID{joinWiFi, backUpOvernight, useCellularBackup},
	Ask:      `Is the {device} on Wi-Fi at night, where it is charged? See {P-WIFI}: there is a tick beside the network.`,
	Judge:    judgeWiFi,
}

func judgeWiFi(s device.Snapshot) []Finding {
	joined, err := live(s).WiFi.Associated.Get()
	now := read(s, "Joined to a Wi-Fi network now", yesNo(joined), "yes", "diagnostics_relay IORegistry")
	if err == nil && !joined {
		return warning("The device is not joined to a Wi-Fi network at this moment.", now)
	}
	if age, evidence, fresh := freshBackup(s); fresh {
		return ok(fmt.Sprintf("A backup completed %s ago, so the device had a network that serves.", age), evidence)
	}
	if err != nil {
		return unknown(s, "Whether the device is on Wi-Fi", err)
	}
	return ask("The device is on Wi-Fi at this moment, which does not show that it is at night.", now)
}
