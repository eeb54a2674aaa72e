package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Before the start it says how much room all copies together may need, if that is more than is free.
func TestBackupSumsUpTheRoom(t *testing.T) {
	const each = 4_000_000_000_000_000_000
	for count, want := range map[int]string{
		1: "These devices hold up to 4000000 TB that may be sent, and ",
		2: "These devices hold up to 8000000 TB that may be sent, and ",
	} {
		devices := clones(t, count)
		for _, d := range devices {
			d.Set("com.apple.disk_usage", "TotalDiskCapacity", uint64(each))
			d.Set("com.apple.disk_usage", "AmountDataAvailable", uint64(0))
		}
		address, _ := attach(t, devices...)
		s := typed(t, t.Context(), "backup", "--usbmux", address, "--to", filepath.Join(t.TempDir(), "copies"), "-o", "summary")
		room, begins := strings.Index(s.stderr, want), strings.Index(s.stderr, "asking     ")
		if room < 0 || room > begins || !strings.Contains(s.stderr, " are free; --plan asks each how much it is.\n") {
			t.Errorf("%d devices, exit code %d: no %q before the first question\n%s", count, s.code, want, s.stderr)
		}
	}
}

// Of several devices, one at a time asks for its passcode, by its name.
func TestBackupAsksOneDeviceAtATime(t *testing.T) {
	devices := clones(t, 3)
	for _, d := range devices {
		agent := d.Backup.Clone()
		agent.PromptDelay = 50 * time.Millisecond
		d.Backup = agent
	}
	address, _ := attach(t, devices...)
	s := typed(t, t.Context(), "backup", "--usbmux", address, "--to", filepath.Join(t.TempDir(), "copies"), "--jobs", "3", "-o", "summary")
	if s.code != 0 || strings.Count(s.stderr, "whole, proved") != len(devices) {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	asked := map[string]bool{}
	asking := ""
	for _, line := range regexp.MustCompile(`(?m)^(asking     unlock|looking   ) ("[^"]*")`).FindAllStringSubmatch(s.stderr, -1) {
		if !strings.HasPrefix(line[1], "asking") {
			if asking == line[2] {
				asking = ""
			}
			continue
		}
		if asked[line[2]] = true; asking != "" && asking != line[2] {
			t.Errorf("%s asks while %s does\n%s", line[2], asking, s.stderr)
		}
		asking = line[2]
	}
	if len(asked) != len(devices) {
		t.Errorf("%d devices asked\n%s", len(asked), s.stderr)
	}
}
