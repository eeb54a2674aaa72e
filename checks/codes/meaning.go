// Package codes knows what the error numbers and messages of backups mean, and looks them up in
// typed, pasted or recorded text.
package codes

import (
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Meaning is what one error code or on-screen message says about backups: a row of the table
// behind [LookUp].
//
// The same number can mean one thing in iCloud Backup, as reported by backupd, and another in a
// backup to a computer, as reported by BackupAgent2. A row leaves either field empty if there
// is nothing to say.
type Meaning struct {
	Domain           ErrorDomain       // "" for a message
	Number           int               // within Domain; 0 for a message
	Name             string            // Apple's public name of the number: "quotaExceeded"; "" if it has none
	Message          string            // the words on the screen; "" for a code
	InICloud         string            // what it means in iCloud Backup; sentences
	InComputerBackup string            // what it means in a backup to a computer; sentences
	Shown            string            // what the iCloud Backup page shows for it, completing "Settings shows"; "" if unknown
	Vague            bool              // so unspecific that it counts only if nothing else matches
	Passing          bool              // backupd considers it temporary and retries
	RulesOut         []string          // IDs of causes that a message rules out
	Becomes          int               // the MBErrorDomain number that backupd turns it into; 0 if none or unknown
	Checks           []string          // IDs of the causes to look into, likeliest first
	Remedies         []remedies.ID     // cheapest and safest first
	Sources          []remedies.Source // where the number or the message is described
}

// An ErrorDomain is a family of error numbers, spelled as logs spell it.
type ErrorDomain string

const (
	MBErrorDomain    ErrorDomain = "MBErrorDomain"    // MobileBackup: backupd and BackupAgent2
	CKErrorDomain    ErrorDomain = "CKErrorDomain"    // CloudKit, which transports iCloud backups
	NSURLErrorDomain ErrorDomain = "NSURLErrorDomain" // URL loading
)

// UnofficialNote says how far the numbers of MBErrorDomain can be trusted.
const UnofficialNote = "Apple publishes no list of MBErrorDomain. Its numbers are unofficial: gathered from public logs and from public analysis of single versions, they may mean something else in another version. The numbers of CKErrorDomain and NSURLErrorDomain are Apple's public ones; what backupd makes of them is not."

// Unofficial reports whether Apple does not publish the number.
func (m Meaning) Unofficial() bool { return m.Domain == MBErrorDomain }

// Title returns the code, such as "MBErrorDomain/303" or "CKErrorDomain/25 (quotaExceeded)", or
// the words of the message in quotation marks.
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

// Meanings returns the whole table: the codes by domain and number, then the messages.
func Meanings() []Meaning {
	list := slices.Concat(backupCodes, cloudKitCodes, urlCodes, otherCodes)
	for _, m := range allMessages() {
		list = append(list, m.meaning)
	}
	return list
}

// PlanOf merges the remedies of meanings into one plan, as a diagnosis does: cheapest and
// safest first, without duplicates, prerequisites first, in the wording of the newest version
// and for no particular model. The For of a step has the titles of the meanings.
func PlanOf(meanings []Meaning) []remedies.Step {
	p := remedies.NewPlanner(device.Identity{})
	for _, m := range meanings {
		for _, remedy := range m.Remedies {
			p.Add(remedy, m.Title())
		}
	}
	return p.Steps()
}
