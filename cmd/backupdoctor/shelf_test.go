package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/report"
)

func TestTimeLeft(t *testing.T) {
	for _, c := range []struct {
		name        string
		spent       time.Duration
		done, total uint64
		want        time.Duration // 0 for unknown
	}{
		{"half of it", 10 * time.Second, 500, 1000, 10 * time.Second},
		{"a tenth", 10 * time.Second, 100, 1000, 90 * time.Second},
		{"almost over", 10 * time.Second, 999, 1000, time.Second},
		{"too early to say", time.Second, 500, 1000, 0},
		{"total unknown", 10 * time.Second, 500, 0, 0},
		{"nothing done", 10 * time.Second, 0, 1000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, known := timeLeft(c.spent, c.done, c.total); got != c.want || known != (c.want > 0) {
				t.Errorf("got %v %v, want %v", got, known, c.want)
			}
		})
	}
}

// The newest backup speaks for a device, and a folder that names none stands for itself.
func TestBackupsMeetInOneDevice(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir, "archived")
	writeBackup(t.Fatalf, dir)
	writeBackup(t.Fatalf, dir, "udid=00008110-001A2B3C4D5E6F70")
	snapshots := shelfIn([]backup.Place{{Path: dir}}).snapshots(time.Now(), surroundings{configDir: func() (string, error) { return t.TempDir(), nil }}.releases())
	if len(snapshots) != 2 || len(snapshots[0].Backups) != 2 || len(snapshots[1].Backups) != 1 {
		t.Fatalf("%d devices: %+v", len(snapshots), snapshots)
	}
	if name, err := snapshots[0].Device.ModelName.Get(); err != nil || name == "" {
		t.Errorf("model %q, %v", name, err)
	}
}

func TestInterruptedVerifyStillReports(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	s := typed(t, ctx, "verify", "--json", dir)
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("the report is no JSON: %v\n%s", err, s.stdout)
	}
	if s.code != report.ExitInterrupted || !r.Partial || len(r.Devices) != 1 || r.Devices[0].Backups[0].Verdict != "cannot-tell" {
		t.Errorf("exit code %d, partial %t: %s", s.code, r.Partial, s.stdout)
	}
	if !strings.Contains(s.stderr, "interrupted") {
		t.Errorf("stderr is %q", s.stderr)
	}
}

// In a scan of attached devices a look at a backup ends with the time of one device.
func TestALookHasALimit(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	sh := shelfIn([]backup.Place{{Path: dir}})
	l := look{depth: "quick", passwords: (&asker{}).passwords(), limit: time.Nanosecond, line: surroundings{}.statusLine()}
	if gaps := l.over(t.Context(), sh); len(gaps) != 0 {
		t.Errorf("a look that took too long passes for an interrupted run: %v", gaps)
	}
	proof, err := sh.stored[0].backup.Proof.Get()
	if err != nil || proof.Verdict != "cannot-tell" {
		t.Errorf("verdict %q, %v", proof.Verdict, err)
	}
}
