package checks

var wifiSlowUnstable = &Check{
	ID:    "wifi-slow-unstable",
	Title: "The Wi-Fi is fast and steady enough for a backup",
	Doc: `A backup that takes longer than the connection holds does not complete.
The upload speed counts: a gigabyte takes about 2.2 hours at 1 Mbit/s, and about 13 minutes at 10 Mbit/s.

The person sees "The last backup could not be completed.", a time remaining that is estimated without end, or a backup that goes on for hours.

Left to a person: over USB the device does not tell the speed of its Wi-Fi, and a speed measured on the computer holds only for the computer's own connection.`,
	Effect:   MayBlock,
	Sources:  []Source{foundingArticle},
	Remedies: []RemedyID{backUpOvernight, restartRouter, tryAnotherNetwork, rejoinWiFi, resetNetworkSettings},
	Ask:      "Is the Wi-Fi slow, does it drop, or does a backup on {P-BACKUP} go on for hours? A speed test on the {device} shows the upload speed.",
}
