package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(airplaneMode, airplaneModeJudgements)

var airplaneModeJudgements = []judgement{
	{"fresh backup", well(recorded(aDay, func(h *device.History) { h.Network.AirplaneMode = device.Known(true) })), OK, "A backup completed 7 hours ago, so airplane mode did not prevent it.", ""},
	{"on", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Network.AirplaneMode = device.Known(true) })), Warning, "Airplane mode is on, as of 2026-11-21, from a backup on this computer.", ""},
	{"on, on a device that is not here", well(detached, recorded(aDay, func(h *device.History) { h.Network.AirplaneMode = device.Known(true) })), Warning, "Airplane mode is on, as of 2026-11-21, from a backup on this computer.", ""},
	{"on, and Wi-Fi off", well(lastBackedUp(9*aDay), recorded(aDay, radios(true, false))), Warning, "Airplane mode is on, and Wi-Fi is off, as of 2026-11-21, from a backup on this computer.", ""},
	{"on, and Wi-Fi too", well(lastBackedUp(9*aDay), recorded(aDay, radios(true, true))), Ask, "Airplane mode is on, and so is Wi-Fi, as of 2026-11-21, from a backup on this computer.", ""},
	{"off", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Network.AirplaneMode = device.Known(false) })), Ask, "Airplane mode is off, as of 2026-11-21, from a backup on this computer, which does not show that it is at night.", ""},
	{"on three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, func(h *device.History) { h.Network.AirplaneMode = device.Known(true) })), Warning, "Airplane mode is on, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}

// radios sets airplane mode and the Wi-Fi switch.
func radios(airplane, wifi bool) func(*device.History) {
	return func(h *device.History) {
		h.Network.AirplaneMode = device.Known(airplane)
		h.Network.WiFiOn = device.Known(wifi)
	}
}
