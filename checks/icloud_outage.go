package checks

var icloudOutage = &Check{
	ID:    "icloud-outage",
	Title: "Apple's iCloud services are up",
	Doc: `Now and then iCloud Backup or what it rests on is down or too busy, for everybody or for a few. On 27 and 28 June 2017 restores hung for under one percent of users, while new backups went through.

The person sees "The last backup could not be completed.", often on several devices at once.

Left to a person: the device does not know, and this program goes to no website during a scan. Apple's status page tells it.`,
	Effect:   Blocks,
	Sources:  []Source{appleHT203512, macrumorsOutage2017, appleCKError},
	Remedies: []RemedyID{checkSystemStatus, waitForService},
	Ask:      "Does www.apple.com/support/systemstatus show trouble with iCloud Backup or iCloud Account & Sign In?",
}
