package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var autoNotCharging = &Check{
	ID:    "auto-not-charging",
	Title: "The device is on power when it backs up",
	Doc: `The nightly backup waits for power. Back Up Now does not.

While a device is attached to a computer it is on power, so a scan cannot show whether it was last night: that, only a fresh backup or a person can tell. A device that draws no power even from this cable is a hint of a dirty port or a bad cable.`,
	Effect:   Blocks,
	Sources:  []Source{foundingArticle, applePH12520, appleWhatIsBackup},
	Remedies: []RemedyID{checkCharger, backUpOvernight, backUpNow},
	Ask:      `Is the {device} charged overnight, with a charger that shows it charging?`,
	Judge:    judgePower,
}

func judgePower(s device.Snapshot) []Finding {
	if age, evidence, fresh := freshBackup(s); fresh {
		return ok(fmt.Sprintf("A backup completed %s ago, so power was not missing.", age), evidence)
	}
	power := live(s).Power
	external, err := power.External.Get()
	if err != nil {
		return unknown(s, "Whether the device is on power", err)
	}
	evidence := []Evidence{read(s, "On power now, from this computer", yesNo(external), "yes", "lockdown com.apple.mobile.battery / ExternalConnected")}
	if percent, err := power.BatteryPercent.Get(); err == nil {
		evidence = append(evidence, read(s, "Battery", fmt.Sprintf("%d %%", percent), "", "lockdown com.apple.mobile.battery / BatteryCurrentCapacity"))
	}
	if charging, err := power.Charging.Get(); err == nil {
		evidence = append(evidence, read(s, "Charging now, from this computer", yesNo(charging), "", "lockdown com.apple.mobile.battery / BatteryIsCharging"))
	}
	if code, err := power.NotChargingCode.Get(); err == nil && code != 0 {
		evidence = append(evidence, read(s, "Reason code for not charging", fmt.Sprint(code), "0", "diagnostics_relay IORegistry IOPMPowerSource / NotChargingReason"))
	}
	if !external {
		return warning("The device draws no power from the cable it is attached with.", evidence...)
	}
	return ask("The device is on power now, from this computer, which does not show that it is at night.", evidence...)
}
