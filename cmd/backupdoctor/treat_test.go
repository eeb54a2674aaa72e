package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/google/uuid"
)

// A patient is a person at a terminal who is led by treat.
type patient struct {
	t      *testing.T
	stdin  io.WriteCloser
	stderr screenText
	stdout strings.Builder
	at     int // bytes of stderr already read
	done   chan int
	end    context.CancelFunc
}

// A screenText is what a program has printed so far.
type screenText struct {
	mu   sync.Mutex
	text strings.Builder
	news chan struct{}
}

func (s *screenText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *screenText) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// treated begins a treatment, with its history in a folder.
func treated(t *testing.T, address, data string, args ...string) *patient {
	t.Helper()
	stdin, typed := io.Pipe()
	ctx, end := context.WithCancel(t.Context())
	p := &patient{t: t, stdin: typed, done: make(chan int, 1), end: end}
	p.stderr.news = make(chan struct{}, 1)
	environment := map[string]string{"XDG_DATA_HOME": data, "COLUMNS": "80", "LANG": "C.UTF-8"}
	go func() {
		p.done <- run(ctx, command.Env{
			Args: slices.Concat([]string{"treat", "--usbmux", address}, args), Stdin: stdin, Stdout: &p.stdout, Stderr: &p.stderr,
			Getenv:    func(name string) string { return environment[name] },
			ConfigDir: func() (string, error) { return data, nil },
			DataDir:   func() (string, error) { return data, nil },
			BuiltIn:   demoReleases, Environ: os.Environ,
			// Other tests make backups on this computer meanwhile.
			BackupRuns: func([]string, time.Time) bool { return false },
		}, linked)
		stdin.Close()
	}()
	t.Cleanup(func() { end(); typed.Close() })
	return p
}

// reads waits for a text that has not been read yet.
func (p *patient) reads(text string) {
	p.t.Helper()
	late := time.After(3 * time.Minute)
	for {
		all := p.stderr.all()
		if i := strings.Index(all[p.at:], text); i >= 0 {
			p.at += i + len(text)
			return
		}
		select {
		case <-p.stderr.news:
		case <-late:
			p.t.Fatalf("it does not say %q:\n%s", text, all)
		}
	}
}

func (p *patient) types(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the end of the program.
func (p *patient) ends(code int) {
	p.t.Helper()
	select {
	case got := <-p.done:
		if got != code {
			p.t.Errorf("exit code %d, want %d:\n%s%s", got, code, p.stderr.all(), p.stdout.String())
		}
	case <-time.After(3 * time.Minute):
		p.t.Fatalf("it does not end:\n%s", p.stderr.all())
	}
}

// openRepairs returns the repairs that treat --open lists.
func openRepairs(t *testing.T, data string) []report.DeviceRepair {
	t.Helper()
	s := typedIn(t, t.Context(), map[string]string{"XDG_DATA_HOME": data}, "treat", "--open", "--json")
	var list report.RepairList
	if err := json.Unmarshal([]byte(s.stdout), &list); err != nil {
		t.Fatalf("%v: %s%s", err, s.stdout, s.stderr)
	}
	return list.Repairs
}

// changed returns a device that is plugged in again after a person changed it.
func changed(t *testing.T, name string, change func(*sim.Device)) *sim.Device {
	t.Helper()
	d := loadDevice(t.Fatalf, name)
	change(d)
	return d
}

// A switch that was switched on is seen, and the new backup closes the repair. In between the
// person stopped, and the next treat goes on.
func TestTreatSwitchedOff(t *testing.T) {
	t.Parallel()
	off := loadDevice(t.Fatalf, "icloud-backup-off")
	address, tray := attach(t, off)
	data := t.TempDir()

	first := treated(t, address, data, "--by", "K.")
	first.reads("iCloud Backup off")
	first.reads("Switch iCloud Backup on")
	first.reads("1 of ")
	first.types("?")
	first.reads("iCloud Backup switch: off (lockdown com.apple.mobile.backup /")
	first.reads("1 of ")
	first.types("q")
	first.reads("run the same command to resume")
	first.ends(1)
	open := openRepairs(t, data)
	if len(open) != 1 || open[0].Repair.By != "K." || open[0].Device.UDID != off.UDID() {
		t.Fatalf("open %+v", open)
	}

	second := treated(t, address, data)
	second.reads("resuming the repair")
	second.reads("1 of ")
	tray.Detach(off.UDID())
	if err := tray.Attach(changed(t, "icloud-backup-off", func(d *sim.Device) {
		d.Set("com.apple.mobile.backup", "CloudBackupEnabled", true)
		d.Log = simLogs["completes"]
	})); err != nil {
		t.Fatal(err)
	}
	second.reads("seen: no longer found: iCloud Backup off")
	second.reads("Back Up Now")
	second.reads("the backup has completed")
	second.reads("✓ Backed up ")
	second.ends(0)
	for _, part := range []string{"iCloud Backup off", "Switch iCloud Backup on: seen", "backed up", "K."} {
		if !strings.Contains(second.stdout.String(), part) {
			t.Errorf("the ticket does not say %q:\n%s", part, second.stdout.String())
		}
	}
	if open := openRepairs(t, data); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	counted := typedIn(t, t.Context(), map[string]string{"XDG_DATA_HOME": data}, "history", "remedies")
	if want := "iCloud Backup off  Switch iCloud Backup on  1 of 1 backed up within 3 days  0\n"; !strings.Contains(counted.stdout, want) {
		t.Errorf("history remedies has no line %q:\n%s%s", want, counted.stdout, counted.stderr)
	}
	if _, err := os.Stat(filepath.Join(data, "backupdoctor", "history.sqlite")); err != nil {
		t.Error(err)
	}
	onlyPermitted(t, tray, off)
}

// What past repairs came to is a hint at the step, and does not change the order.
func TestTreatShowsPastRepairs(t *testing.T) {
	address, _ := attach(t, loadDevice(t.Fatalf, "icloud-backup-off"))
	data, run, at := t.TempDir(), uuid.NewString(), time.Now().Add(-10*24*time.Hour)
	history, err := ledger.OpenHistory(t.Context(), filepath.Join(data, "backupdoctor", "history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	if err := history.Begin(t.Context(), ledger.Run{ID: run, Started: at}); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		repair := openRepair(at)
		repair.ID = uuid.NewString()
		if n > 0 {
			repair.EndedAt = at.Add(time.Hour)
			repair.Events = append(repair.Events, report.RepairEvent{At: repair.EndedAt, Kind: "backed-up", LastBackup: repair.EndedAt})
		}
		if err := history.Add(t.Context(), run, report.Device{UDID: uuid.NewString(), TakenAt: at, Repair: repair}); err != nil {
			t.Fatal(err)
		}
	}
	p := treated(t, address, data)
	p.reads("Switch iCloud Backup on")
	p.reads("Past repairs for iCloud Backup off: 4 of 5 backed up within 3 days.")
	p.reads("[Enter] done")
	p.types("q")
	p.ends(1)
}

// A failed Back Up Now gives its code and a plan made from it. A step that loses something is
// locked until a copy is proved whole, or the device's name is typed.
func TestTreatStorageFull(t *testing.T) {
	t.Parallel()
	full := loadDevice(t.Fatalf, "icloud-full")
	address, _ := attach(t, full)
	steps := typed(t, t.Context(), "treat", "--no-input", "--usbmux", address)
	if scan := typed(t, t.Context(), "scan", "--steps", "--usbmux", address); steps.code != scan.code || !strings.Contains(steps.stdout, "Back up on another network") {
		t.Errorf("--no-input exits with %d, scan with %d:\n%s%s", steps.code, scan.code, steps.stdout, steps.stderr)
	}

	data := t.TempDir()
	p := treated(t, address, data)
	p.reads("Read the exact message")
	for range 4 {
		p.reads("[Enter] done")
		p.types("")
	}
	p.reads("the backup failed: MBErrorDomain/303")
	skip := func(title string) {
		t.Helper()
		p.reads(title)
		p.reads("[q] stop")
		p.types("s")
		p.reads("why is it skipped?")
		p.types("not here")
	}
	skip("Make sure that the storage that was bought")
	skip("Make an encrypted computer backup")
	skip("Download the originals")
	skip("Get more iCloud storage")
	p.reads("Leave large apps out")
	p.reads("Locked: ")
	p.reads("[Enter] make a copy now")
	p.types("Workshop")
	p.reads("Leave large apps out")
	p.reads("[Enter] done")
	p.types("q")
	p.ends(1)
	for _, part := range []string{"MBErrorDomain/303", "“not here”", "without a proved copy: Leave large apps out", "none yet"} {
		if !strings.Contains(strings.Join(strings.Fields(p.stdout.String()), " "), part) {
			t.Errorf("the ticket does not say %q:\n%s", part, p.stdout.String())
		}
	}

	p = treated(t, address, data)
	p.reads("Leave large apps out")
	p.reads("[Enter] done")
	p.types("q")
	p.ends(1)
}
