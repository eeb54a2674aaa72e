package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// shelved is a device known by backups with these proofs.
func shelved(proofs ...device.Proof) Examined {
	e := well("Ann's iPhone")
	e.Snapshot.Live = nil
	for _, proof := range proofs {
		e.Snapshot.Backups = append(e.Snapshot.Backups, device.Backup{
			Folder: "/backups/" + e.Snapshot.Device.UDID, Device: e.Snapshot.Device, Date: device.Known(sampleTime), Proof: device.Known(proof),
		})
	}
	return e
}

// concluding are statements that amount to a verdict, because of some modes.
func concluding(verdict device.ProofVerdict, modes ...string) []device.Statement {
	shown := map[device.ProofVerdict]device.Shown{device.Whole: device.ShownTrue, device.Broken: device.ShownFalse, device.CannotTell: device.ShownNeither}
	var all []device.Statement
	for _, id := range device.StatementIDs {
		s := device.Statement{ID: id, Shown: device.ShownTrue}
		switch id {
		case device.StatementFiles:
			s.Shown, s.Faults, s.Count, s.Of = shown[verdict], modes, 3, 3
		case device.StatementPadding, device.StatementDigests, device.StatementDatabases:
			s.Shown = device.NotLookedAt
		}
		all = append(all, s)
	}
	return all
}

var (
	wholeProof  = device.Proof{Statements: concluding(device.Whole), Depth: device.QuickLook, Listed: 3, Found: 3}
	hiddenProof = device.Proof{Statements: concluding(device.CannotTell, "password-needed"), Depth: device.QuickLook, Faults: []device.BackupFault{{Mode: "password-needed"}}}
	brokenProof = device.Proof{
		Statements: concluding(device.Broken, "blob-missing"), Depth: device.QuickLook, NextFails: true, Listed: 9, Found: 3,
		Faults: []device.BackupFault{{
			Mode: "blob-missing", Count: 6, Total: 9,
			Examples: slices.Repeat([]device.BackupProblem{{Domain: "HomeDomain", Path: "Library/\x1b[31m\u202elost"}}, 6),
		}},
	}
)

var shut = Place{Path: "/shut", Reason: string(device.NotPermitted), Hint: "Allow it Full Disk Access."}

func TestExitCodeOfBackups(t *testing.T) {
	for name, test := range map[string]struct {
		run  Run
		want int
	}{
		"whole":                                {Run{Examined: []Examined{shelved(wholeProof)}}, ExitNoProblem},
		"broken":                               {Run{Examined: []Examined{shelved(wholeProof, brokenProof)}}, ExitProblems},
		"cannot tell wins over broken":         {Run{Examined: []Examined{shelved(brokenProof), shelved(hiddenProof)}}, ExitNotExamined},
		"none":                                 {Run{}, ExitNoDevice},
		"a closed place is not none":           {Run{Places: []Place{shut}}, ExitNotExamined},
		"a closed place beside a whole backup": {Run{Places: []Place{shut}, Examined: []Examined{shelved(wholeProof)}}, ExitNotExamined},
		"interrupted":                          {Run{Gaps: []device.Gap{{Reason: device.Interrupted}}, Examined: []Examined{shelved(brokenProof)}}, ExitInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			test.run.Subject = OfBackups
			if got := New(test.run).ExitCode(); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

// In a scan of devices a backup is one more thing that was read: it decides nothing by itself.
func TestBackupsDoNotEndAScan(t *testing.T) {
	run := sampleRun(shelved(hiddenProof))
	run.Places = []Place{shut}
	if got := New(run).ExitCode(); got != ExitNoProblem {
		t.Errorf("exit code %d", got)
	}
	if page := tableOf(run, Options{Width: 80}); !strings.Contains(page, "Full Disk Access") {
		t.Errorf("the way into the closed folder is missing:\n%s", page)
	}
}

func TestBackupThatWasNotLookedAt(t *testing.T) {
	b := newBackup(device.Backup{})
	if b.Verdict != "cannot-tell" || b.Reason != "not-asked" || b.Encrypted != nil {
		t.Errorf("%+v", b)
	}
}

// An archived copy is in nobody's way.
func TestNextBackupDoesNotUseAnArchivedCopy(t *testing.T) {
	if b := newBackup(device.Backup{Archived: true, Proof: device.Known(brokenProof)}); b.NextFails {
		t.Error("the next backup fails over an archived copy")
	}
}

func TestBackupsFace(t *testing.T) {
	run := sampleRun(shelved(brokenProof))
	run.Subject, run.Places = OfBackups, []Place{{Path: "/link", Target: "/Volumes/Disk/Backup"}, shut}
	page := tableOf(run, Options{Width: 200})
	for _, want := range []string{
		"the next backup will fail", "(6 of 9)", "and 1 more; --all shows them", "HomeDomain Library/[31mlost", "Remedy: Rename the backup's folder, ",
		"Linked: /link", "leads to /Volumes/Disk/Backup", "Cannot tell: /shut", "Full Disk Access", "0 whole, 1 broken",
		`backups set-aside "/backups/00008120-000A1C2E3F4A5B6C"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.ContainsAny(page, "\x1b\u202e") {
		t.Error("a stranger's text reaches the terminal")
	}
	all := tableOf(run, Options{Width: 100, All: true})
	if n := strings.Count(all, "lost"); n != 6 {
		t.Errorf("--all shows %d of 6 files", n)
	}
}

func TestRedactedReportHidesPlaces(t *testing.T) {
	run := Run{Subject: OfBackups, Redacted: true, Places: []Place{{Path: "/Users/quincy", Target: "/Volumes/quincy"}}}
	if document := string(jsonOf(t, New(run))); strings.Contains(document, "quincy") {
		t.Errorf("the path is still there:\n%s", document)
	}
	if run.Places[0].Path != "/Users/quincy" {
		t.Error("the run was changed")
	}
}
