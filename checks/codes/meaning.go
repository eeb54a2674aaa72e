// Package codes holds what the error numbers and messages of backups mean, and looks them
// up in whatever was typed, pasted or recorded.
package codes

import (
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Meaning is what one error code, or one message on the screen, says about backups: a row
// of the table behind [LookUp].
//
// The same number can mean one thing in iCloud Backup, made by the process backupd, and
// another in a backup to a computer, made by BackupAgent2. A row that has nothing to say of
// one of them leaves it empty.
type Meaning struct {
	Domain           ErrorDomain       // "" for a message
	Number           int               // within Domain; 0 for a message
	Name             string            // Apple's public name of the number: "quotaExceeded"; "" if it has none
	Message          string            // the words that the screen shows; "" for a code
	InICloud         string            // what it means in iCloud Backup; sentences
	InComputerBackup string            // what it means in a backup to a computer; sentences
	Shown            string            // what the iCloud Backup page shows of it, as the rest of "Settings shows"; "" if not known
	Vague            bool              // says so little that it counts only where nothing else matches
	Passing          bool              // backupd takes it for passing, and tries again by itself
	RulesOut         []string          // ids of causes that a message denies
	Becomes          int               // the MBErrorDomain number that backupd makes of it; 0 if none, or not known
	Checks           []string          // ids of the causes to look into, the likeliest first
	Remedies         []remedies.ID     // cheapest and safest first
	Sources          []remedies.Source // where the number or the message is described
}

// An ErrorDomain is a family of error numbers, spelled as logs spell it.
type ErrorDomain string

const (
	MBErrorDomain    ErrorDomain = "MBErrorDomain"    // MobileBackup: backupd and BackupAgent2
	CKErrorDomain    ErrorDomain = "CKErrorDomain"    // CloudKit, which carries iCloud backups
	NSURLErrorDomain ErrorDomain = "NSURLErrorDomain" // the loading of URLs
)

// UnofficialNote says how far the numbers of MBErrorDomain can be trusted.
const UnofficialNote = "Apple publishes no list of MBErrorDomain. Its numbers are unofficial: gathered from public logs and from public analysis of single versions, they may mean something else in another version. The numbers of CKErrorDomain and NSURLErrorDomain are Apple's public ones; what backupd makes of them is not."

// Unofficial reports whether Apple does not publish the number.
func (m Meaning) Unofficial() bool { return m.Domain == MBErrorDomain }

// Title names the code or the message: "MBErrorDomain/303", "CKErrorDomain/25
// (quotaExceeded)", or the words of the message in quotation marks.
func (m Meaning) Title() string {
	switch {
	case m.Domain == "":
		return "“" + m.Message + "”"
	case m.Name == "":
		return fmt.Sprintf("%s/%d", m.Domain, m.Number)
	default:
		return fmt.Sprintf("%s/%d (%s)", m.Domain, m.Number, m.Name)
	}
}

// Meanings is the whole table: the codes by domain and number, then the messages.
func Meanings() []Meaning {
	list := slices.Concat(backupCodes, cloudKitCodes, urlCodes, otherCodes)
	for _, m := range allMessages() {
		list = append(list, m.meaning)
	}
	return list
}

// PlanOf merges the remedies of meanings into one plan, as a diagnosis does: cheapest and
// safest first, each once, behind what it needs, in the wording of the newest version and
// of no model in particular. The For of a step has the titles of the meanings.
func PlanOf(meanings []Meaning) []remedies.Step {
	p := remedies.NewPlanner(device.Identity{})
	for _, m := range meanings {
		for _, remedy := range m.Remedies {
			p.Add(remedy, m.Title())
		}
	}
	return p.Steps()
}
