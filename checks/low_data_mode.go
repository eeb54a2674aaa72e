package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var lowDataMode = &Check{
	ID:    "low-data-mode",
	Short: "Low Data Mode on",
	Title: "Low Data Mode is off for the Wi-Fi network in use",
	Doc: `On a Wi-Fi network with Low Data Mode, no automatic backups are made. A backup started by hand still runs.
The setting belongs to the network, and follows it to the person's other devices. It exists since iOS and iPadOS 13.

The person sees no message: the date of the last backup simply does not change.

Judged from a backup on this computer, which shows for how many of the known networks Low Data Mode was on, and whether for the one joined last. No network is named.
Otherwise only a person can answer: the device does not report it over USB.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleLowDataMode},
	Remedies: []remedies.ID{remedies.TurnOffLowDataMode},
	Ask:      "Is Low Data Mode on for the network in use at night? See {P-LOWDATA}.",
	Answers:  Answers{Yes: "Low Data Mode is on for the network in use at night."},
	Judge:    judgeLowData,
}

func judgeLowData(s device.Snapshot) []Finding {
	otherwise := freshOr(s, ", so Low Data Mode did not prevent it.", ask(""))
	networks, r, known := recall(s, func(h device.History) device.Fact[uint64] { return h.Network.KnownNetworks })
	slow, err := r.Network.LowDataMode.Get()
	if !known || networks == 0 || superseded(s, r) || otherwise[0].Status == OK {
		return otherwise
	}
	if err != nil {
		evidence := r.read("Known Wi-Fi networks with Low Data Mode", fmt.Sprintf("unknown of %d", networks), "0", networksSource)
		return preface(unknown(s, "Low Data Mode of the known Wi-Fi networks", err)[0].Summary, []Evidence{evidence}, otherwise)
	}
	evidence := []Evidence{r.read("Known Wi-Fi networks with Low Data Mode", fmt.Sprintf("%d of %d", slow, networks), "0", networksSource)}
	newest, err := r.Network.NewestLowData.Get()
	if err == nil {
		evidence = append(evidence, r.read("Low Data Mode of the network joined last", onOff(newest), "off", networksSource))
	}
	switch {
	case slow == 0:
		return r.answer(ok(fmt.Sprintf("Low Data Mode is on for none of the %d known Wi-Fi networks.", networks), evidence...), otherwise)
	case err == nil && newest:
		return r.answer(warning("Low Data Mode is on for the Wi-Fi network that was joined last.", evidence...), nil)
	default:
		return r.answer(ask(fmt.Sprintf("Low Data Mode is on for %d of the %d known Wi-Fi networks.", slow, networks), evidence...), nil)
	}
}

const networksSource = "SystemPreferencesDomain com.apple.wifi.known-networks.plist / LowDataMode"
