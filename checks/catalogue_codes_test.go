package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

// meaningCatalogue writes error codes and messages as a Markdown section that follows a
// [catalogue] of all checks: its links lead to entries there.
func meaningCatalogue(meanings []codes.Meaning) string {
	var b strings.Builder
	fmt.Fprintf(&b, meaningsHead, codes.UnofficialNote)
	for _, m := range meanings {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.Title(), meaningCell(m), checkLinks(m.Checks), remedyLinks(m.Remedies))
	}
	return b.String()
}

const meaningsHead = `
# Error codes and messages

What logs and screens say about backups; ` + "`backupdoctor explain`" + ` looks these up in whatever is pasted.

%s

A code can mean one thing in iCloud Backup (process backupd) and another in a backup to a computer (process BackupAgent2).

| Code or message | Meaning | Causes to look into | Remedies |
| --- | --- | --- | --- |
`

// meaningCell is all that a row says of a meaning, but for causes and remedies.
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

func checkLinks(ids []string) string {
	links := make([]string, len(ids))
	for i, id := range ids {
		links[i] = fmt.Sprintf("[%s](#%s)", id, id)
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
