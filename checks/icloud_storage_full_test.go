package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(icloudStorageFull, icloudStorageFullJudgements)

var icloudStorageFullJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so there was room for it.", ""},
	{"303 after it", well(recorded(0, failed(time.Hour, 303))), Warning, "The newest attempt at an iCloud backup, on 2026-11-22, found too little room in iCloud (MBErrorDomain/303), as of 2026-11-22, from a backup on this computer.", ""},
	{"303 before it", well(recorded(aDay, failed(2*aDay, 303))), OK, "A backup completed 7 hours ago, so there was room for it.", ""},
	{"303 once", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found too little room in iCloud (MBErrorDomain/303), as of 2026-11-21, from a backup on this computer.", ""},
	{"303 again and again, and what lay behind", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303, behind("CKErrorDomain", 25)), failed(3*aDay, 303), failed(4*aDay, 300), planOf(5_000_000_000))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found too little room in iCloud (MBErrorDomain/303, CKErrorDomain/25), as did 1 of the 2 attempts before it, as of 2026-11-21, from a backup on this computer.", ""},
	{"303 before something else", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 300), failed(3*aDay, 303))), Warning, "1 of the 2 failed attempts since the last good iCloud backup found too little room in iCloud, the latest on 2026-11-19 (MBErrorDomain/303); the newest failed otherwise, as of 2026-11-21, from a backup on this computer.", ""},
	{"303 three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 303))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, found too little room in iCloud (MBErrorDomain/303), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"303 three weeks ago, on a fresh record", well(lastBackedUp(40*aDay), recorded(aDay, failed(21*aDay, 303))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, 21 days ago, found too little room in iCloud (MBErrorDomain/303), as of 2026-11-21, from a backup on this computer.", ""},
	{"303 of a device that is not here", well(detached, recorded(aDay, failed(2*aDay, 303), lastGoodWas(9*aDay))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found too little room in iCloud (MBErrorDomain/303), as of 2026-11-21, from a backup on this computer.", ""},
	{"something else failed", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 300), failed(3*aDay, 308))), Ask, "The record has 2 failed attempts since the last good iCloud backup, and none that found too little room in iCloud, as of 2026-11-21, from a backup on this computer.", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}

// planOf sets the size of the storage plan in bytes.
func planOf(bytes uint64) func(*device.History) {
	return func(h *device.History) { h.Account.QuotaBytes = device.Known(bytes) }
}
