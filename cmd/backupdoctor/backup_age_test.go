package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
)

// agedCopy makes a copy of a device in a library, as if that had been some time ago, and changes one
// of its files since.
func agedCopy(t *testing.T, address, path string, agent *mobilebackup.Agent, at time.Time) {
	t.Helper()
	if s := copyInto(t, address, path); s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	folder := copyFolders(t, path)[0]
	noted := library.ReadProof(folder).Noted
	noted.ProvedAt = at
	if err := library.Confirm(folder, at, true); err != nil {
		t.Fatal(err)
	}
	if err := library.SaveProof(folder, noted); err != nil {
		t.Fatal(err)
	}
	files := agent.Files()
	files[0].Seed, files[0].Size = files[0].Seed+1, files[0].Size+1
	agent.SetFiles(files)
}

func copyInto(t *testing.T, address, path string, arguments ...string) session {
	t.Helper()
	return typed(t, t.Context(), append([]string{"backup", "--usbmux", address, "--to", path, "--keep", "2"}, arguments...)...)
}

// copyFolders returns the copies in a library of one device, oldest first.
func copyFolders(t *testing.T, path string) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(path, "*", "2*Z", "*-*"))
	if err != nil || len(folders) == 0 {
		t.Fatal(folders, err)
	}
	return folders
}

// backupsIn returns the copies in a library as backups lists them, by folder.
func backupsIn(t *testing.T, path string) map[string]report.Backup {
	t.Helper()
	s := typed(t, t.Context(), "backups", "--backups", path, "--json")
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatal(err, s.stderr)
	}
	all := map[string]report.Backup{}
	for _, d := range r.Devices {
		for _, b := range d.Backups {
			all[b.Folder] = b
		}
	}
	return all
}

// A copy is proved as of when the file that was not read for longest was read: an incremental run
// only links what has not changed. Each output says so, until all of it is read again.
func TestAgeOfLinkedFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copies")
	d := clones(t, 1)[0]
	d.Backup = mobilebackup.New(mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1},
		mobilebackup.File{Domain: "HomeDomain", Path: "Library/b.plist", Size: 5000, Seed: 2})
	address, _ := attach(t, d)
	at := time.Now().UTC().AddDate(0, 0, -120).Truncate(time.Second)
	agedCopy(t, address, path, d.Backup, at)

	s := copyInto(t, address, path, "--json")
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil || s.code != 0 || len(r.Devices) != 1 || r.Devices[0].Copy == nil {
		t.Fatalf("exit code %d, %v\n%s", s.code, err, s.stderr)
	}
	if said := regexp.MustCompile(`whole, proved [^;\n]*; some files were last read ` + regexp.QuoteMeta(at.Local().Format("2 Jan 2006, 15:04")) + `, and not sent since`); !said.MatchString(s.stderr) {
		t.Errorf("no %q\n%s", said, s.stderr)
	}
	made := r.Devices[0].Copy
	if !made.OldestAt.Equal(at) || !made.ProvedAt.After(at.AddDate(0, 0, 119)) || !strings.Contains(made.Summary, "; some files were last read ") {
		t.Errorf("oldestAt %v, provedAt %v, %q, want %v", made.OldestAt, made.ProvedAt, made.Summary, at)
	}
	folder := copyFolders(t, path)[1]
	i := slices.IndexFunc(r.Devices[0].Backups, func(b report.Backup) bool { return b.Folder == folder })
	if i < 0 || !r.Devices[0].Backups[i].ProvedAt.Equal(at) {
		t.Errorf("the report has %+v, want %v", r.Devices[0].Backups, at)
	}
	if b := backupsIn(t, path)[folder]; b.Verdict != "whole" || !b.ProvedAt.Equal(at) {
		t.Errorf("the list has %q, proved %v, want %v", b.Verdict, b.ProvedAt, at)
	}
	list := typed(t, t.Context(), "backups", "--backups", path, "--width", "200")
	if said := regexp.MustCompile(`proved +120 days ago \(` + at.Local().Format("2006-01-02")); !said.MatchString(list.stdout) {
		t.Errorf("no %q\n%s", said, list.stdout)
	}

	// It is due because of those files, and no longer once they were read.
	if s := typed(t, t.Context(), "verify", "--due", "90d", "--backups", path); s.code != 0 {
		t.Errorf("exit code %d\n%s%s", s.code, s.stdout, s.stderr)
	}
	if b := backupsIn(t, path)[folder]; b.Verdict != "whole" || !b.ProvedAt.After(at.AddDate(0, 0, 119)) {
		t.Errorf("after verify the list has %q, proved %v", b.Verdict, b.ProvedAt)
	}
}

// A proof that is dated in the future counts for nothing, so it is due however long is waited, and
// is renewed.
func TestProofOfTheFutureIsDue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "copies")
	d := clones(t, 1)[0]
	d.Backup = mobilebackup.New(mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1})
	address, _ := attach(t, d)
	for _, which := range []string{"provedAt", "oldestAt"} {
		if s := copyInto(t, address, path); s.code != 0 {
			t.Fatalf("exit code %d\n%s", s.code, s.stderr)
		}
		folders := copyFolders(t, path)
		folder := folders[len(folders)-1]
		proof := filepath.Join(filepath.Dir(folder), "proof.json")
		text, err := os.ReadFile(proof)
		if err != nil {
			t.Fatal(err)
		}
		future := strings.Replace(string(text), `"`+which+`":"20`, `"`+which+`":"29`, 1)
		if err := os.WriteFile(proof, []byte(future), 0o600); err != nil || future == string(text) {
			t.Fatal(err)
		}
		if s := typed(t, t.Context(), "backups", "--backups", path, "--width", "200"); strings.Contains(s.stdout, "(29") {
			t.Errorf("%s: the list shows the date\n%s", which, s.stdout)
		}
		s := typed(t, t.Context(), "verify", "--due", "3650d", "--backups", path, "--json")
		if s.code != 0 || !strings.Contains(s.stdout, `"depth": "deep"`) || strings.Contains(s.stderr, "is due") {
			t.Errorf("%s: exit code %d\n%s%s", which, s.code, s.stdout, s.stderr)
		}
		if s := typed(t, t.Context(), "verify", "--due", "3650d", "--backups", path); s.code != 0 || !strings.Contains(s.stderr, "no copy of this program is due") {
			t.Errorf("%s, once verified: exit code %d\n%s", which, s.code, s.stderr)
		}
		if p := library.ReadProof(folder); !p.Counts() || p.ProvedAt.After(time.Now()) || p.OldestAt.After(time.Now()) {
			t.Errorf("%s: the proof is %+v", which, p.Noted)
		}
	}
}
