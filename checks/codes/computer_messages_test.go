package codes

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// Advice after a computer message is about the backup on the computer, not the one in iCloud.
func TestRemediesOfComputerMessagesAreAboutTheComputer(t *testing.T) {
	for _, m := range computerMessages {
		for _, id := range m.meaning.Remedies {
			remedy, ok := remedies.Find(id)
			if !ok {
				t.Fatalf("%s: no remedy %s", m.meaning.Message, id)
			}
			for _, step := range remedy.Steps {
				if strings.Contains(step, "iCloud Backup") || strings.Contains(step, "{P-BACKUP}") {
					t.Errorf("%s: %s: %s", m.meaning.Message, id, step)
				}
			}
		}
	}
}

// After a failed restore the folder may be the only copy: nothing sets it aside or deletes it, in
// any of the ways to say so, whatever the reason or the number.
func TestAFailedRestoreTouchesNoBackup(t *testing.T) {
	for _, text := range []string{
		"iTunes could not restore the iPhone “Ann’s iPhone” because %s.", "The iPhone couldn’t be restored because %s.", "Unable to restore iPhone, %s",
		"The restore from backup failed: %s", "Restore failed (%s)", "An error occurred while restoring this iPhone, %s", "Failed to restore from iCloud: %s",
		"Restoring your iPad from the backup failed. %s", "Error restoring: %s", "Restore error, %s",
		"Restore aborted: %s", "My restore did not work, %s", "The restore was not completed: %s", "Restoration of the backup has failed with %s",
		"Error performing restore: %s", "Unable to complete the restore: %s", "The restore ended with %s", "The restore was interrupted, %s",
		"The backup is not restorable: %s", "Restoring the backup to my new iPad didn't complete: %s", "idevicebackup2 restore: ErrorCode 1: %s", "error 205 while restoring: %s",
	} {
		for _, why := range []string{
			"the backup was corrupt or not compatible with the iPhone that is being restored", "the backup was corrupt", "the backup session failed",
			"an error occurred", "the iPhone disconnected", "an error occurred while reading from or writing to the iPhone",
			"there is not enough free space available on this computer", "the backup could not be saved on the computer",
			"an unknown error occurred (-54)", "an unknown error occurred (-36)", "error -54", "(205)", "error 205", "MBErrorDomain/205",
			"MBErrorDomain/103", "MBErrorDomain/205 (MBErrorDomain/105)",
		} {
			text := strings.ReplaceAll(text, "%s", why)
			found := LookUp(text)
			if len(found) == 0 {
				t.Errorf("%q is not known", text)
			}
			for _, m := range found {
				if movesBackup(m) || strings.Contains(m.Message, "backed up") || m.Message == "Backup Failed" || m.Message == beingRestored {
					t.Errorf("%q leads to %s with %s", text, m.Title(), m.Remedies)
				}
			}
		}
	}
	for _, text := range []string{
		"restore: MBErrorDomain/205", "MBErrorDomain/205 at restore", "restore the backup -> error 205", "iMazing restore of backup: MBErrorDomain/205",
		"I tried to restore my phone and get error -54", "Restore Backup: unknown error (-36)", "recover my iPhone from the backup: error 205",
		"Setting up my new iPhone from a backup fails: error -54", "import backup error 205", "transfer to new iPhone from backup failed, error 103",
		"Wiederherstellung fehlgeschlagen (MBErrorDomain/205)", "La restauration a échoué : MBErrorDomain/205",
	} {
		if found := LookUp(text); len(found) == 0 || slices.ContainsFunc(found, movesBackup) {
			t.Errorf("%q leads to %v", text, titles(found))
		}
	}
	for _, text := range []string{"iTunes could not restore the iPhone because of MBErrorDomain/205", "Unable to restore iPhone, the backup was corrupt", "error restoring: error 103"} {
		if found := LookUp(text); len(found) == 0 || found[0].Message != restoreMessages[0].meaning.Message {
			t.Errorf("%q leads to %v", text, titles(found))
		}
	}
}

// A restore that runs, or succeeded, is not one that failed.
func TestARestoreThatDidNotFail(t *testing.T) {
	for text, want := range map[string]string{
		"can't back up because it is being restored":                             beingRestored,
		"the iPad is still restoring, backup failed":                             beingRestored,
		"iTunes could not back up the iPhone because an error occurred (-54)":    "An unknown error occurred (-54)",
		"after the restore my backup failed":                                     "Backup Failed",
		"I restored it from a computer, now the last backup can't be completed":  "The last backup could not be completed",
		"the backup is full since the restore from the old iPhone was completed": "Not enough iCloud storage",
	} {
		if found := LookUp(text); !slices.ContainsFunc(found, func(m Meaning) bool { return m.Message == want }) {
			t.Errorf("%q leads to %v, not to %q", text, titles(found), want)
		}
	}
	for _, text := range []string{
		"iTunes could not back up the iPhone being restored: error 205", "after the restore I get MBErrorDomain/205", "error -54, unable to back up since the restore",
	} {
		if found := LookUp(text); !slices.ContainsFunc(found, movesBackup) {
			t.Errorf("%q leads to %v", text, titles(found))
		}
	}
	if found := LookUp("restored my phone, and its backup to the computer stopped with MBErrorDomain/205"); !slices.ContainsFunc(found, movesBackup) {
		t.Errorf("a backup that failed after a restore leads to %v", titles(found))
	}
}
