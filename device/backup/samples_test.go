package backup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// These tests use backups that were not written by this project.

func sample(t *testing.T, path string) Folder {
	t.Helper()
	full := filepath.Join("../../../shared/data", path)
	if _, err := os.Stat(full); errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample data with real backups is not at hand")
	}
	folders, closed := Find(t.Context(), []Place{{Path: full}})
	if len(folders) != 1 || len(closed) != 0 {
		t.Fatalf("found %+v, closed %+v", folders, closed)
	}
	return folders[0]
}

// A real manifest of iOS 14.3 with 10 of its 1,089 files and one unlisted file. They were
// decrypted and trimmed after the backup, so none of their digests match.
func TestRealBackup(t *testing.T) {
	folder := sample(t, "mvt-ios_backup")
	b := Read(t.Context(), folder)
	if product, err := b.Device.ProductType.Get(); err != nil || product != "iPhone9,3" || b.Device.UDID != "1cb128eafa77c5be74283e9a3a2130af36a3c059" {
		t.Errorf("device %+v", b.Device)
	}
	if date, err := b.LastBackupDate.Get(); err != nil || date.Year() < 2020 {
		t.Errorf("last backup %v, %v", date, err)
	}
	if _, err := b.Encrypted.Get(); !errors.Is(err, device.Absent) {
		t.Errorf("encrypted, without Manifest.plist: %v", err)
	}
	quick := Quick(t.Context(), folder, Options{})
	want := []string{"status-missing", "properties-unreadable", "blob-missing", "folder-misnamed", "orphan"}
	if got := modes(quick); checks.BackupVerdict(quick) != device.Broken || quick.NextFails || !slices.Equal(got, want) {
		t.Errorf("%s, next fails %v, %v; want %v", checks.BackupVerdict(quick), quick.NextFails, got, want)
	}
	if missing := faultOf(quick, blobMissing); quick.Listed != 1089 || quick.Found != 10 || missing.Count != 1079 || missing.Total != 1089 {
		t.Errorf("listed %d, found %d, missing %d", quick.Listed, quick.Found, missing.Count)
	}
	if orphan := faultOf(quick, orphan); orphan.Count != 1 || orphan.Examples[0].FileID != "e794f6ffcc3c222535f47684a63d5178da3c4500" {
		t.Errorf("orphan %+v", orphan)
	}
	// Without Manifest.plist it is unknown what a digest covers.
	deep := Deep(t.Context(), folder, Options{})
	if deep.DigestsLeft+deep.WithoutDigest != 10 || deep.DigestsRight != 0 || deep.DigestsLeft == 0 {
		t.Errorf("deep: %d left, %d right, %d without digest", deep.DigestsLeft, deep.DigestsRight, deep.WithoutDigest)
	}
}

// Small encrypted backups made by another project. Their property lists are empty and their
// files lack padding: both must be reported.
func TestEncryptedSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("ten million rounds of key derivation")
	}
	for name, want := range map[string][]string{
		"pyiosbackup-encrypted/ios10.3_sqlite": {"status-unreadable", "info-missing"},
		"pyiosbackup-encrypted/ios9_mbdb":      {"status-unreadable", "info-missing"},
	} {
		folder := sample(t, name)
		if _, err := Unlock(t.Context(), folder, "1111", nil); !errors.Is(err, keybag.ErrWrongPassword) {
			t.Errorf("%s with a wrong password: %v", name, err)
		}
		keys, err := Unlock(t.Context(), folder, "0000", nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		proof := Deep(t.Context(), folder, Options{Keys: keys})
		if got := modes(proof); !slices.Equal(got, want) || proof.Listed != 1 || proof.Found != 1 {
			t.Errorf("%s: %v, want %v; %+v", name, got, want, proof)
		}
	}
}
