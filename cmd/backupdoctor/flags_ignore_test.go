package main

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

// A suppression applies until midnight where its user is.
func TestSuppressionsEndAtLocalMidnight(t *testing.T) {
	const text = "- {id: backup-stale, reason: x, expires: 2026-11-19}"
	for name, c := range map[string]struct {
		zone *time.Location
		end  time.Time
	}{
		"unknown": {nil, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		"Hawaii":  {time.FixedZone("HST", -10*60*60), time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)},
	} {
		list, err := env{Env: command.Env{Zone: c.zone, Stderr: io.Discard}}.readSuppressed("list.yaml", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if before, at := len(list.Expired(c.end.Add(-time.Second))), len(list.Expired(c.end)); before != 0 || at != 1 {
			t.Errorf("zone %s: %d entries have expired before the end, and %d at it", name, before, at)
		}
	}
}
