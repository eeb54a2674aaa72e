package checks

var airplaneMode = &Check{
	ID:    "airplane-mode",
	Title: "Airplane mode does not keep the device off Wi-Fi",
	Doc: `Airplane mode switches Wi-Fi off, unless it is switched on again by itself. Who uses airplane mode at night, without Wi-Fi, has no nightly backups.

The person sees the aeroplane in the status bar, and no Wi-Fi sign.

Left to a person: over USB the device does not tell it, and by day it may be off.`,
	Effect:   Blocks,
	Sources:  []Source{bestapplesolutionICloud, publicAnalysis},
	Remedies: []RemedyID{turnOffAirplaneMode, joinWiFi},
	Ask:      "Is airplane mode on at night, without Wi-Fi? The top of Settings shows it, and {P-WIFI} whether Wi-Fi is on.",
}
