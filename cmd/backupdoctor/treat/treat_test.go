package treat

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// found returns a device with problems, and their plan.
func found(t *testing.T, causes map[string][]remedies.ID) report.Device {
	t.Helper()
	return foundOn(t, device.Identity{ProductType: device.Known("iPhone15,4"), ProductVersion: device.Known("26.6.1")}, causes)
}

// foundOn is like found, on another model or version.
func foundOn(t *testing.T, id device.Identity, causes map[string][]remedies.ID) report.Device {
	t.Helper()
	d := report.Device{Name: "Ada's iPhone", Verdict: string(checks.Failing), TakenAt: noon, LastBackup: noon.AddDate(0, 0, -12)}
	p := remedies.NewPlanner(id)
	for _, check := range checks.All() {
		if list, has := causes[check.ID]; has {
			d.Findings = append(d.Findings, report.Finding{Check: check.ID, Status: string(checks.Problem), Effect: string(check.Effect)})
			for _, remedy := range list {
				p.Add(remedy, check.ID)
			}
		}
	}
	for _, step := range p.Steps() {
		d.Plan = append(d.Plan, report.NewStep(step))
	}
	return d
}

func with(r device.Repair, kind device.RepairEventKind, remedy remedies.ID) device.Repair {
	return r.With(device.RepairEvent{At: noon, Kind: kind, Remedy: string(remedy)})
}

// Each step of a plan is offered once; Back Up Now is tried when something was done for every
// problem, and after a failure the plan goes on.
func TestNext(t *testing.T) {
	off := found(t, map[string][]remedies.ID{"backup-turned-off": {remedies.TurnBackupOn, remedies.Restart}, "wifi-missing": {remedies.JoinWiFi}})
	for _, test := range []struct {
		name   string
		events []device.RepairEvent
		kind   Kind
		remedy remedies.ID
		number int
	}{
		{"at the beginning", nil, Step, remedies.JoinWiFi, 1},
		{"one problem is left", []device.RepairEvent{{Kind: device.RepairConfirmed, Remedy: "join-wifi"}}, Step, remedies.TurnBackupOn, 2},
		{"something was done for both", []device.RepairEvent{{Kind: device.RepairConfirmed, Remedy: "join-wifi"}, {Kind: device.RepairSeen, Remedy: "turn-backup-on"}}, BackUp, "", 3},
		{"the backup failed", []device.RepairEvent{{Kind: device.RepairConfirmed, Remedy: "join-wifi"}, {Kind: device.RepairSeen, Remedy: "turn-backup-on"}, {Kind: device.RepairFailed}}, Step, remedies.Restart, 4},
		{"a skipped step does nothing for its problem", []device.RepairEvent{{Kind: device.RepairConfirmed, Remedy: "join-wifi"}, {Kind: device.RepairSkipped, Remedy: "turn-backup-on"}}, Step, remedies.Restart, 3},
		{"a shown step is not done", []device.RepairEvent{{Kind: device.RepairShown, Remedy: "join-wifi"}}, Step, remedies.JoinWiFi, 1},
		{"no backup was seen", []device.RepairEvent{{Kind: device.RepairConfirmed, Remedy: "join-wifi"}, {Kind: device.RepairSeen, Remedy: "turn-backup-on"}, {Kind: device.RepairUnseen}}, BackUp, "", 3},
		{"nothing is left", []device.RepairEvent{
			{Kind: device.RepairSkipped, Remedy: "join-wifi"}, {Kind: device.RepairSkipped, Remedy: "turn-backup-on"}, {Kind: device.RepairSkipped, Remedy: "restart"}, {Kind: device.RepairFailed},
		}, Over, "", 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := Begin("id", "K.", off, noon)
			r.Events = test.events
			task := Next(r, off)
			if task.Kind != test.kind || task.Step.Remedy != string(test.remedy) || task.Number != test.number {
				t.Errorf("%s %s, number %d, want %s %s, number %d", task.Kind, task.Step.Remedy, task.Number, test.kind, test.remedy, test.number)
			}
		})
	}
}

// A new backup ends every repair, whatever is left of the plan.
func TestANewBackupEndsARepair(t *testing.T) {
	d := found(t, map[string][]remedies.ID{"backup-turned-off": {remedies.TurnBackupOn}})
	r := Begin("id", "", d, noon)
	if again := r.Confirmed(backedUpAt(d.LastBackup, noon)); !again.EndedAt.IsZero() {
		t.Errorf("the backup from before has ended it: %+v", again)
	}
	r = r.Confirmed(backedUpAt(noon.Add(time.Minute), noon.Add(2*time.Minute)))
	if task := Next(r, d); task.Kind != Done {
		t.Errorf("next is %s", task.Kind)
	}
	if closing := (Page{Width: 80, Zone: time.UTC}).Closing(*report.NewDevice(report.Examined{Snapshot: device.Snapshot{Repair: &r}}).Repair); !strings.Contains(closing, "Backed up 2026-11-29 12:01 UTC. The repair is closed after 2 minutes.") {
		t.Errorf("it says %q", closing)
	}
}

// backedUpAt returns a device that was read at a time, with the date of its last iCloud backup.
func backedUpAt(last, at time.Time) device.Snapshot {
	s := device.Snapshot{TakenAt: at, Live: &device.Live{}}
	s.Live.CloudBackup.Last = device.Known(last)
	return s
}

// A night comes after everything that fits into the visit, and ends it.
func TestOvernightBackupComesLast(t *testing.T) {
	d := found(t, map[string][]remedies.ID{"backup-stale": {remedies.BackUpOvernight, remedies.Restart}})
	r := Begin("id", "", d, noon)
	for _, want := range []Kind{Step, BackUp, Leave, Over} {
		task := Next(r, d)
		if task.Kind != want {
			t.Fatalf("next is %s %s, want %s", task.Kind, task.Step.Remedy, want)
		}
		r = with(r, map[Kind]device.RepairEventKind{Step: device.RepairConfirmed, BackUp: device.RepairFailed, Leave: device.RepairLeft}[want], remedies.ID(task.Step.Remedy))
	}
}

// What permanently loses something is locked until a copy of today is proved by its contents.
func TestLocked(t *testing.T) {
	d := found(t, map[string][]remedies.ID{"corrupt-previous-backup": {remedies.DeleteOldBackup}})
	r := Begin("id", "", d, noon)
	if task := Next(r, d); task.Kind != Copy || task.Step.Remedy != string(remedies.ComputerBackup) || task.Locked {
		t.Fatalf("first %+v", task)
	}
	r = with(with(r, device.RepairSkipped, remedies.ComputerBackup), device.RepairSkipped, remedies.ContactAppleSupport)
	whole := report.Backup{Verdict: string(device.Whole), Depth: string(device.DeepLook), Date: noon.Add(-time.Hour)}
	for name, test := range map[string]struct {
		change func(*report.Backup)
		open   bool
	}{
		"proved":      {func(*report.Backup) {}, true},
		"broken":      {func(b *report.Backup) { b.Verdict = string(device.Broken) }, false},
		"not proved":  {func(b *report.Backup) { b.Verdict = string(device.CannotTell) }, false},
		"only looked": {func(b *report.Backup) { b.Depth = string(device.QuickLook) }, false},
		"yesterday's": {func(b *report.Backup) { b.Date = noon.Add(-25 * time.Hour) }, false},
		"undated":     {func(b *report.Backup) { b.Date = time.Time{} }, false},
	} {
		copied := whole
		test.change(&copied)
		d.Backups = []report.Backup{copied}
		if task := Next(r, d); task.Locked == test.open || task.Step.Remedy != string(remedies.DeleteOldBackup) {
			t.Errorf("%s: %s locked is %t", name, task.Step.Remedy, task.Locked)
		}
	}
	d.Backups = nil
	if task := Next(with(r, device.RepairOverridden, remedies.DeleteOldBackup), d); task.Locked {
		t.Error("the person's word does not unlock it")
	}
}

// Every remedy that deletes or erases is locked, and none that loses nothing.
func TestWhatIsLocked(t *testing.T) {
	for _, remedy := range remedies.All() {
		want := remedy.Loses > remedies.LosesNothing || remedy.Tier >= remedies.TierDeleting
		if got := loses(report.Step{Remedy: string(remedy.ID)}); got != want {
			t.Errorf("%s: %t", remedy.ID, got)
		}
		if remedy.Duration() == "" {
			t.Errorf("%s has no duration", remedy.ID)
		}
	}
}

// A step is seen to be done by its causes, or by what it changes itself.
func TestSeen(t *testing.T) {
	before := found(t, map[string][]remedies.ID{"backup-turned-off": {remedies.TurnBackupOn, remedies.UpdateSoftware}, "wifi-missing": {remedies.JoinWiFi}})
	before.BuildVersion = "22A1"
	step := func(id remedies.ID) Task {
		at := slices.IndexFunc(before.Plan, func(s report.Step) bool { return s.Remedy == string(id) })
		return Task{Kind: Step, Step: before.Plan[at]}
	}
	joined := before
	joined.Findings = before.Findings[:1]
	if before.Findings[0].Check != "backup-turned-off" {
		joined.Findings = before.Findings[1:]
	}
	if gone, seen := Seen(step(remedies.JoinWiFi), before, joined, Change{}); !seen || !slices.Equal(gone, []string{"wifi-missing"}) {
		t.Errorf("Wi-Fi joined: %v %t", gone, seen)
	}
	if gone, seen := Seen(step(remedies.TurnBackupOn), before, joined, Change{}); seen {
		t.Errorf("another step is done: %v", gone)
	}
	unread := report.Device{Verdict: string(checks.NotExamined)}
	if gone, seen := Seen(step(remedies.JoinWiFi), before, unread, Change{}); seen {
		t.Errorf("a device that could not be read shows that it is done: %v", gone)
	}
	updated := before
	updated.BuildVersion = "22A2"
	if _, seen := Seen(step(remedies.UpdateSoftware), before, updated, Change{}); !seen {
		t.Error("an update is not seen")
	}
	if gone, seen := Seen(step(remedies.JoinWiFi), before, before, Change{JoinedWiFi: true}); !seen || len(gone) > 0 {
		t.Errorf("Wi-Fi joined, without a cause that is gone: %v %t", gone, seen)
	}
	restart := Task{Kind: Step, Step: report.Step{Remedy: string(remedies.Restart)}}
	if _, seen := Seen(restart, before, before, Change{Restarted: true}); !seen {
		t.Error("a restart is not seen")
	}
	if _, seen := Seen(restart, before, before, Change{}); seen {
		t.Error("a restart is seen without one")
	}
}

// A card fits into its width and says what to type; text of the device is cleaned.
func TestCards(t *testing.T) {
	d := found(t, map[string][]remedies.ID{"backup-turned-off": {remedies.TurnBackupOn, remedies.DeleteOldBackup}})
	d.Name = "Ada's \x1b[31m\u202eiPhone"
	r := Begin("id", "", d, noon)
	for _, page := range []Page{{Width: 80}, {Width: 40, UTF8: true}, {Width: 1}} {
		for range len(d.Plan) + 1 {
			task := Next(r, d)
			text := page.Card(task, d) + page.Why(task, d) + page.Opening(d) + page.Gone(task, []string{"backup-turned-off"})
			for _, line := range strings.Split(text, "\n") {
				if len([]rune(line)) > max(page.Width, 40) {
					t.Errorf("%d columns: %q", page.Width, line)
				}
			}
			if strings.ContainsAny(text, "\x1b\u202e") || !page.UTF8 && strings.ContainsFunc(text, func(r rune) bool { return r > 127 }) {
				t.Errorf("%q", text)
			}
			if !strings.Contains(text, "[q] stop") {
				t.Errorf("%q does not say how to stop", text)
			}
			r = with(r, device.RepairSkipped, remedies.ID(task.Step.Remedy))
		}
	}
}

// Past repairs are a hint on the card of their remedy and cause, if there are enough of them.
func TestHint(t *testing.T) {
	d := found(t, map[string][]remedies.ID{"backup-turned-off": {remedies.TurnBackupOn}})
	task := Next(Begin("id", "", d, noon), d)
	rate := report.RemedyRate{Check: "backup-turned-off", Remedy: "turn-backup-on", Tried: 44, BackedUp: 41}
	few, other, another := rate, rate, rate
	few.Tried, few.BackedUp = 4, 4
	other.Remedy, another.Check = "restart", "wifi-missing"
	for name, test := range map[string]struct {
		rates []report.RemedyRate
		shown bool
	}{
		"enough":         {[]report.RemedyRate{other, another, rate}, true},
		"too few":        {[]report.RemedyRate{few}, false},
		"another remedy": {[]report.RemedyRate{other}, false},
		"another cause":  {[]report.RemedyRate{another}, false},
		"unknown":        {nil, false},
	} {
		card := Page{Width: 80, Rates: test.rates}.Card(task, d)
		if shown := strings.Contains(card, "\n  Past repairs for iCloud Backup off: 41 of 44 backed up within 3 days.\n"); shown != test.shown || strings.Contains(card, "Past repairs") != test.shown {
			t.Errorf("%s:\n%s", name, card)
		}
	}
}

// A copy unlocks what loses something only if it was made within copyAge; its date may be wrong.
func TestProvedByARecentCopyOnly(t *testing.T) {
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]bool{time.Hour: true, -time.Hour: true, copyAge: false, -copyAge: false, -4 * 365 * 24 * time.Hour: false} {
		d := report.Device{TakenAt: now, Backups: []report.Backup{{Verdict: string(device.Whole), Depth: string(device.DeepLook), Date: now.Add(-age)}}}
		if _, proved := Proved(d); proved != want {
			t.Errorf("a copy made %v before the reading: proved %t, want %t", age, proved, want)
		}
	}
}
