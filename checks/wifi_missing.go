package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var wifiMissing = &Check{
	ID:    "wifi-missing",
	Short: "not on Wi-Fi",
	Title: "The device is on Wi-Fi when it backs up",
	Doc: `The nightly backup waits for Wi-Fi, and without a usable network, Back Up Now is grey. An Ethernet adapter counts as Wi-Fi; cellular data only where Back Up Over Cellular is offered and on.

Judged by day from whether the device is joined to a Wi-Fi network at this moment; not every model has the property that shows it. Being joined now does not show that it was last night; only a recent backup, a record or a person can.
A backup on this computer has such a record: the last periods in which the device was ready for a backup, and which condition it lost at their end, and the attempts that failed because there was no network (MBErrorDomain/308).`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.ApplePH12520, remedies.FoundingArticle, remedies.IphonelifeGreyButton, remedies.SoundsupportBackups},
	Remedies: []remedies.ID{remedies.JoinWiFi, remedies.UseCellularBackup, remedies.BackUpOvernight},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      `Is the {device} on Wi-Fi at night, where it is charged? See {P-WIFI}: there is a tick beside the network.`,
	Answers:  Answers{No: "The device is not on Wi-Fi at night."},
	Judge:    judgeWiFi,
}

func judgeWiFi(s device.Snapshot) []Finding {
	joined, err := live(s).WiFi.Associated.Get()
	now := read(s, "Joined to a Wi-Fi network now", yesNo(joined), "yes", "diagnostics_relay IORegistry")
	if found := blamed(s, "wifi-missing", "had no network"); found != nil {
		return found
	}
	if err == nil && !joined {
		return warning("The device is not joined to a Wi-Fi network at this moment.", now)
	}
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so the device had a usable network.", evidence)
	}
	otherwise := ask("The device is on Wi-Fi at this moment, which does not show that it is at night.", now)
	if err != nil {
		otherwise = unknown(s, "Whether the device is on Wi-Fi", unreadOnRecord(s, err, pastWindows))
	}
	return judgeWindows(s, func(w device.BackupWindow) device.Fact[bool] { return w.OnWiFi }, "Wi-Fi", withWiFiSwitch(s, otherwise))
}

const wifiSwitchSource = "SystemPreferencesDomain com.apple.wifi.plist / AllowEnable"

// withWiFiSwitch adds in front that a record shows Wi-Fi switched off. It is only a hint: the
// meaning of the record is inferred, and the switch is easily changed.
func withWiFiSwitch(s device.Snapshot, otherwise []Finding) []Finding {
	on, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Network.WiFiOn })
	if !known || on || superseded(s, r) {
		return otherwise
	}
	return preface("Wi-Fi is off"+r.when()+".", []Evidence{r.read("Wi-Fi switch", "off", "on", wifiSwitchSource)}, otherwise)
}
