package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// A file that the device could not read is missing from the copy and from its list, so the copy is
// not proved, every listing says so, and the earlier copy, which has the file, is kept.
func TestBackupWithoutUnreadableFiles(t *testing.T) {
	library := filepath.Join(t.TempDir(), "copies")
	made := func(messages mobilebackup.File, arguments ...string) session {
		d := clones(t, 1)[0]
		d.Backup = mobilebackup.New(messages, mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1})
		address, _ := attach(t, d)
		return typed(t, t.Context(), append([]string{"backup", "--usbmux", address, "--to", library, "-o", "summary"}, arguments...)...)
	}
	messages := mobilebackup.File{Domain: "HomeDomain", Path: "Library/SMS/sms.db", Size: 120_000, Seed: 2}
	if s := made(messages); s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	messages.Size, messages.Unreadable = 120_001, true
	for range 2 {
		s := made(messages)
		if s.code != 3 || !strings.Contains(s.stderr, "not proved: it lacks 1 file that the device could not read") || !strings.Contains(s.stderr, "HomeDomain Library/SMS/sms.db") {
			t.Errorf("exit code %d\n%s", s.code, s.stderr)
		}
		list := typed(t, t.Context(), "backups", "--backups", library, "--json", "--all")
		if strings.Count(list.stdout, `"verdict": "whole"`) != 1 || strings.Count(list.stdout, `"verdict": "cannot-tell"`) != 1 ||
			!strings.Contains(list.stdout, `"mode": "not-sent"`) || !strings.Contains(list.stdout, `"path": "Library/SMS/sms.db"`) {
			t.Errorf("exit code %d\n%s%s", list.code, list.stdout, list.stderr)
		}
	}
	if s := typed(t, t.Context(), "verify", "--deep", "--backups", library); s.code != 3 || !strings.Contains(s.stdout, "Library/SMS/sms.db") {
		t.Errorf("exit code %d\n%s%s", s.code, s.stdout, s.stderr)
	}
	messages.Unreadable = false
	if s := made(messages); s.code != 0 || strings.Count(s.stderr, "removed the copy") != 2 {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
}
