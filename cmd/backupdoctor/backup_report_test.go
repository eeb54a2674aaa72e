package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

// backupService is the prefix of the places of faults in the backup service.
const backupService = "com.apple.mobilebackup2 "

// trayOfCopies returns a device of each kind of ending, and what to call it by UDID.
func trayOfCopies(t *testing.T) (devices []*sim.Device, called map[string]string) {
	t.Helper()
	faults := map[string]sim.Fault{
		"Cancelled": {Kind: sim.TapsCancel, At: backupService + "DLMessageUploadFiles"},
		"Refusing":  {Kind: sim.BackupError, At: backupService + "DLMessageDownloadFiles", Count: 22, Error: "Forbidden (MBErrorDomain/22)"},
		"Cut":       {Kind: sim.Reset, At: backupService + "block", Count: 3, After: 20},
		"Untrusted": {Kind: sim.Unpaired},
	}
	names := []string{"Proved", "Cancelled", "Refusing", "Cut", "Unreadable", "Untrusted"}
	devices, called = clones(t, len(names)), map[string]string{}
	for i, d := range devices {
		called[d.UDID()] = names[i]
		if f, ok := faults[names[i]]; ok {
			d.Faults = append(d.Faults, f)
		}
		if names[i] == "Unreadable" {
			d.Backup = mobilebackup.New(
				mobilebackup.File{Domain: "HomeDomain", Path: "Library/SMS/sms.db", Size: 120_000, Seed: 2, Unreadable: true},
				mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1},
			)
		}
	}
	return devices, called
}

// JSON, NDJSON, the terminal and the history say the same of each copy, and count the copies alike.
func TestBackupReportsEachCopy(t *testing.T) {
	devices, names := trayOfCopies(t)
	address, _ := attach(t, devices...)
	lines := filepath.Join(t.TempDir(), "run.ndjson")
	home := map[string]string{"XDG_DATA_HOME": t.TempDir()}
	s := typedIn(t, t.Context(), home, "backup", "--usbmux", address, "--json", "-o", "ndjson="+lines, "-o", "summary="+lines+".txt")
	r := reportOf(t, s)
	if err := schematest.Check(report.KindReport, []byte(s.stdout)); err != nil {
		t.Error(err)
	}
	want := map[string]report.Copy{
		"Proved":     {Verdict: "proved"},
		"Unreadable": {Verdict: "not-proved", Reason: "not-sent"},
		"Cancelled":  {Verdict: "not-finished", Reason: "cancelled"},
		"Cut":        {Verdict: "not-finished", Reason: "detached"},
		"Refusing":   {Verdict: "refused", Reason: "device-ended"},
		"Untrusted":  {Verdict: "not-started", Reason: "never-paired"},
	}
	for _, d := range r.Devices {
		name, c := names[d.UDID], d.Copy
		halfway := name == "Cut" && c != nil && c.Reason == "truncated" // the reset came after part of an answer
		if c == nil || c.Verdict != want[name].Verdict || c.Reason != want[name].Reason && !halfway {
			t.Errorf("%s: %+v", name, c)
			continue
		}
		if begun := c.Verdict != "not-started"; begun != (c.Files != nil) || begun != (c.Bytes != nil) || begun != (c.NotSent != nil) || c.FreeBytes == nil {
			t.Errorf("%s: %+v", name, c)
		}
		if finished := c.Verdict == "proved" || c.Verdict == "not-proved"; finished != (c.Folder != "") || finished != (c.Depth == "deep") || finished && *c.Files == 0 {
			t.Errorf("%s: %+v", name, c)
		}
		if proved := c.Verdict == "proved"; proved == c.ProvedAt.IsZero() || proved == (c.Hint != "") || !c.OldestAt.IsZero() {
			t.Errorf("%s: %+v", name, c)
		}
		if text, _, _ := strings.Cut(c.Summary, " 20"); !strings.Contains(s.stderr, `": `+text) && name != "Untrusted" || !strings.Contains(s.stderr, "hint: "+c.Hint) {
			t.Errorf("%s: %q, %q is not in\n%s", name, c.Summary, c.Hint, s.stderr)
		}
		switch name {
		case "Refusing":
			if e := c.Error; e == nil || e.Code != 22 || !e.Unofficial || e.Domain != "MBErrorDomain" || *c.Files != 0 || !strings.Contains(c.Summary, e.Message) {
				t.Errorf("%+v", c)
			}
		case "Unreadable":
			if len(c.NotSent) != 1 {
				t.Errorf("%+v", c)
			}
		default:
			if c.Error != nil {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
	counts := report.CopyCounts{Proved: 1, NotProved: 1, NotFinished: 2, Refused: 1, NotStarted: 1}
	if r.Exit.Code != 3 || s.code != 3 || r.Tool.Effect != report.EffectBackup || r.Summary.Copies == nil || *r.Summary.Copies != counts {
		t.Errorf("exit codes %d and %d, %+v, counts %+v", r.Exit.Code, s.code, r.Tool, r.Summary.Copies)
	}
	const totals = "6 devices: 1 copy proved, 1 not proved, 2 not finished, 1 refused, 1 not started\n"
	if text, err := os.ReadFile(lines + ".txt"); err != nil || !strings.Contains(string(text), "\n"+totals) || strings.Contains(string(text), "devices: 5 backed up") {
		t.Errorf("%v\n%s", err, text)
	}

	events := eventsIn(t, lines)
	for _, e := range events {
		switch e.Type {
		case report.DeviceDone:
			if c := e.Device.Copy; c == nil || c.Verdict != want[names[e.UDID]].Verdict {
				t.Errorf("device_done of %s: %+v", names[e.UDID], c)
			}
		case report.RunSummary:
			if e.Report.Exit.Code != 3 || e.Report.Summary.Copies == nil || *e.Report.Summary.Copies != counts {
				t.Errorf("run_summary: %+v", e.Report)
			}
		}
	}

	// A report that is read again, and the history, tell the same.
	kept := typedIn(t, t.Context(), home, "history", "show", "last", "--json")
	again := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(again, []byte(s.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, read := range []session{kept, typed(t, t.Context(), "report", "--json", lines), typed(t, t.Context(), "report", "--json", again)} {
		is := reportOf(t, read)
		if read.code != 3 || is.Exit.Code != 3 || is.Tool.Effect != report.EffectBackup || is.Summary.Copies == nil || *is.Summary.Copies != counts {
			t.Errorf("exit code %d: %+v, %+v, %+v", read.code, is.Exit, is.Tool, is.Summary.Copies)
		}
		for i, d := range is.Devices {
			was, _ := json.Marshal(r.Devices[i].Copy)
			if is, _ := json.Marshal(d.Copy); string(is) != string(was) {
				t.Errorf("%s\nnow is %s", was, is)
			}
		}
	}
}

// eventsIn returns the events of a file.
func eventsIn(t *testing.T, path string) (events []report.Event) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e report.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// If not all devices could be listed, proved copies of the others are not enough.
func TestBackupOfAnIncompleteList(t *testing.T) {
	tray, err := sim.New(time.Now, clones(t, 2)...)
	if err != nil {
		t.Fatal(err)
	}
	tray.Faults = []sim.Fault{{Kind: sim.OddEntry}}
	s := typed(t, t.Context(), "backup", "--usbmux", serve(t, tray), "--json")
	r := reportOf(t, s)
	if s.code != 3 || r.Exit.Code != 3 || len(r.Gaps) != 1 || r.Gaps[0].Reason != string(device.BadEntry) || len(r.Devices) == 0 {
		t.Fatalf("exit codes %d and %d, gaps %+v, %d devices", s.code, r.Exit.Code, r.Gaps, len(r.Devices))
	}
	for _, d := range r.Devices {
		if d.Copy == nil || d.Copy.Verdict != "proved" {
			t.Errorf("%+v", d.Copy)
		}
	}
}

// A failed run and a broken copy name the proved copy that was kept, and only one that is proved.
func TestBackupNamesTheProvedCopyThatWasKept(t *testing.T) {
	library := filepath.Join(t.TempDir(), "copies")
	made := func(fault sim.Fault, arguments ...string) (session, report.Copy) {
		t.Helper()
		address, _ := attach(t, clones(t, 1, fault)...)
		s := typed(t, t.Context(), append([]string{"backup", "--usbmux", address, "--to", library, "--keep", "2", "--json"}, arguments...)...)
		return s, *reportOf(t, s).Devices[0].Copy
	}
	refuses := sim.Fault{Kind: sim.BackupError, At: backupService + "DLMessageDownloadFiles", Count: 22, Error: "Forbidden"}
	if s, c := made(refuses); s.code != 3 || strings.Contains(c.Summary, "copy of") {
		t.Fatalf("exit code %d: %+v", s.code, c)
	}
	_, first := made(sim.Fault{}, "--full")
	kept := "; the proved copy of " + first.Date.Format("2006-01-02 15:04 UTC") + " was kept"
	if s, c := made(refuses); s.code != 3 || !strings.HasSuffix(c.Summary, kept) {
		t.Errorf("exit code %d: %+v", s.code, c)
	}
	_, second := made(sim.Fault{}, "--full")
	if second.Verdict != "proved" || len(second.Others) != 1 || second.Others[0].Folder != first.Folder || second.Others[0].Verdict != "proved" {
		t.Fatalf("%+v", second)
	}
	cutContents(t, second.Folder)
	s, broken := made(sim.Fault{})
	if s.code != 1 || broken.Verdict != "broken" || !strings.HasSuffix(broken.Summary, kept) || !strings.Contains(s.stderr, "the copy is broken; the proved copy of ") {
		t.Errorf("exit code %d: %+v\n%s", s.code, broken, s.stderr)
	}
	if o := broken.Others; len(o) != 2 || !o[0].Withdrawn || o[0].Verdict != "not-proved" || o[1].Verdict != "proved" || o[1].Removed {
		t.Errorf("%+v", o)
	}
}

// A copy is proved although an older one cannot be removed, which a note says.
func TestBackupProvedBesideACopyThatStays(t *testing.T) {
	library := filepath.Join(t.TempDir(), "copies")
	d := clones(t, 1)[0]
	d.Backup = mobilebackup.New(mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1})
	address, _ := attach(t, d)
	made := func() (session, report.Copy) {
		t.Helper()
		s := typed(t, t.Context(), "backup", "--usbmux", address, "--to", library, "--full", "--json")
		return s, *reportOf(t, s).Devices[0].Copy
	}
	s, first := made()
	if s.code != 0 || first.Verdict != "proved" {
		t.Fatalf("exit code %d: %+v", s.code, first)
	}
	old := filepath.Dir(first.Folder)
	d.Backup.Sending = func(int) { // the name that a copy gets when it is removed is taken
		if err := os.MkdirAll(filepath.Join(filepath.Dir(old), ".removed-"+filepath.Base(old), "taken"), 0o700); err != nil {
			t.Error(err)
		}
	}
	s, second := made()
	if s.code != 0 || second.Verdict != "proved" || second.ProvedAt.IsZero() || len(second.Others) != 1 || second.Others[0].Removed {
		t.Errorf("exit code %d: %+v", s.code, second)
	}
	if len(second.Notes) != 1 || !strings.Contains(second.Notes[0], "removing the copies that are no longer needed failed: ") || !strings.Contains(s.stderr, "no longer needed failed: ") {
		t.Errorf("%q\n%s", second.Notes, s.stderr)
	}
}

// cutContents cuts each stored file of a backup in place, so that copies which share them lack it, too.
func cutContents(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || len(entry.Name()) != 40 {
			return err
		}
		return os.Truncate(path, 1)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The history of a device has the verdict, date and depth of each copy, and a later scan reads the copy.
func TestHistoryKeepsCopies(t *testing.T) {
	home := map[string]string{"XDG_DATA_HOME": t.TempDir()}
	devices := clones(t, 1)
	address, _ := attach(t, devices...)
	made := reportOf(t, typedIn(t, t.Context(), home, "backup", "--usbmux", address, "--json")).Devices[0].Copy
	scanned := reportOf(t, typedIn(t, t.Context(), home, "scan", "--usbmux", address, "--json")).Devices[0]
	if scanned.Copy != nil || len(scanned.Backups) != 1 {
		t.Fatalf("copy %+v, backups %+v", scanned.Copy, scanned.Backups)
	}
	if b := scanned.Backups[0]; b.Folder != made.Folder || b.Verdict != "whole" || b.Depth != made.Depth || b.ProvedAt.IsZero() || b.ProvedAt.After(made.ProvedAt) {
		t.Errorf("%+v, made %+v", b, made)
	}
	s := typedIn(t, t.Context(), home, "history", devices[0].UDID(), "--json")
	var story report.Story
	if err := json.Unmarshal([]byte(s.stdout), &story); err != nil || len(story.Visits) != 2 || story.Visits[0].Copy != nil || story.Visits[1].Copy == nil {
		t.Fatalf("%v\n%s%s", err, s.stdout, s.stderr)
	}
	if c := story.Visits[1].Copy; c.Verdict != "proved" || c.Depth != "deep" || !c.Date.Equal(made.Date) || c.Summary != made.Summary {
		t.Errorf("%+v, made %+v", c, made)
	}
	if s := typedIn(t, t.Context(), home, "history", devices[0].UDID()); !strings.Contains(strings.Join(strings.Fields(s.stdout), " "), "Copy: whole") {
		t.Errorf("exit code %d\n%s%s", s.code, s.stdout, s.stderr)
	}
}

// What a device sends a second time after an interruption is counted: nothing if it goes on where it
// was, and what had arrived if it has forgotten that.
func TestBackupCountsWhatIsSentAgain(t *testing.T) {
	for name, forgets := range map[string]bool{"goes on": false, "forgot": true} {
		t.Run(name, func(t *testing.T) {
			library := filepath.Join(t.TempDir(), "copies")
			agent := mobilebackup.New(mobilebackup.Numbered("HomeDomain", "Library/Small", 400, 1000)...)
			made := func(faults ...sim.Fault) report.Copy {
				t.Helper()
				d := clones(t, 1, faults...)[0]
				d.Backup = agent
				address, _ := attach(t, d)
				s := typed(t, t.Context(), "backup", "--usbmux", address, "--to", library, "--json")
				return *reportOf(t, s).Devices[0].Copy
			}
			first := made(sim.Fault{Kind: sim.Detach, At: backupService + "DLMessageUploadFiles", After: 3})
			if first.Verdict != "not-finished" || first.Resumed || *first.Files == 0 || *first.BytesAgain != 0 {
				t.Fatalf("%+v, %d files", first, *first.Files)
			}
			if forgets {
				agent.Forget()
			}
			second := made()
			if second.Verdict != "proved" || !second.Resumed || (*second.BytesAgain > 0) != forgets || *second.BytesAgain > *second.Bytes {
				t.Errorf("%+v: %d of %d bytes again", second, *second.BytesAgain, *second.Bytes)
			}
		})
	}
}

// A device that management allows only encrypted backups is not asked for one without a password, and
// no error is put into its mouth.
func TestBackupWithoutTheDemandedPassword(t *testing.T) {
	d := clones(t, 1)[0]
	d.Set("com.apple.mobile.backup", "WillEncrypt", false)
	d.Set("com.apple.mobile.backup", "RequiresEncryption", 1)
	address, _ := attach(t, d)
	s := typed(t, t.Context(), "backup", "--usbmux", address, "--json")
	c := *reportOf(t, s).Devices[0].Copy
	if s.code != 3 || c.Verdict != "not-started" || c.Reason != string(device.CopyNoPassword) || c.Error != nil || c.Files != nil || !strings.HasPrefix(c.Hint, "the owner sets one") {
		t.Errorf("exit code %d: %+v", s.code, c)
	}
	if sessions := d.Backup.Sessions(); len(sessions) != 0 || strings.Contains(s.stderr, "ended the backup with error") {
		t.Errorf("%d sessions\n%s", len(sessions), s.stderr)
	}
}

// A run that is interrupted while it proves a copy keeps the copy, and does not say that it is resumed.
func TestBackupInterruptedWhileProving(t *testing.T) {
	address, _ := attach(t, clones(t, 1)...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	lines := stopping{when: `"state":"proving"`, stop: stop}
	s := typedTo(t, ctx, nil, &lines, "backup", "--usbmux", address, "--to", filepath.Join(t.TempDir(), "copies"), "-o", "ndjson")
	path := filepath.Join(t.TempDir(), "run.ndjson")
	if err := os.WriteFile(path, lines.text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	said := map[string]report.Event{}
	for _, e := range eventsIn(t, path) {
		said[e.Type] = e
	}
	if d := said[report.DeviceDone].Device; d == nil || d.Copy.Verdict != "not-proved" || d.Copy.Reason != "interrupted" || d.Copy.Folder == "" || !strings.HasPrefix(d.Copy.Hint, "backupdoctor verify --deep") {
		t.Errorf("%+v", said[report.DeviceDone])
	}
	if r, e := said[report.RunSummary].Report, said[report.ExitError]; s.code != 130 || r == nil || r.Exit.Code != 130 || e.Exit == nil || e.Exit.Code != 130 {
		t.Errorf("exit code %d, %+v, %+v\n%s", s.code, r, e, s.stderr)
	}
}

// stopping is a writer that stops a run at the first event with a text.
type stopping struct {
	text bytes.Buffer
	when string
	stop func()
}

func (w *stopping) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.when) {
		w.stop()
	}
	return w.text.Write(p)
}
