package scan

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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

// Once the run has ended, few of the devices that were not inspected are listed, and the others
// counted, unless every one is needed.
func TestFewDevicesAreListedAfterTheEnd(t *testing.T) {
	const count = listedAfterEnd + 7
	ended, end := context.WithCancel(t.Context())
	end()
	silent := (&asker{}).passwords()
	silent.Ask = nil
	for name, c := range map[string]struct {
		passwords *Passwords
		every     bool
		unlisted  int
	}{
		"beside another": {silent, false, 7},
		"one by one":     {(&asker{}).passwords(), false, 7},
		"every":          {silent, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			devices := make([]BackupSet, count)
			for n := range devices {
				folder := backup.Folder{Path: filepath.Join(t.TempDir(), "gone"), UDID: fmt.Sprintf("00008110-00000000000000%02d", n)}
				devices[n].Stored = []*StoredBackup{readStored(ended, folder)}
			}
			f := Folders{
				Inspection: Inspection{Depth: device.QuickLook, Passwords: c.passwords, Evidence: true, Screen: c.passwords.Screen},
				Table:      releases.Embedded(), Every: c.every,
			}
			var listed int
			unlisted := f.inspect(ended, devices, func(number int, s device.Snapshot) {
				_, err := s.Histories[0].AsOf.Get()
				if !errors.Is(err, device.Interrupted) || number != listed {
					t.Errorf("device %d is number %d: %v", listed, number, err)
				}
				listed++
			})
			if unlisted != c.unlisted || listed != count-c.unlisted {
				t.Errorf("%d devices are listed and %d are not, want %d not", listed, unlisted, c.unlisted)
			}
		})
	}
}
