package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

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
