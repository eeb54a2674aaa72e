package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
)

// A killed treat has every step that was confirmed before the next one was shown, and the next
// treat goes on behind it.
func TestTreatIsKilled(t *testing.T) {
	address, _ := attach(t, loadDevice(t.Fatalf, "icloud-backup-off"))
	data := t.TempDir()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "backupdoctor")
	if err := os.Symlink(test, name); err != nil {
		t.Skip(err)
	}
	program := exec.Command(name, "treat", "--usbmux", address)
	program.Env = []string{"HOME=" + data, "XDG_DATA_HOME=" + data, "LocalAppData=" + data, "LANG=C.UTF-8", "COLUMNS=80"}
	stdin, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := program.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	reads := func(text string) {
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		t.Errorf("it does not say %q", text)
	}
	reads("[Enter] done")
	if _, err := io.WriteString(stdin, "\n"); err != nil {
		t.Fatal(err)
	}
	reads("[s] stop listening")
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // it was killed

	confirmed := func(e report.RepairEvent) bool { return e.Kind == "confirmed" && e.Remedy == "turn-backup-on" }
	if open := openRepairs(t, data); len(open) != 1 || !slices.ContainsFunc(open[0].Repair.Events, confirmed) {
		t.Fatalf("open %+v", open)
	}
	again := treated(t, address, data)
	again.reads("going on with the repair")
	again.reads("[s] stop listening")
	again.types("q")
	again.ends(1)
}

// A repair that the visit could not confirm is closed by the next scan that sees a new backup.
func TestAScanClosesARepair(t *testing.T) {
	off := loadDevice(t.Fatalf, "icloud-backup-off")
	address, tray := attach(t, off)
	data := t.TempDir()
	first := treated(t, address, data)
	first.reads("[Enter] done")
	first.types("q")
	first.ends(1)

	env := map[string]string{"XDG_DATA_HOME": data}
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
