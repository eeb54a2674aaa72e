package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var airplaneMode = &Check{
	ID:    "airplane-mode",
	Short: "airplane mode on",
	Title: "Airplane mode does not keep the device off Wi-Fi",
	Doc: `Airplane mode switches Wi-Fi off, unless Wi-Fi is switched on again separately. In airplane mode without Wi-Fi, a device makes no nightly backups.

The person sees the airplane icon in the status bar, and no Wi-Fi icon.

Judged from a backup on this computer, if airplane mode was on when it was made: a hint, because it may be off at night.
Otherwise only a person can answer: over USB the device does not report it, and it may be off during the day.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.TurnOffAirplaneMode, remedies.JoinWiFi},
	Ask:      "Is airplane mode on at night, without Wi-Fi? The top of Settings shows airplane mode, and {P-WIFI} shows whether Wi-Fi is on.",
	Answers:  Answers{Yes: "Airplane mode is on at night, without Wi-Fi."},
	Judge:    judgeAirplane,
}

func judgeAirplane(s device.Snapshot) []Finding {
	on, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Network.AirplaneMode })
	evidence := r.read("Airplane mode", onOff(on), "off", "SystemPreferencesDomain com.apple.radios.plist / AirplaneMode")
	otherwise := freshOr(s, ", so airplane mode did not prevent it.", ask(""))
	switch {
	case !known || superseded(s, r) || otherwise[0].Status == OK:
		return otherwise
	case on:
		return r.answer(judgeRadios(r, evidence), nil)
	default:
		return preface("Airplane mode is off"+r.when()+", which does not show that it is at night.", []Evidence{evidence}, otherwise)
	}
}

// judgeRadios distinguishes airplane mode with Wi-Fi on from airplane mode with Wi-Fi off. The
// meaning of the Wi-Fi record is inferred, so it does not prove health.
func judgeRadios(r record, airplane Evidence) []Finding {
	wifi, err := r.Network.WiFiOn.Get()
	if err != nil {
		return warning("Airplane mode is on.", airplane)
	}
	evidence := r.read("Wi-Fi switch", onOff(wifi), "on", wifiSwitchSource)
	if wifi {
		return ask("Airplane mode is on, and so is Wi-Fi.", airplane, evidence)
	}
	return warning("Airplane mode is on, and Wi-Fi is off.", airplane, evidence)
}
