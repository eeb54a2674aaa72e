package checks

import "time"

var _ = enter(wifiSlowUnstable, wifiSlowUnstableJudgements)

var wifiSlowUnstableJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the network was good enough for it.", ""},
	{"failed on the network", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 300, behind("NSURLErrorDomain", -1001)), failed(3*aDay, 300))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: No response came in time (MBErrorDomain/300, NSURLErrorDomain/-1001), as did the only attempt before it, as of 2026-11-21, from a backup on this computer.", ""},
	{"failed on the network since a fresh backup", well(recorded(0, failed(3*time.Hour, 300))), Warning, "The newest attempt at an iCloud backup, on 2026-11-22, failed: The network failed while the backup was under way (MBErrorDomain/300), as of 2026-11-22, from a backup on this computer.", ""},
	{"failed on the network three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 300))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, failed: The network failed while the backup was under way (MBErrorDomain/300), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"failed otherwise", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303))), Ask, "The record has 1 failed attempt since the last good iCloud backup, and none that failed on the network, as of 2026-11-21, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
