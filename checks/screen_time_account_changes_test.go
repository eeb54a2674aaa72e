package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(screenTimeAccountChanges, screenTimeAccountChangesJudgements)

var screenTimeAccountChangesJudgements = []judgement{
	{"allowed", well(recorded(aDay, func(h *device.History) { h.Restrictions.AccountChangesAllowed = device.Known(true) })), OK, "No restriction in force on the device forbids account changes, as of 2026-11-21, from a backup on this computer.", ""},
	{"forbidden", well(recorded(aDay, func(h *device.History) { h.Restrictions.AccountChangesAllowed = device.Known(false) })), Warning, "A restriction in force on the device forbids account changes, as of 2026-11-21, from a backup on this computer.", ""},
	{"forbidden three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, func(h *device.History) { h.Restrictions.AccountChangesAllowed = device.Known(false) })), Warning, "A restriction in force on the device forbids account changes, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"allowed three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, func(h *device.History) { h.Restrictions.AccountChangesAllowed = device.Known(true) })), Ask, "No restriction in force on the device forbids account changes, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"nothing is known", well(), Ask, "", ""},
}
