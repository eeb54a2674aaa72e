package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(lowDataMode, lowDataModeJudgements)

var lowDataModeJudgements = []judgement{
	{"fresh backup", well(recorded(aDay, networks(4, 1, true))), OK, "A backup completed 7 hours ago, so Low Data Mode did not prevent it.", ""},
	{"on for none", well(lastBackedUp(9*aDay), recorded(aDay, networks(4, 0, false))), OK, "Low Data Mode is on for none of the 4 known Wi-Fi networks, as of 2026-11-21, from a backup on this computer.", ""},
	{"on for the newest", well(lastBackedUp(9*aDay), recorded(aDay, networks(4, 1, true))), Warning, "Low Data Mode is on for the Wi-Fi network that was joined last, as of 2026-11-21, from a backup on this computer.", ""},
	{"on for the newest, of a device that is not here", well(detached, recorded(aDay, networks(4, 1, true))), Warning, "Low Data Mode is on for the Wi-Fi network that was joined last, as of 2026-11-21, from a backup on this computer.", ""},
	{"on for another", well(lastBackedUp(9*aDay), recorded(aDay, networks(4, 1, false))), Ask, "Low Data Mode is on for 1 of the 4 known Wi-Fi networks, as of 2026-11-21, from a backup on this computer.", ""},
	{"on for none three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, networks(4, 0, false))), Ask, "Low Data Mode is on for none of the 4 known Wi-Fi networks, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"of a network that cannot be read", well(lastBackedUp(9*aDay), recorded(aDay, networks(4, 0, false), func(h *device.History) { h.Network.LowDataMode = device.Unknown[uint64](device.WrongType) })), Ask,
		"Low Data Mode of the known Wi-Fi networks could not be read: the value had an unexpected type.", ""},
	{"no network is known", well(lastBackedUp(9*aDay), recorded(aDay, networks(0, 0, false))), Ask, "", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}

// networks sets how many networks are known, and how many of them have Low Data Mode.
func networks(known, lowData uint64, newest bool) func(*device.History) {
	return func(h *device.History) {
		h.Network.KnownNetworks = device.Known(known)
		h.Network.LowDataMode = device.Known(lowData)
		h.Network.NewestLowData = device.Known(newest)
	}
}
