package format

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// In a scan of devices, a backup is only more evidence: it decides nothing by itself.
func TestBackupsDoNotEndAScan(t *testing.T) {
	run := reporttest.Run(reporttest.Shelved(reporttest.HiddenProof))
	run.Places = []report.Place{reporttest.Shut}
	if got := report.New(run).ExitCode(); got != report.ExitNoProblem {
		t.Errorf("exit code %d", got)
	}
	if page := tableOf(run, Options{Width: 80}); !strings.Contains(page, "Full Disk Access") {
		t.Errorf("the way into the closed folder is missing:\n%s", page)
	}
}

func TestBackupsTable(t *testing.T) {
	run := reporttest.Run(reporttest.Shelved(reporttest.BrokenProof))
	run.Subject, run.Places = report.OfBackups, []report.Place{{Path: "/link", Target: "/Volumes/Disk/Backup"}, reporttest.Shut}
	page := tableOf(run, Options{Width: 200})
	for _, want := range []string{
		"the next backup to this folder will fail", "(6 of 9)", "and 1 more; --all shows them", "HomeDomain Library/[31mlost", "Remedy: Set the folder aside (",
		`Linked: "/link"`, `leads to "/Volumes/Disk/Backup"`, `Cannot tell: "/shut"`, "Full Disk Access", "1 backup: 1 broken",
		`backups set-aside "/backups/00008120-000A1C2E3F4A5B6C"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.ContainsAny(page, "\x1b\u202e") {
		t.Error("untrusted text reaches the terminal")
	}
	all := tableOf(run, Options{Width: 100, All: true})
	if n := strings.Count(all, "lost"); n != 6 {
		t.Errorf("--all shows %d of 6 files", n)
	}
}

// One file, and one entry in the list, are counted in the singular.
func TestBackupOfOneFile(t *testing.T) {
	proof := reporttest.WholeProof
	proof.Listed, proof.Found, proof.Statements = 1, 1, slices.Clone(proof.Statements)
	for i := range proof.Statements {
		proof.Statements[i].Count, proof.Statements[i].Of = 1, 1
	}
	run := reporttest.Run(reporttest.Shelved(proof))
	run.Subject = report.OfBackups
	page := tableOf(run, Options{Width: 200})
	for _, want := range []string{" in 1 file\n", "complete (1 entry)"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}

// Backups of one device in two places differ by their folders alone.
func TestNamesakesShowTheirFolders(t *testing.T) {
	const there = `"/backups/00008120-000A1C2E3F4A5B6C"`
	for elsewhere, want := range map[string]bool{"": false, "/elsewhere/00008120-000A1C2E3F4A5B6C": true, "/backups/00008120-000A1C2E3F4A5B6C-20260301-101500": false} {
		shelved := reporttest.Shelved(reporttest.WholeProof)
		if other := shelved.Snapshot.Backups[0]; elsewhere != "" {
			other.Folder = elsewhere
			shelved.Snapshot.Backups = append(shelved.Snapshot.Backups, other)
		}
		run := reporttest.Run(shelved)
		run.Subject = report.OfBackups
		if page := tableOf(run, Options{Width: 200}); strings.Contains(page, there) != want {
			t.Errorf("beside %q:\n%s", elsewhere, page)
		}
	}
}
