package treat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// A course is a repair in which the remedies of one plan are carried out one by one.
type course struct {
	t       *testing.T
	remedy  remedies.ID // that the course is about
	outcome string      // works, fails or unseen
	now     report.Device
	repair  device.Repair
	clock   time.Time
	story   []string // the tasks, and how each ended
}

// longest is the most tasks that a course may take. Each step is offered once, so it needs fewer.
const longest = 2 * 75

// TestCourses leads through every remedy of the catalogue three times: it works, it does not, and
// nothing can be seen of it or of a backup. testdata/courses.txt tells how each course went;
// UPDATE=1 writes it.
func TestCourses(t *testing.T) {
	var page strings.Builder
	for _, remedy := range remedies.All() {
		if remedy.ID == remedies.BackUpNow {
			continue // the end of every course
		}
		check, start := plannedFor(t, remedy.ID)
		fmt.Fprintf(&page, "%s, for %s\n", remedy.ID, check)
		for _, outcome := range []string{"works", "fails", "unseen"} {
			c := &course{t: t, remedy: remedy.ID, outcome: outcome, now: start, clock: noon, repair: Begin("id", "", start, noon)}
			end := c.run()
			fmt.Fprintf(&page, "  %-6s  %s\n", outcome, strings.Join(c.story, "; "))
			cures := outcome == "works" && remedy.ID != remedies.ComputerBackup // a copy cures nothing
			if closed := !c.repair.EndedAt.IsZero(); closed != cures || closed != (end == Done) {
				t.Errorf("%s, %s: closed is %t, and it ends with %q", remedy.ID, outcome, closed, end)
			}
		}
	}
	reporttest.Golden(t, "testdata/courses.txt", []byte(page.String()))
}

// plannedFor returns a device with a problem whose plan has a remedy, and the check that found it.
func plannedFor(t *testing.T, remedy remedies.ID) (check string, d report.Device) {
	t.Helper()
	check = "backup-stale"
	for _, c := range checks.All() {
		if slices.Contains(c.Remedies, remedy) {
			check = c.ID
			break
		}
	}
	for _, model := range [][2]string{{"iPhone15,4", "26.6.1"}, {"iPad14,1", "17.6"}, {"iPhone6,2", "12.5.7"}, {"iPad2,5", "8.4.1"}} {
		id := device.Identity{ProductType: device.Known(model[0]), ProductVersion: device.Known(model[1])}
		d = foundOn(t, id, map[string][]remedies.ID{check: {remedy}})
		if slices.ContainsFunc(d.Plan, func(s report.Step) bool { return s.Remedy == string(remedy) }) {
			return check, d
		}
	}
	t.Fatalf("%s is in no plan", remedy)
	return "", d
}

// run carries out the tasks until the repair is closed, stays open, or nothing is left.
func (c *course) run() Kind {
	for range longest {
		task := Next(c.repair, c.now)
		switch task.Kind {
		case Done, Over:
			c.tell(task, "")
			return task.Kind
		case BackUp:
			if c.backUp(task) {
				return task.Kind
			}
		default:
			c.carryOut(task)
		}
	}
	c.t.Errorf("%s, %s does not end: %v", c.remedy, c.outcome, c.story)
	return ""
}

// carryOut carries out one step.
func (c *course) carryOut(task Task) {
	if slices.ContainsFunc(c.repair.Events, func(e device.RepairEvent) bool {
		return e.Remedy == task.Step.Remedy && slices.Contains(settles, e.Kind)
	}) {
		c.t.Errorf("%s, %s: %s is offered twice", c.remedy, c.outcome, task.Step.Remedy)
	}
	if task.Locked {
		c.t.Errorf("%s, %s: %s is locked although a copy was proved", c.remedy, c.outcome, task.Step.Remedy)
	}
	if _, proved := Proved(c.now); loses(task.Step) && !proved {
		c.t.Errorf("%s, %s: %s comes before a proved copy", c.remedy, c.outcome, task.Step.Remedy)
	}
	after, kind := c.now, device.RepairConfirmed
	switch {
	case task.Kind == Copy:
		after.Backups = []report.Backup{{Verdict: string(device.Whole), Depth: string(device.DeepLook), Date: c.clock}}
		kind = device.RepairCopied
	case task.Kind == Leave:
		kind = device.RepairLeft
	case c.outcome == "unseen":
		after.Verdict, after.Findings = string(checks.NotExamined), nil
	case c.outcome == "works" && task.Step.Remedy == string(c.remedy):
		after.Findings = nil
	}
	gone, seen := Seen(task, c.now, after, Change{})
	if task.Kind == Step && seen {
		kind = device.RepairSeen
	}
	if want := task.Kind == Step && c.outcome == "works" && task.Step.Remedy == string(c.remedy); task.Kind == Step && seen != want {
		c.t.Errorf("%s, %s: %s is seen to be done: %t, want %t", c.remedy, c.outcome, task.Step.Remedy, seen, want)
	}
	if c.outcome != "unseen" || task.Kind == Copy {
		c.now = after
	}
	c.happens(device.RepairEvent{Kind: kind, Remedy: task.Step.Remedy, Gone: gone})
	c.tell(task, string(kind))
	if task.Kind == Leave && c.outcome == "works" {
		c.backedUp() // by the next visit
	}
}

// backedUp gives the device a new iCloud backup.
func (c *course) backedUp() {
	c.clock = c.clock.Add(time.Minute)
	c.repair = c.repair.Confirmed(backedUpAt(c.clock, c.clock))
}

// backUp taps Back Up Now, and reports whether the visit ends with it.
func (c *course) backUp(task Task) (ends bool) {
	kind := device.RepairFailed
	switch {
	case c.outcome == "works" && len(c.now.Findings) == 0:
		c.backedUp()
		c.tell(task, string(device.RepairBackedUp))
		return false
	case c.outcome == "unseen":
		kind = device.RepairUnseen
	}
	c.happens(device.RepairEvent{Kind: kind})
	c.tell(task, string(kind))
	return kind == device.RepairUnseen
}

func (c *course) happens(e device.RepairEvent) {
	c.clock = c.clock.Add(time.Minute)
	e.At = c.clock
	c.repair = c.repair.With(e)
}

func (c *course) tell(task Task, end string) {
	c.story = append(c.story, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", task.Kind, task.Step.Remedy, end)), " "))
}
