package faults

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/google/go-cmp/cmp"
)

func TestEveryModeHasItsWords(t *testing.T) {
	var found, known []string
	for _, mode := range backup.Modes {
		found = append(found, mode.ID)
		fault, ok := Find(mode.ID)
		if !ok || fault.Title == "" || fault.Severity == "" || fault.Severity == Unknown {
			t.Errorf("%s: %+v", mode.ID, fault)
		}
		if fault.Remedy == "" && (mode.NextFails || fault.Severity != Note) {
			t.Errorf("%s does harm and has no remedy", mode.ID)
		}
	}
	for _, fault := range All() {
		known = append(known, fault.Mode)
	}
	if diff := cmp.Diff(found, known); diff != "" {
		t.Errorf("modes of device/backup and of the table (-want +got):\n%s", diff)
	}
}

// The remedies for one backup fit its situation, and each other.
func TestRemedyIn(t *testing.T) {
	anew, again := backUpAnew, runAgain
	for name, test := range map[string]struct {
		situation Situation
		want      map[string]string // by mode; "" for none
	}{
		"lost files":              {Situation{Modes: []string{"blob-missing", "old"}}, map[string]string{"blob-missing": anew, "old": ""}},
		"only old":                {Situation{Modes: []string{"old"}}, map[string]string{"old": "Back the device up again."}},
		"an archived copy":        {Situation{Archived: true, NextFails: true, Modes: []string{"properties-unreadable", "blob-missing", "old", "interrupted-upload", "little-space"}}, map[string]string{"properties-unreadable": "", "blob-missing": "", "old": "", "interrupted-upload": "", "little-space": ""}},
		"a decrypted copy":        {Situation{Modes: []string{"decrypted-copy", "blob-missing", "info-missing", "old"}}, map[string]string{"decrypted-copy": "Keep the encrypted original, and verify that.", "blob-missing": "", "info-missing": "", "old": ""}},
		"a closed archived copy":  {Situation{Archived: true, Modes: []string{"password-needed"}}, map[string]string{"password-needed": "Verify it again with the backup password." + newPassword}},
		"a copy":                  {Situation{InLibrary: true, Modes: []string{"blob-missing", "changed", "little-space"}}, map[string]string{"blob-missing": anotherCopy, "changed": "Wait until nothing writes to it, and verify it again."}},
		"a copy, as it is":        {Situation{InLibrary: true, Modes: []string{"orphan", "encryption-required"}}, map[string]string{"orphan": "", "encryption-required": ""}},
		"uploading":               {Situation{Modes: []string{"interrupted-upload", "blob-missing", "manifest-unreadable"}}, map[string]string{"interrupted-upload": again, "blob-missing": "", "manifest-unreadable": ""}},
		"moving, and refused":     {Situation{NextFails: true, Modes: []string{"interrupted-move", "manifest-unreadable"}}, map[string]string{"interrupted-move": "", "manifest-unreadable": anew}},
		"a cleanup, and lost":     {Situation{Modes: []string{"blob-missing", "interrupted-cleanup"}}, map[string]string{"blob-missing": anew, "interrupted-cleanup": ""}},
		"a cleanup":               {Situation{Modes: []string{"interrupted-cleanup", "old"}}, map[string]string{"interrupted-cleanup": again, "old": ""}},
		"while it is written":     {Situation{Modes: []string{"blob-missing", "changed", "interrupted-upload"}}, map[string]string{"blob-missing": "", "interrupted-upload": "", "changed": "Wait until nothing writes to it, and verify it again."}},
		"a first one":             {Situation{Modes: []string{"interrupted-first"}}, map[string]string{"interrupted-first": "If no backup is running, set the folder aside (backupdoctor backups set-aside) and back the device up again."}},
		"little space, beside it": {Situation{NextFails: true, Modes: []string{"blob-missing", "little-space"}}, map[string]string{"blob-missing": anew, "little-space": "Before the next backup, free space on that disk, or move the folder of backups to a larger one."}},
	} {
		for mode, want := range test.want {
			if got := RemedyIn(mode, test.situation); got != want {
				t.Errorf("%s, %s: %q, want %q", name, mode, got, want)
			}
		}
	}
}

// Status.plist reads the same while a backup runs as after it broke off.
func TestABackupMayStillRun(t *testing.T) {
	for _, mode := range []string{"interrupted-first", "interrupted-upload", "interrupted-move", "interrupted-cleanup"} {
		fault, _ := Find(mode)
		if strings.Contains(fault.Title, "stopped") || strings.Contains(fault.Title, "did not") || !strings.HasPrefix(fault.Remedy, "If no backup is running, ") {
			t.Errorf("%s: %s. %s", mode, fault.Title, fault.Remedy)
		}
	}
}

// No folder is deleted before another one is proved whole.
func TestNothingIsDeletedWithoutProof(t *testing.T) {
	for _, fault := range All() {
		if strings.Contains(fault.Remedy, "elete the folder") && !strings.Contains(fault.Remedy, "verify calls the new backup whole") {
			t.Errorf("%s: %s", fault.Mode, fault.Remedy)
		}
	}
}

func TestAnUnknownModeHasNoAdvice(t *testing.T) {
	fault, ok := Find("throw-it-away")
	if ok || fault.Severity != Unknown || fault.Remedy != "" {
		t.Errorf("%+v, %t", fault, ok)
	}
}
