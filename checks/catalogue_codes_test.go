package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// meaningCatalogue writes error codes and messages as a Markdown section that follows a
// [catalogue] of all checks and links to its entries.
func meaningCatalogue(meanings []codes.Meaning) string {
	var b strings.Builder
	fmt.Fprintf(&b, meaningsHead, codes.UnofficialNote, codes.MissingWordings)
	for _, m := range meanings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Title(), meaningCell(m), causeLinks(m), remedyLinks(m.Remedies))
	}
	return b.String()
}

const meaningsHead = `
# Error codes and messages

What logs and screens say about backups; ` + "`backupdoctor explain`" + ` looks these up in whatever is pasted.

%s

A cause is one that the code or message *states*, one that it *points to* without naming it, or one of several that it *may be*.

Wordings in other languages are matched where a public page shows them. Missing are: %s

A code can mean one thing in iCloud Backup (process backupd) and another in a backup to a computer (process BackupAgent2).

| Code or message | Meaning | Causes to look into | Remedies |
| --- | --- | --- | --- |
`

// meaningCell returns the text of a meaning's row, except causes and remedies.
func meaningCell(m codes.Meaning) string {
	var parts []string
	if m.InICloud != "" {
		parts = append(parts, m.InICloud)
	}
	if m.InComputerBackup != "" {
		parts = append(parts, "*In a backup to a computer:* "+m.InComputerBackup)
	}
	if m.Shown != "" {
		parts = append(parts, "*Settings shows* "+m.Shown+".")
	}
	if m.Becomes != 0 {
		parts = append(parts, fmt.Sprintf("backupd makes %s/%d of it.", codes.MBErrorDomain, m.Becomes))
	}
	if m.Passing {
		parts = append(parts, "*Passing:* backupd tries again by itself.")
	}
	return strings.Join(parts, " ")
}

// causeLinks names the causes of a meaning, with how strongly it points to each.
func causeLinks(m codes.Meaning) string {
	var links []string
	for _, id := range m.Checks {
		links = append(links, fmt.Sprintf("%s [%s](#%s)", m.Strength(id), id, id))
	}
	for _, id := range m.RulesOut {
		links = append(links, fmt.Sprintf("rules out [%s](#%s)", id, id))
	}
	return strings.Join(links, ", ")
}

func remedyLinks(ids []remedies.ID) string {
	links := make([]string, len(ids))
	for i, id := range ids {
		links[i] = remedyLink(id)
	}
	return strings.Join(links, ", ")
}
