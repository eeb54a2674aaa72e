package checks

var lowDataMode = &Check{
	ID:    "low-data-mode",
	Title: "Low Data Mode is off for the Wi-Fi network in use",
	Doc: `On a Wi-Fi network with Low Data Mode there are no automatic backups. A backup started by hand still runs.
The setting belongs to the network, and follows it to the person's other devices. It exists since iOS and iPadOS 13.

The person sees no message: the date of the last backup just stays.

Left to a person: the device does not tell it over USB.`,
	Effect:   Blocks,
	Sources:  []Source{itechguidesLowData, appleLowDataMode},
	Remedies: []RemedyID{turnOffLowDataMode, backUpNow},
	Ask:      "Is Low Data Mode on for the network in use at night? See {P-LOWDATA}.",
}
