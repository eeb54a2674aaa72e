package backup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/keybag"
)

// Folders modeled on public reports, each with its correct verdict and the modes that must or
// must not be named.
func TestCases(t *testing.T) {
	const cases = "../../../shared/cases/backup"
	if _, err := os.Stat(cases); errors.Is(err, os.ErrNotExist) {
		t.Skip("the cases made after public reports are not at hand")
	}
	secret, err := os.ReadFile(filepath.Join(cases, "password-test"))
	must(t, err)
	password := strings.TrimSpace(string(secret))
	for _, test := range []struct {
		name     string
		password bool
		verdicts map[string]device.ProofVerdict // by the name of the folder below the case; "" is the only one
		named    []string
		silent   []string
	}{
		{"01-mvt-decrypted", false, one(device.CannotTell), []string{"decrypted-copy"}, []string{"blob-altered", "blob-truncated", "blob-length"}},
		{"01b-decrypted-flag-false", false, one(device.CannotTell), []string{"decrypted-copy"}, []string{"blob-altered", "blob-truncated", "blob-length"}},
		{"02-enc-no-manifestplist", false, one(device.CannotTell), []string{"properties-unreadable", "manifest-keys-lost"}, []string{"manifest-unreadable"}},
		{"04-ios1002-enc", false, one(device.CannotTell), []string{"password-needed"}, []string{"row-unreadable"}},
		{"04-ios1002-enc", true, one(device.Whole), nil, []string{"row-unreadable"}},
		{"05b-lid1361-snapshot", false, one(device.Broken), []string{"interrupted-first"}, []string{"interrupted-upload"}},
		{"07-iOSbackup17-no-Size", false, one(device.Whole), nil, []string{"blob-length", "blob-longer"}},
		{"08-ios3-mdinfo", false, one(device.CannotTell), []string{"layout-unread"}, []string{"manifest-unreadable"}},
		{"14-nested", false, one(device.Whole), nil, []string{"interrupted-first"}},
		{"14-nested/outer", false, one(device.Whole), nil, []string{"interrupted-first"}},
		{"14-nested/outer/00008030-001A2B3C4D5E802E", false, one(device.Whole), nil, nil},
		{"19d-isenc-absent", false, one(device.CannotTell), []string{"password-needed"}, []string{"manifest-unreadable"}},
		{"19d-isenc-absent", true, one(device.Whole), nil, nil},
		{"24y-udid24-info", false, one(device.Whole), nil, []string{"identity-mismatch", "folder-misnamed"}},
		{"61-enc-empty-stored-0", true, one(device.Whole), nil, []string{"blob-empty"}},
		{"61-enc-empty-stored-0", false, one(device.CannotTell), []string{"password-needed"}, []string{"blob-empty"}},
		{"69", false, map[string]device.ProofVerdict{
			"00008030-001A2B3C4D5E802E": device.Whole, "00008030-001A2B3C4D5E802E-20240101-120000": device.Broken,
		}, nil, nil},
		{"70-wifi-true", false, one(device.Whole), nil, nil},
	} {
		folders, closed := Find(t.Context(), []Place{{Path: filepath.Join(cases, filepath.FromSlash(test.name))}})
		if len(folders) != len(test.verdicts) || len(closed) > 0 {
			t.Errorf("%s: found %+v, closed %+v", test.name, folders, closed)
			continue
		}
		for _, folder := range folders {
			var options Options
			if test.password {
				options.Keys, err = Unlock(t.Context(), folder, password, nil)
				must(t, err)
			}
			want, isNamed := test.verdicts[filepath.Base(folder.Path)]
			if !isNamed {
				want = test.verdicts[""]
			}
			for _, proof := range []device.Proof{Quick(t.Context(), folder, options), Deep(t.Context(), folder, options)} {
				if got := checks.BackupVerdict(proof); got != want {
					t.Errorf("%s, %s: %s, want %s; %+v %+v", test.name, proof.Depth, got, want, proof.Faults, proof.Statements)
				}
				found := modes(proof)
				for _, mode := range test.named {
					if !slices.Contains(found, mode) {
						t.Errorf("%s, %s: %v, and not %s", test.name, proof.Depth, found, mode)
					}
				}
				for _, mode := range test.silent {
					if slices.Contains(found, mode) {
						t.Errorf("%s, %s: %s, which nothing shows; %+v", test.name, proof.Depth, mode, proof.Faults)
					}
				}
			}
		}
	}

	wrong := filepath.Join(cases, "19d-isenc-absent")
	folders, _ := Find(t.Context(), []Place{{Path: wrong}})
	if _, err := Unlock(t.Context(), folders[0], "not "+password, nil); !errors.Is(err, keybag.ErrWrongPassword) {
		t.Errorf("a wrong password: %v", err)
	}
	proof := Quick(t.Context(), folders[0], Options{Locked: keybag.ErrWrongPassword})
	if checks.BackupVerdict(proof) != device.CannotTell || !slices.Contains(modes(proof), "password-wrong") {
		t.Errorf("a wrong password: %s, %+v", checks.BackupVerdict(proof), proof.Faults)
	}
	noSize, _ := Find(t.Context(), []Place{{Path: filepath.Join(cases, "07-iOSbackup17-no-Size")}})
	if proof := Quick(t.Context(), noSize[0], Options{}); proof.LengthsUnknown != 1 {
		t.Errorf("without Size: %d lengths unknown", proof.LengthsUnknown)
	}
	decrypted, _ := Find(t.Context(), []Place{{Path: filepath.Join(cases, "01-mvt-decrypted")}})
	history := Evidence(t.Context(), decrypted[0], Options{})
	if _, err := history.CloudBackup.State.Get(); err != nil && device.GapOf(err).Reason == device.NeedsPassword {
		t.Errorf("the evidence in a decrypted copy: %v", err)
	}
}

func one(verdict device.ProofVerdict) map[string]device.ProofVerdict {
	return map[string]device.ProofVerdict{"": verdict}
}
