package checks

var _ = enter(icloudOutage, icloudOutageJudgements)

var icloudOutageJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so Apple's services were up.", ""},
	{"304", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 304))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: iCloud is not available at the moment (HTTP 503) (MBErrorDomain/304), as of 2026-11-21, from a backup on this computer.", ""},
	{"304 three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 304))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, failed: iCloud is not available at the moment (HTTP 503) (MBErrorDomain/304), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
