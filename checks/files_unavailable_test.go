package checks

var _ = enter(filesUnavailable, filesUnavailableJudgements)

var filesUnavailableJudgements = []judgement{
	{"a fresh backup may have left files out", well(), Ask, "", ""},
	{"104", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 104, behind("MBErrorDomain", 100)))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, could not read some files (MBErrorDomain/104, MBErrorDomain/100), as of 2026-11-21, from a backup on this computer.", ""},
	{"100 three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 100))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, could not read some files (MBErrorDomain/100), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"100 before a good backup", well(lastBackedUp(9*aDay), recorded(aDay, failed(10*aDay, 100))), Ask, "", ""},
}
