package codes

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// restoreFailure matches a plain text (see plain) that reports a failed restore.
var restoreFailure = sync.OnceValue(func() *regexp.Regexp {
	const (
		restore = `(?:restore|restoration)`
		failed  = `(?:(?:has|was|is) )?(?:failed|fails|unsuccessful|aborted|crashed|interrupted)` +
			`|(?:did|does|has|is|was|could|can|will) not (?:be )?(?:work|worked|working|complete|completed|finish|finished|succeed|succeeded|successful)` +
			`|(?:ended|stopped|stops|quit) with`
	)
	return regexp.MustCompile(` not (?:be )?restored? | not restorable | (?:unable|not able|failed) to (?:be )?restored? ` +
		`| ` + restore + ` (?:(?:process|attempt) )?(?:(?:from|of|to) (?:[^ ]+ ){1,3}?)?(?:` + failed + `) ` +
		`| restoring (?:this|the|your|my|from|a|an) (?:[^ ]+ ){1,5}?(?:` + failed + `) ` +
		`| (?:error|problem|failure) (?:[^ ]+ ){0,2}?(?:while|when|during|in) (?:[^ ]+ ){0,1}?(?:` + restore + `|restoring) ` +
		`| [^ ]*[0-9] (?:while|when|during) (?:[^ ]+ ){0,1}?(?:` + restore + `|restoring) ` +
		`| (?:unable|not able|failed) to (?:perform|run|complete|finish) (?:[^ ]+ ){0,1}?` + restore + ` ` +
		`| (?:not|error) (?:perform|performing|complete|completing|finish|finishing) (?:[^ ]+ ){0,1}?` + restore + ` ` +
		`| error restoring | (?:` + restore + `|restoring) error | (?:idevicebackup2|backup2) ` + restore + ` `)
})

// restoreFailed reports whether a plain text says that a restore failed. The backup it was made
// from may then be the only copy, so nothing that moves or deletes a backup may follow.
func restoreFailed(plainText string) bool { return restoreFailure().MatchString(plainText) }

// restoreMentioned matches a plain text that speaks of a restore under way. Words for one that is
// over, or that keeps backups from running, are not among them.
var restoreMentioned = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(` (?:restore|restores|restoring|restoration) ` +
		`| (?:recover|recovering|set|setup|setting|settings|transfer|transferring|migrate|migrating|load|loading|import|importing) (?:[^ ]+ ){0,6}?from (?:[^ ]+ )?backup ` +
		`| (?:load|loading|import|importing) (?:[^ ]+ ){0,2}?backup `)
})

// notOfRestore matches a plain text in which a backup, not a restore, failed.
var notOfRestore = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(` (?:not|unable to|failed to) (?:be )?backup | (?:after|since|before|being|still|until) (?:[^ ]+ )?(?:restore|restoring|restoration) | restore (?:is )?(?:in progress|running) `)
})

// ofRestore reports whether a text, given folded and in plain form, may be of a restore, so that a
// number in it must not lead to the backup being set aside.
func ofRestore(text, plainText string) bool {
	if restoreFailed(plainText) {
		return true
	}
	if notOfRestore().MatchString(plainText) {
		return false
	}
	return restoreMentioned().MatchString(plainText) ||
		slices.ContainsFunc([]string{"wiederherst", "restaurer", "restauration", "restaurar", "ripristin"}, func(word string) bool { return strings.Contains(text, word) })
}

// movesBackup reports whether a meaning leads to a backup being set aside.
func movesBackup(m Meaning) bool {
	return slices.Contains(m.Remedies, remedies.SetAsideLocalBackup)
}

// restoreMessagesIn finds the messages in a text about a failed restore, given folded and in
// plain form.
func restoreMessagesIn(text, plainText string) []Meaning {
	list := slices.Concat(restoreMessages, computerMessages)
	if strings.Contains(text, "icloud") {
		list = slices.Concat(list, messages, moreMessages)
	}
	found := saidIn(text, plainText, slices.DeleteFunc(list, func(m message) bool {
		return movesBackup(m.meaning) || m.meaning.Message == beingRestored || m.meaning.Vague && m.meaning.InComputerBackup == ""
	}))
	if len(found) == 0 {
		return []Meaning{restoreMessages[len(restoreMessages)-1].meaning}
	}
	return found
}

// forRestore replaces codes that lead to a backup being set aside by what they mean in a failed
// restore.
func forRestore(codes []Meaning) []Meaning {
	kept := slices.DeleteFunc(slices.Clone(codes), movesBackup)
	if len(kept) < len(codes) {
		return append(kept, restoreMessages[0].meaning)
	}
	return codes
}

// restoreMessages are the messages of a restore that failed. The last is for any without a
// message of its own.
var restoreMessages = []message{
	{
		words: [][]string{{"corrupt"}, {"not compatible"}, {"backup", "damaged"}},
		meaning: Meaning{
			Message:          "The iPhone could not be restored because the backup was corrupt or not compatible",
			InComputerBackup: "A restore failed. The backup cannot be read, or it does not fit the device: one that was made by a newer version of iOS does not. It may be the only copy: keep the folder, and delete nothing.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.UpdateComputer, remedies.ContactAppleSupport},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
	{
		words: [][]string{{"restor"}},
		meaning: Meaning{
			Message:          "The iPhone could not be restored because an error occurred",
			Vague:            true,
			InComputerBackup: "A restore failed: the connection or the session ended, a disk is full or cannot be read or written, or the cause has no message of its own. A number after it says more. The backup may be the only copy: keep the folder, and delete nothing.",
			Remedies:         []remedies.ID{remedies.VerifyLocalBackup, remedies.ReconnectToComputer, remedies.UpdateComputer, remedies.ContactAppleSupport},
			Sources:          []remedies.Source{remedies.AppleLocalBackupHelp},
		},
	},
}
