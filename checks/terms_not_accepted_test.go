package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(termsNotAccepted, termsNotAcceptedJudgements)

var termsNotAcceptedJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so no terms prevented it.", ""},
	{"fresh backup after terms were pending", well(recorded(aDay, func(h *device.History) { h.Account.TermsPending = device.Known(true) })), OK, "A backup completed 7 hours ago, so no terms prevented it.", ""},
	{"accepted", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.TermsPending = device.Known(false) })), OK, "The account has no iCloud terms left to accept, as of 2026-11-21, from a backup on this computer.", ""},
	{"pending", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.TermsPending = device.Known(true) })), Problem, "The account has iCloud terms left to accept, as of 2026-11-21, from a backup on this computer.", ""},
	{"pending, on a device that is not here", well(detached, recorded(aDay, func(h *device.History) { h.Account.TermsPending = device.Known(true) })), Problem, "The account has iCloud terms left to accept, as of 2026-11-21, from a backup on this computer.", ""},
	{"pending three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, func(h *device.History) { h.Account.TermsPending = device.Known(true) })), Warning, "The account has iCloud terms left to accept, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"accepted three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, func(h *device.History) { h.Account.TermsPending = device.Known(false) })), Ask, "The account has no iCloud terms left to accept, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"a backup completed since", well(lastBackedUp(9*aDay), recorded(10*aDay, func(h *device.History) { h.Account.TermsPending = device.Known(true) })), Ask, "", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
