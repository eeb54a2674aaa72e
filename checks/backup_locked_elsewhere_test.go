package checks

var _ = enter(backupLockedElsewhere, backupLockedElsewhereJudgements)

var backupLockedElsewhereJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so nothing else was using it.", ""},
	{"13", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 13))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found the backup in use on Apple's side (MBErrorDomain/13), as of 2026-11-21, from a backup on this computer.", ""},
	{"13 three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 13))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, found the backup in use on Apple's side (MBErrorDomain/13), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
