package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var autoNotCharging = &Check{
	ID:    "auto-not-charging",
	Short: "not on power",
	Title: "The device is on power when it backs up",
	Doc: `The nightly backup waits for power. Back Up Now does not.

A device attached to a computer is on power, so a scan cannot show whether it was last night; only a recent backup, a record or a person can. A backup on this computer records the last periods in which the device was ready for a backup, and whether power was lost at their end. If the device draws no power even from this cable, that hints at a dirty port or a bad cable.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.ApplePH12520, remedies.AppleWhatIsBackup, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.CheckCharger, remedies.BackUpOvernight, remedies.BackUpNow},
	Ask:      `Is the {device} charged overnight, with a charger that shows it charging?`,
	Answers:  Answers{No: "The device is not charged at night."},
	Judge:    judgePower,
}

func judgePower(s device.Snapshot) []Finding {
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so power was not missing.", evidence)
	}
	otherwise := judgePowerNow(s)
	if otherwise[0].Status == Warning {
		return otherwise
	}
	return judgeWindows(s, func(w device.BackupWindow) device.Fact[bool] { return w.OnPower }, "power", otherwise)
}

// judgePowerNow judges the cable that the device is scanned over. Over Wi-Fi there is none.
func judgePowerNow(s device.Snapshot) []Finding {
	power := live(s).Power
	external, err := power.External.Get()
	if err != nil {
		return unknown(s, "Whether the device is on power", unreadOnRecord(s, err, pastWindows))
	}
	from := ", from this computer"
	if overNetwork(s) {
		from = ", read over Wi-Fi"
	}
	evidence := []Evidence{read(s, "On power now"+from, yesNo(external), "yes", "lockdown com.apple.mobile.battery / ExternalConnected")}
	if percent, err := power.BatteryPercent.Get(); err == nil {
		evidence = append(evidence, read(s, "Battery", fmt.Sprintf("%d %%", percent), "", "lockdown com.apple.mobile.battery / BatteryCurrentCapacity"))
	}
	if charging, err := power.Charging.Get(); err == nil {
		evidence = append(evidence, read(s, "Charging now"+from, yesNo(charging), "", "lockdown com.apple.mobile.battery / BatteryIsCharging"))
	}
	if code, err := power.NotChargingCode.Get(); err == nil && code != 0 {
		evidence = append(evidence, read(s, "Reason code for not charging", fmt.Sprint(code), "0", "diagnostics_relay IORegistry IOPMPowerSource / NotChargingReason"))
	}
	switch {
	case overNetwork(s) && external:
		return ask("The device is on power now. It was read over Wi-Fi, which supplies none; this does not show whether it is on power at night.", evidence...)
	case overNetwork(s):
		return ask("The device is on battery now. It was read over Wi-Fi, which supplies no power; this does not show whether it is on power at night.", evidence...)
	case !external:
		return warning("The device draws no power from the cable it is attached with.", evidence...)
	}
	return ask("The device is on power now, from this computer, which does not show that it is at night.", evidence...)
}
