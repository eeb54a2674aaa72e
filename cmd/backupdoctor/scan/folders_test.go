package scan

import (
	"fmt"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// Devices come in the order of their backups, each inspected, whether or not two are inspected at
// the same time.
func TestDevicesComeInOrder(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for n := range 7 {
		want = append(want, fmt.Sprintf("00008110-00000000000000%02d", n))
		writeBackup(t, dir, backuptest.Backup{UDID: want[n]})
	}
	silent := (&asker{}).passwords()
	silent.Ask = nil
	for name, passwords := range map[string]*Passwords{"beside another": silent, "one by one": (&asker{}).passwords()} {
		t.Run(name, func(t *testing.T) {
			f := Folders{Inspection: Inspection{Depth: device.QuickLook, Passwords: passwords, Screen: passwords.Screen}, Table: releases.Embedded()}
			var got int
			f.inspect(t.Context(), FindBackups(t.Context(), []backup.Place{{Path: dir}}).byDevice(), func(number int, s device.Snapshot) {
				proof, err := s.Backups[0].Proof.Get()
				if number != got || s.Device.UDID != want[got] || err != nil || checks.BackupVerdict(proof) != device.Whole {
					t.Errorf("device %d is number %d, %s, %q, %v", got, number, s.Device.UDID, checks.BackupVerdict(proof), err)
				}
				got++
			})
			if got != len(want) {
				t.Errorf("%d devices, want %d", got, len(want))
			}
		})
	}
}
