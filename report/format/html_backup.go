package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// htmlBackup is one backup on this computer, with its proof.
type htmlBackup struct {
	Mark
	Verdict   string
	Rank      int
	Made      htmlTime
	Folder    string
	Name      string // name of the folder
	Archived  bool
	Running   string // how far an unfinished run got
	System    string
	Size      string
	Bytes     uint64
	Files     string
	Locked    string // whether it is encrypted
	Why       string // why it was not verified
	Proof     []proofRow
	NextFails bool
	Faults    []htmlFault
}

// htmlFault is one fault of a backup.
type htmlFault struct {
	Mark
	Mode, Text, Remedy string
	Files              []string
	More               string // number of files not listed
}

func newHTMLBackup(b report.Backup, d report.Device) htmlBackup {
	backup := htmlBackup{
		Mark: BackupMark(b.Verdict), Verdict: report.Clean(b.Verdict), Rank: rankOfProof(b.Verdict),
		Made: agedAt(b.Date, d.TakenAt), Folder: report.Clean(device.Quoted(b.Folder)), Name: report.Clean(device.Label(folderName(b))), Archived: b.Archived,
		Size: words.Size(b.SizeBytes), Bytes: b.SizeBytes, Locked: lockedText(b), Proof: cleanRows(proofRows(b, d.TakenAt)), NextFails: b.NextFails,
	}
	if b.Reason != "" {
		backup.Why = report.Clean("It was not checked: " + reasonOf(b.Reason, "") + ".")
	}
	if b.ProductVersion != "" {
		backup.System = report.Clean(device.Label(strings.TrimSpace(d.System + " " + b.ProductVersion)))
	}
	if b.State != "" && b.State != "finished" {
		backup.Running = report.Clean(device.Token(b.State))
	}
	if b.Listed > 0 {
		backup.Files = fmt.Sprintf("%d of %d", b.Found, b.Listed)
	}
	var remedies []string
	for _, f := range b.Faults {
		fault := newHTMLFault(f)
		if slices.Contains(remedies, fault.Remedy) {
			fault.Remedy = ""
		}
		remedies = append(remedies, fault.Remedy)
		backup.Faults = append(backup.Faults, fault)
	}
	return backup
}

func lockedText(b report.Backup) string {
	switch {
	case b.Encrypted == nil:
		return "unknown"
	case *b.Encrypted:
		return "yes"
	default:
		return "no"
	}
}

// cleanRows removes hidden characters from rows, which may contain untrusted names of modes.
func cleanRows(rows []proofRow) []proofRow {
	for i := range rows {
		rows[i].Text = report.Clean(rows[i].Text)
	}
	return rows
}

func newHTMLFault(f report.Fault) htmlFault {
	text := f.Title + numbers(f)
	if f.Detail != "" {
		text += ": " + device.Quoted(f.Detail)
	}
	fault := htmlFault{Mark: newMark(markOfSeverity(f.Severity)), Mode: report.Clean(device.Token(f.Mode)), Text: report.Clean(text) + ".", Remedy: report.Clean(f.Remedy)}
	for _, file := range f.Examples {
		fault.Files = append(fault.Files, report.Clean(fileText(file)))
	}
	if listed := uint64(len(f.Examples)); listed > 0 && f.Count > listed {
		fault.More = fmt.Sprintf("and %d more; backupdoctor verify --files FILE writes every one", f.Count-listed)
	}
	return fault
}

// asideCommands returns the commands that rename broken backups so that the next ones start
// from scratch. A redacted report has only placeholders, so it gets no commands.
func asideCommands(r report.Report) []string {
	var commands []string
	if r.Redacted {
		return commands
	}
	for _, d := range r.Devices {
		for _, b := range d.Backups {
			if renamable(d, b) {
				commands = append(commands, report.Clean("backupdoctor backups set-aside "+strconv.Quote(b.Folder)))
			}
		}
	}
	return commands
}

func backupTotals(c report.BackupCounts) []htmlTotal {
	if c == (report.BackupCounts{}) {
		return nil
	}
	total := func(v device.ProofVerdict, count int) htmlTotal {
		return htmlTotal{BackupMark(string(v)), string(v), count}
	}
	return []htmlTotal{total(device.Whole, c.Whole), total(device.Broken, c.Broken), total(device.CannotTell, c.CannotTell)}
}

// backupRows returns the overview rows for the backups of one device.
func backupRows(c htmlCard) []htmlRow {
	var rows []htmlRow
	for _, b := range c.Backups {
		rows = append(rows, htmlRow{Mark: b.Mark, Card: c.Number, Verdict: b.Verdict, Rank: b.Rank, Label: c.Label, Backup: b})
	}
	return rows
}
