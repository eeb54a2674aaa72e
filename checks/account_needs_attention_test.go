package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(accountNeedsAttention, accountNeedsAttentionJudgements)

var accountNeedsAttentionJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so Apple accepted the account.", ""},
	{"turned away", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 305))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed because Apple did not accept the sign-in (MBErrorDomain/305), as of 2026-11-21, from a backup on this computer.", ""},
	{"turned away by CloudKit", well(detached, recorded(aDay, failed(2*aDay, 1, behind("CKErrorDomain", 9)))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed because Apple did not accept the sign-in (MBErrorDomain/1, CKErrorDomain/9), as of 2026-11-21, from a backup on this computer.", ""},
	{"turned away three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 305))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, failed because Apple did not accept the sign-in (MBErrorDomain/305), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"password not entered", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.RenewalRejected = device.Known(takenAt.Add(-3 * aDay)) })), Warning, "The account password was requested on 2026-11-19 and not entered, as of 2026-11-21, from a backup on this computer.", ""},
	{"password not given before the last good backup", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.RenewalRejected = device.Known(takenAt.Add(-12 * aDay)) })), Ask, "", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
