package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// treatment starts treat in a process of its own. signal sends it a signal; [os.Kill] ends it at
// once, without one that it could catch.
func treatment(t *testing.T, address, data string) (p *patient, signal func(os.Signal)) {
	t.Helper()
	program := exec.Command(testProgram(t), "treat", "--usbmux", address)
	program.Env = []string{"HOME=" + data, "XDG_DATA_HOME=" + data, "LocalAppData=" + data, "LANG=C.UTF-8", "COLUMNS=80"}
	p = &patient{t: t, done: make(chan int, 1)}
	p.stderr.news = make(chan struct{}, 1)
	program.Stdout, program.Stderr = &p.stdout, &p.stderr
	var err error
	if p.stdin, err = program.StdinPipe(); err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = program.Wait() // it is killed
		p.done <- program.ProcessState.ExitCode()
		close(p.done)
	}()
	signal = func(s os.Signal) {
		_ = program.Process.Signal(s) // it may have ended
		if s == os.Kill {
			<-p.done
		}
	}
	t.Cleanup(func() { signal(os.Kill) })
	return p, signal
}

// testProgram returns a file name of backupdoctor: this test program under that name.
func testProgram(t *testing.T) string {
	t.Helper()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "backupdoctor")
	if err := os.Symlink(test, name); err != nil {
		t.Skip(err)
	}
	return name
}

// killSteps is how many steps of icloud-full are confirmed or skipped from the first card to the
// larger storage plan, with a failed Back Up Now after the fourth.
const killSteps = 8

// Killed after any step that was confirmed, treat has lost none: the record has every one, and the
// next treat shows the card that was shown. The usual run kills it after two of the steps.
func TestTreatIsKilled(t *testing.T) {
	t.Parallel()
	d := loadDevice(t.Fatalf, "icloud-full")
	address, tray := attach(t, d)
	data := t.TempDir()
	after := rand.New(rand.NewPCG(22, 2)).Perm(killSteps)[:2]
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		after = rand.Perm(killSteps)
	}
	p, signal := treatment(t, address, data)
	title, _ := p.title()
	var confirmed []string
	for n := range killSteps {
		for title == backUpNow { // it fails by itself
			title, _ = p.title()
		}
		p.types("")
		confirmed = append(confirmed, title)
		title, _ = p.title()
		if !slices.Contains(after, n) {
			continue
		}
		signal(os.Kill)
		open := openRepairs(t, data)
		if len(open) != 1 {
			t.Fatalf("open after step %d: %+v", n+1, open)
		}
		if recorded := doneIn(open[0].Repair); !slices.Equal(recorded, confirmed) {
			t.Errorf("killed after step %d of %q, it has %q", n+1, confirmed, recorded)
		}
		p, signal = treatment(t, address, data)
		p.reads("resuming the repair")
		if again, _ := p.title(); again != title {
			t.Errorf("killed while it showed %q, it goes on with %q", title, again)
		}
	}
	signal(os.Kill)
	onlyPermitted(t, tray, d, usb.PermittedBackup)
}

// Ctrl-C at a card, at a question and while it listens ends treat with 130 and a ticket. Nothing that
// was confirmed is lost, nothing else counts as done, and the next treat goes on.
func TestTreatIsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no Ctrl-C to send")
	}
	d := loadDevice(t.Fatalf, "icloud-backup-off")
	address, tray := attach(t, d)
	data := t.TempDir()
	on := titleOf(t, remedies.TurnBackupOn)
	for _, c := range []struct {
		at   string // what it is interrupted at
		when func(p *patient)
		done []string // in the record
	}{
		{"a card", func(p *patient) { p.reads("[q] stop") }, nil},
		{"a question", func(p *patient) {
			p.reads("[q] stop")
			p.types("s")
			p.reads("why is it skipped?")
		}, nil},
		{"Back Up Now", func(p *patient) {
			p.reads("[q] stop")
			p.types("")
			p.reads("listening: ")
		}, []string{on}},
		{"Back Up Now, again", func(p *patient) { p.reads("listening: ") }, []string{on}},
	} {
		p, signal := treatment(t, address, data)
		c.when(p)
		signal(os.Interrupt)
		p.ends(report.ExitInterrupted)
		if !strings.Contains(p.stderr.all(), "interrupted; run the same command to resume") || !strings.Contains(p.stdout.String(), "Found") {
			t.Errorf("interrupted at %s it says\n%s%s", c.at, p.stderr.all(), p.stdout.String())
		}
		open := openRepairs(t, data)
		if len(open) != 1 || !slices.Equal(doneIn(open[0].Repair), c.done) {
			t.Fatalf("interrupted at %s it has %+v", c.at, open)
		}
		if last := open[0].Repair.Events[len(open[0].Repair.Events)-1]; last.Kind != string(device.RepairShown) {
			t.Errorf("interrupted at %s its last event is %+v", c.at, last)
		}
	}
	onlyPermitted(t, tray, d)
}

// doneIn returns the titles of the steps that a record has as done.
func doneIn(r report.Repair) (titles []string) {
	for _, e := range r.Events {
		if slices.Contains([]device.RepairEventKind{device.RepairConfirmed, device.RepairSeen, device.RepairCopied}, device.RepairEventKind(e.Kind)) {
			titles = append(titles, e.Title)
		}
	}
	return titles
}

// A repair that the visit could not confirm is closed by the next scan that sees a new backup.
func TestAScanClosesARepair(t *testing.T) {
	t.Parallel()
	off := loadDevice(t.Fatalf, "icloud-backup-off")
	address, tray := attach(t, off)
	data := t.TempDir()
	first := treated(t, address, data)
	first.reads("[Enter] done")
	env := map[string]string{"XDG_DATA_HOME": data}
	other := typedIn(t, t.Context(), env, "restart", "--yes", "--usbmux", address, "--timeout", "3s")
	if other.code != report.ExitNotExamined || !strings.Contains(other.stdout, "in use by \"treat\"") || tray.Boots(off.UDID()) != 0 {
		t.Errorf("another command restarts the device: %d\n%s%s", other.code, other.stdout, other.stderr)
	}
	first.types("q")
	first.ends(1)
	if open := typedIn(t, t.Context(), env, "treat", "--open"); !strings.HasPrefix(open.stdout, "Kitchen iPhone - iPhone 15 - repair of ") {
		t.Errorf("the open repair does not name its device:\n%s%s", open.stdout, open.stderr)
	}
	still := typedIn(t, t.Context(), env, "scan", "--usbmux", address, "--json")
	if d := reportOf(t, still).Devices[0]; d.Repair == nil || !d.Repair.EndedAt.IsZero() {
		t.Fatalf("a device without a new backup has the repair %+v", d.Repair)
	}
	tray.Detach(off.UDID())
	if err := tray.Attach(changed(t, "icloud-backup-off", func(d *sim.Device) {
		d.Set("com.apple.mobile.backup", "CloudBackupEnabled", true)
		d.Log = simLogs["completes"]
	})); err != nil {
		t.Fatal(err)
	}
	typedIn(t, t.Context(), env, "listen", "--usbmux", address)
	closed := reportOf(t, typedIn(t, t.Context(), env, "scan", "--usbmux", address, "--json")).Devices[0]
	if closed.Repair == nil || closed.Repair.EndedAt.IsZero() || closed.Repair.NewBackup().IsZero() {
		t.Errorf("after a new backup the repair is %+v", closed.Repair)
	}
	if open := openRepairs(t, data); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
}
