package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// courses are the remedies of which a device shows that they were carried out, each with a device
// whose plan has it and what a person then does. The remedies of which nothing is seen are in
// treat/testdata/courses.txt, and so are all courses of these.
var courses = []struct {
	device string
	remedy remedies.ID
	hands  string // see sim.Person
}{
	{"icloud-backup-off", remedies.TurnBackupOn, "switch on"},
	{"wifi-off", remedies.JoinWiFi, "wifi on"},
	{"signed-out", remedies.SignIn, "account on\nswitch on"},
	{"storage-low", remedies.FreeDeviceStorage, "free 30000000000"},
	{"restoring", remedies.LetRestoreFinish, "set com.apple.purplebuddy RestoreState none\nswitch on"},
	{"backupd-crashing", remedies.Restart, "restart\nunlock"},
	{"vpn-profile", remedies.TurnOffVPN, "remove-profile"},
	{"clock-wrong", remedies.SetDateAutomatically, "clock 0"},
	{"regression-16.3", remedies.UpdateSoftware, "switch on\nupdate 16.7.12 20H364\nunlock"},
}

// TestCourses leads through courses over the wire: the remedy works and the device backs up; it
// is said to be done, and the backup fails; nothing is seen of it, nor of a backup. No course
// sends a request outside the lists. The usual run takes one course of each outcome.
func TestCourses(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(22, 1))
	for _, outcome := range []string{"works", "fails", "unseen"} {
		chosen := random.IntN(len(courses))
		for i, c := range courses {
			if i != chosen && os.Getenv("BACKUPDOCTOR_LONG") == "" {
				continue
			}
			t.Run(outcome+"/"+string(c.remedy), func(t *testing.T) {
				d := loadDevice(t.Fatalf, c.device)
				d.Away = 100 * time.Millisecond
				address, tray := attach(t, d)
				played := tray.Start(t.Context(), d.UDID(), person(t, map[string]string{
					"works":  "await word shown\n" + c.hands + "\n" + awaitsListener + "\nwait 1.1\nback-up",
					"fails":  awaitsListener + "\nback-up 303 CKErrorDomain(25)",
					"unseen": "",
				}[outcome]))
				data := t.TempDir()
				p := treated(t, address, data, "-o", "json")
				code := ledThrough(p, tray, outcome, titleOf(t, c.remedy))
				if err := <-played; err != nil {
					t.Error(err)
				}
				judgeCourse(t, p, outcome, c.remedy, code)
				if open := openRepairs(t, data); (len(open) == 0) != (outcome == "works") {
					t.Errorf("%d repairs are open", len(open))
				}
				var acts [][]string
				if slices.ContainsFunc(p.record().Events, func(e report.RepairEvent) bool { return e.Kind == string(device.RepairCopied) }) {
					acts = append(acts, usb.PermittedBackup) // the person pressed Enter on a locked card
				}
				onlyPermitted(t, tray, d, acts...)
			})
		}
	}
}

// awaitsListener is a step that waits until a program follows the backup.
const awaitsListener = "await request notification_proxy ObserveNotification com.apple.mobile.backup.domain_changed"

func person(t *testing.T, script string) sim.Person {
	t.Helper()
	steps, err := sim.ParsePerson(script)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

func titleOf(t *testing.T, id remedies.ID) string {
	t.Helper()
	remedy, known := remedies.Find(id)
	if !known {
		t.Fatalf("no remedy is %s", id)
	}
	return remedy.Title
}

// ledThrough is a person at the terminal who carries out the step with a title and skips all
// others; what deletes is unlocked by the name of the device. It returns the exit code.
func ledThrough(p *patient, tray *sim.Tray, outcome, title string) int {
	p.t.Helper()
	failed, late := false, time.After(10*time.Minute)
	for {
		card, ended, code := p.card(late)
		if ended {
			return code
		}
		failed = failed || strings.Contains(card, "the backup failed")
		switch {
		case failed:
			p.types("q")
		case strings.Contains(card, "unlocks it without a copy"):
			_, rest, _ := strings.Cut(card[strings.LastIndex(card, "[q] stop; "):], "“")
			word, _, _ := strings.Cut(rest, "”")
			p.types(strings.Join(strings.Fields(word), " "))
		case strings.Contains(card, "[s] stop listening"):
			if outcome == "unseen" {
				p.types("s")
			}
		case !strings.Contains(card, title):
			p.types("s")
			p.types("not what this course is about")
		case outcome == "works":
			tray.Say("shown")
		default:
			p.types("")
		}
	}
}

// card waits for the next card that asks for a key, or for the end of the program.
func (p *patient) card(late <-chan time.Time) (text string, ended bool, code int) {
	p.t.Helper()
	for {
		all := p.stderr.all()
		if _, after, found := strings.Cut(all[p.at:], "[q] stop"); found {
			if end := strings.Index(after, "\n"); end >= 0 {
				from := p.at
				p.at = len(all) - len(after) + end
				return all[from:p.at], false, 0
			}
		}
		select {
		case <-p.stderr.news:
		case code := <-p.done:
			return "", true, code
		case <-late:
			p.t.Fatalf("it does not go on:\n%s", all)
		}
	}
}

// record returns the repair in the JSON report that treat has printed.
func (p *patient) record() *report.Repair {
	p.t.Helper()
	var r report.Report
	if err := json.Unmarshal([]byte(p.stdout.String()), &r); err != nil || len(r.Devices) != 1 || r.Devices[0].Repair == nil {
		p.t.Fatalf("%v: %s\n%s", err, p.stdout.String(), p.stderr.all())
	}
	return r.Devices[0].Repair
}

// judgeCourse judges the record of a course.
func judgeCourse(t *testing.T, p *patient, outcome string, remedy remedies.ID, code int) {
	t.Helper()
	repair := p.record()
	var kinds []string
	var codes []int
	for _, e := range repair.Events {
		if e.Remedy == string(remedy) || e.Remedy == "" {
			kinds = append(kinds, e.Kind)
		}
		for _, cause := range e.Codes {
			codes = append(codes, cause.Code)
		}
	}
	want := map[string][]device.RepairEventKind{
		"works":  {device.RepairSeen, device.RepairBackedUp},
		"fails":  {device.RepairConfirmed, device.RepairFailed},
		"unseen": {device.RepairConfirmed},
	}[outcome]
	for _, kind := range want {
		if !slices.Contains(kinds, string(kind)) {
			t.Errorf("the record has no event %q: %v\n%s", kind, kinds, p.stderr.all())
		}
	}
	if closed := !repair.EndedAt.IsZero(); closed != (outcome == "works") {
		t.Errorf("closed is %t", closed)
	}
	if outcome != "works" && code == report.ExitNoProblem {
		t.Errorf("exit code %d\n%s", code, p.stderr.all())
	}
	if outcome == "fails" && !slices.Contains(codes, 303) {
		t.Errorf("it failed with %v", codes)
	}
}

// onlyPermitted fails for each request that is neither on the lists for reading and listening nor
// on those for what the person let treat do. The backup service may be asked for a backup only.
func onlyPermitted(t *testing.T, tray *sim.Tray, d *sim.Device, acts ...[]string) {
	t.Helper()
	allowed := slices.Concat(usb.Permitted, usb.PermittedListening, slices.Concat(acts...))
	copies := slices.Contains(allowed, "lockdown StartService com.apple.mobilebackup2")
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		if !slices.Contains(allowed, name) && !(copies && request.Service == "mobilebackup2") {
			t.Errorf("%q was asked, which is not permitted", name)
		}
	}
	for _, session := range d.Backup.Sessions() {
		if session.Request != "" && session.Request != "Backup" {
			t.Errorf("the backup service was asked to %s", session.Request)
		}
	}
}
