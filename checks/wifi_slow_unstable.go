package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var wifiSlowUnstable = &Check{
	ID:    "wifi-slow-unstable",
	Short: "Wi-Fi slow or unsteady",
	Title: "The Wi-Fi is fast and steady enough for a backup",
	Doc: `A backup that takes longer than the connection lasts does not complete.
The upload speed counts: a gigabyte takes about 2.2 hours at 1 Mbit/s, and about 13 minutes at 10 Mbit/s.

The person sees "The last backup could not be completed.", a time remaining that is estimated endlessly, or a backup that goes on for hours.

Judged from the attempts recorded in a backup on this computer: MBErrorDomain/300 and related errors mean that the network failed during the backup.
Otherwise only a person can answer: over USB the device does not report the speed of its Wi-Fi, and a speed measured on the computer holds only for the computer's own connection.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.RadarHotspot, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.LeaveHotspot, remedies.RestartRouter, remedies.TryAnotherNetwork, remedies.RejoinWiFi, remedies.BackUpOvernight, remedies.ResetNetworkSettings},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Is the Wi-Fi slow, is it the hotspot of another phone, does it drop, or does a backup on {P-BACKUP} go on for hours? A speed test on the {device} shows the upload speed.",
	Answers:  Answers{Yes: "The Wi-Fi is slow or drops, or a backup goes on for hours."},
	Judge:    judgeNetwork,
}

func judgeNetwork(s device.Snapshot) []Finding {
	return judgeFailures(s, "wifi-slow-unstable", "failed on the network",
		freshOr(s, ", so the network was good enough for it.", ask("")))
}
