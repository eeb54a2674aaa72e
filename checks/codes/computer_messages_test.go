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

// After a failed restore the folder may be the only copy: nothing sets it aside or deletes it.
func TestAFailedRestoreTouchesNoBackup(t *testing.T) {
	for _, why := range []string{
		"the backup was corrupt or not compatible with the iPhone that is being restored", "the backup session failed",
		"an error occurred", "the iPhone disconnected", "an error occurred while reading from or writing to the iPhone",
		"there is not enough free space available on this computer",
	} {
		for _, text := range []string{"iTunes could not restore the iPhone “Ann’s iPhone” because " + why, "The iPhone couldn’t be restored because " + why + "."} {
			found := LookUp(text)
			if len(found) == 0 {
				t.Errorf("%q is not known", text)
			}
			for _, m := range found {
				if slices.Contains(m.Remedies, remedies.SetAsideLocalBackup) || strings.Contains(m.Message, "backed up") {
					t.Errorf("%q leads to %s with %s", text, m.Title(), m.Remedies)
				}
			}
		}
	}
}
