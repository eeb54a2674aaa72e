package checks

import (
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var corruptPreviousBackup = &Check{
	ID:    "corrupt-previous-backup",
	Short: "backup in iCloud damaged",
	Title: "The backup in iCloud is sound",
	Doc: `A new backup builds on the one before it. If that one is damaged or stuck, every new attempt can fail, with enough room and good Wi-Fi.
A backup that never completed shows neither size nor date, and cannot be restored from.

The person sees "The last backup could not be completed." again and again.

Nothing proves it; it is what remains once space, network, account and a restart have been ruled out. The attempts recorded in a backup on this computer are a hint if at least three failed since the last good one, each with a general error that names no cause.
Otherwise only a person can answer.
Deleting the old backup cannot be undone and also switches iCloud Backup off, so it comes late, and never before a computer backup.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleHT201418, remedies.FoundingArticle, remedies.CleanmasterOldBackups},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.Restart, remedies.TurnBackupOffAndOn, remedies.ContactAppleSupport, remedies.DeleteOldBackup},
	Ask:      "Does every backup fail although there is room and the Wi-Fi is good, or does {P-BACKUPS} show a backup without size or date?",
	Answers:  Answers{Yes: "Every backup fails although there is room and the Wi-Fi is good, or the one in iCloud shows no size or date."},
	Judge:    judgeGeneralFailures,
}

// againAndAgain is how many general failures in a row suggest a damaged backup.
const againAndAgain = 3

func judgeGeneralFailures(s device.Snapshot) []Finding {
	list, r := failures(s)
	evidence := failureEvidence(list)
	if fresh := freshOr(s, ", so the one before it was sound.", nil); fresh != nil {
		return fresh
	}
	named := slices.IndexFunc(list, func(f failure) bool { return !f.general() })
	switch {
	case len(list) == 0:
		return ask("")
	case named >= 0:
		return r.answer(ask(fmt.Sprintf("Of the %s %s, not all ended with a general error: the latest that names a cause is %s.",
			count(len(list), "failed attempt"), sinceGood(s), list[named]), evidence...), nil)
	case len(list) < againAndAgain:
		return r.answer(ask(fmt.Sprintf("The record has %s %s, with a general error (%s).", count(len(list), "failed attempt"), sinceGood(s), list[0]), evidence...), nil)
	}
	return r.answer(warning(fmt.Sprintf("All %d failed attempts %s ended with a general error (the newest with %s), and none for lack of room, network or account.",
		len(list), sinceGood(s), list[0]), evidence...), nil)
}

// general reports whether the codes of a failure name no cause except a fault of the software
// or of the backup itself.
func (f failure) general() bool {
	return slices.Contains([]string{"transient-glitch", "corrupt-previous-backup"}, f.cause())
}
