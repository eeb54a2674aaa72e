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

// The newest backup speaks for a device, and a folder that names none stands for itself.
func TestBackupsMeetInOneDevice(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir, "archived")
	writeBackup(t.Fatalf, dir)
	writeBackup(t.Fatalf, dir, "udid=00008110-001A2B3C4D5E6F70")
	snapshots := shelfIn([]backup.Place{{Path: dir}}).snapshots(time.Now(), demoReleases())
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
