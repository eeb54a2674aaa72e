package checks

var _ = enter(corruptPreviousBackup, corruptPreviousBackupJudgements)

var corruptPreviousBackupJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the one before it was sound.", ""},
	{"a general error again and again", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 1), failed(3*aDay, 1, behind("CKErrorDomain", 1)), failed(4*aDay, 500))), Warning, "All 3 failed attempts since the last good iCloud backup ended with a general error (the newest with MBErrorDomain/1), and none for lack of room, network or account, as of 2026-11-21, from a backup on this computer.", ""},
	{"a general error again and again, of a device that is not here", well(detached, recorded(aDay, failed(2*aDay, 1), failed(3*aDay, 1), failed(4*aDay, 1))), Warning, "All 3 failed attempts since records began ended with a general error (the newest with MBErrorDomain/1), and none for lack of room, network or account, as of 2026-11-21, from a backup on this computer.", ""},
	{"twice", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 1), failed(3*aDay, 1))), Ask, "The record has 2 failed attempts since the last good iCloud backup, with a general error (MBErrorDomain/1), as of 2026-11-21, from a backup on this computer.", ""},
	{"with room missing among them", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 1), failed(3*aDay, 1), failed(4*aDay, 303), failed(5*aDay, 1))), Ask, "Of the 4 failed attempts since the last good iCloud backup, not all ended with a general error: the latest that names a cause is MBErrorDomain/303, as of 2026-11-21, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
