//go:build unix

package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/report"
)

// reportOf returns a report on one device.
func reportOf(d report.Device) report.Report {
	return report.Report{Header: report.NewHeader(report.KindReport), Run: "0199", Devices: []report.Device{d}, Exit: report.Exit{Code: report.ExitProblems}}
}

// newHook returns a hook, the buffer for its output, and a folder that the command knows as
// $DIR.
func newHook(t *testing.T, command string) (h *Hook, output *bytes.Buffer, folder string) {
	t.Helper()
	output, folder = &bytes.Buffer{}, t.TempDir()
	return &Hook{
		Command: command,
		Environ: []string{"PATH=" + os.Getenv("PATH"), "DIR=" + folder},
		Timeout: time.Minute,
		Output:  output,
	}, output, folder
}

// All device text is passed as a value: in the environment on one line, and on stdin in full.
func TestRunTellsTheFacts(t *testing.T) {
	t.Setenv("BACKUPDOCTOR_BACKUP_PASSWORD", "secret")
	h, output, folder := newHook(t, `env >"$DIR/env"; cat >"$DIR/report"; echo "done with $BACKUPDOCTOR_NAME"`)
	r := reportOf(report.Device{
		UDID: "00008110-001A2B3C4D5E6F70", Serial: "F2LXK3ABCD", Slot: "7", Location: "0x14120000",
		Name: "Ada’s \x1b[31m$(touch x)\n`id` \"'; exit 9\x00 <b>📱", Verdict: "failing", Headline: "iCloud Backup is off.",
		LastBackup: time.Date(2026, 11, 2, 3, 4, 5, 0, time.FixedZone("", 3600)),
		Findings: []report.Finding{
			{Check: "backup-turned-off", Status: "problem"},
			{Check: "profile-forbids", Status: "warning", Subject: "a"}, {Check: "profile-forbids", Status: "warning", Subject: "b"},
			{Check: "stale", Status: "problem", ExplainedBy: "backup-turned-off"}, {Check: "storage", Status: "ok"}, {Check: "terms", Status: "ask"},
		},
	})
	if err := h.Run(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "env"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "BACKUPDOCTOR_") || strings.Contains(line, "secret") {
			got = append(got, strings.TrimSuffix(line, "\n"))
		}
	}
	slices.Sort(got)
	name := "Ada’s [31m$(touch x) `id` \"'; exit 9 <b>📱"
	want := []string{
		"BACKUPDOCTOR_CAUSES=backup-turned-off,profile-forbids",
		"BACKUPDOCTOR_EXIT_CODE=1",
		"BACKUPDOCTOR_HEADLINE=iCloud Backup is off.",
		"BACKUPDOCTOR_LAST_BACKUP=2026-11-02T02:04:05Z",
		"BACKUPDOCTOR_LOCATION=0x14120000",
		"BACKUPDOCTOR_NAME=" + name,
		"BACKUPDOCTOR_RUN=0199",
		"BACKUPDOCTOR_SERIAL=F2LXK3ABCD",
		"BACKUPDOCTOR_SLOT=7",
		"BACKUPDOCTOR_UDID=00008110-001A2B3C4D5E6F70",
		"BACKUPDOCTOR_VERDICT=failing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
	document, err := os.ReadFile(filepath.Join(folder, "report"))
	if err != nil {
		t.Fatal(err)
	}
	var told report.Report
	if err := json.Unmarshal(document, &told); err != nil || told.Devices[0].Name != r.Devices[0].Name {
		t.Errorf("stdin: %v, the name is %q", err, told.Devices[0].Name)
	}
	if want := "slot 7: done with " + name + "\n"; output.String() != want {
		t.Errorf("printed %q, want %q", output, want)
	}
}

// An unknown fact is empty, and one that is too long for an environment is cut.
func TestFactsHaveBounds(t *testing.T) {
	variables := facts(reportOf(report.Device{Name: strings.Repeat("é", 1<<20)}))
	for _, variable := range variables {
		if len([]rune(variable)) > maxFact+40 {
			t.Errorf("%.40s… has %d letters", variable, len([]rune(variable)))
		}
	}
	if !slices.Contains(variables, "BACKUPDOCTOR_LAST_BACKUP=") || !slices.Contains(variables, "BACKUPDOCTOR_CAUSES=") {
		t.Errorf("what is not known is not empty: %q", variables)
	}
}

func TestRunErrors(t *testing.T) {
	for command, want := range map[string]string{
		"true":            "",
		"exit 3":          "the command of --exec failed for Ada: exit code 3",
		"no-such-program": "the command of --exec failed for Ada: exit code 127: the shell did not find it",
		`"$DIR"`:          "the command of --exec failed for Ada: exit code 126: the shell could not run it",
		"kill -9 $$":      "the command of --exec failed for Ada: it was ended by a signal: killed",
		"sleep 600":       "the command of --exec failed for Ada: it took longer than 300ms, and was ended",
		"trap '' TERM; sleep 600 & wait; sleep 600": "the command of --exec failed for Ada: it took longer than 300ms, and was ended",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			h, _, _ := newHook(t, command)
			if strings.Contains(command, "sleep") {
				h.Timeout = 300 * time.Millisecond
			}
			err := h.Run(t.Context(), reportOf(report.Device{Name: "Ada"}))
			if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
				t.Errorf("%v, want %q", err, want)
			}
		})
	}
}

// Each of the two commands ends only if both run.
func TestRunIsReentrant(t *testing.T) {
	h, _, _ := newHook(t, `touch "$DIR/$BACKUPDOCTOR_SLOT"; until [ -e "$DIR/1" ] && [ -e "$DIR/2" ]; do sleep 0.01; done`)
	h.Slots = make(chan struct{}, 2)
	var running sync.WaitGroup
	for _, slot := range []string{"1", "2"} {
		running.Go(func() {
			if err := h.Run(t.Context(), reportOf(report.Device{Slot: slot})); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
}

// No more commands run at once than there are slots, and each line of output is complete and
// has its device's prefix.
func TestRunKeepsToItsSlots(t *testing.T) {
	const devices, slots = 40, 4
	h, output, _ := newHook(t, `mkdir "$DIR/$BACKUPDOCTOR_SLOT"; ls "$DIR" | wc -l; echo "I am $BACKUPDOCTOR_SLOT"; rmdir "$DIR/$BACKUPDOCTOR_SLOT"`)
	h.Slots = make(chan struct{}, slots)
	var running sync.WaitGroup
	for n := range devices {
		running.Go(func() {
			if err := h.Run(t.Context(), reportOf(report.Device{Slot: fmt.Sprint(n)})); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	said := map[string]bool{}
	for line := range strings.Lines(output.String()) {
		var slot, self string
		var running int
		if _, err := fmt.Sscanf(line, "slot %s I am %s\n", &slot, &self); err == nil && slot == self+":" {
			said[self] = true
		} else if _, err := fmt.Sscanf(line, "slot %s %d\n", &slot, &running); err != nil || running < 1 || running > slots {
			t.Errorf("%q: %d run at once, %v", line, running, err)
		}
	}
	if len(said) != devices {
		t.Errorf("%d of %d devices spoke for themselves", len(said), devices)
	}
}

// At the deadline all children of the command are killed, even if they ignore SIGTERM. The pipe
// that they hold shows it.
func TestRunEndsGrandchildren(t *testing.T) {
	h, _, folder := newHook(t, `(trap '' TERM; exec sleep 600) >"$DIR/held" & wait`)
	h.Timeout = 300 * time.Millisecond
	held := filepath.Join(folder, "held")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		pipe, err := os.Open(held)
		if err == nil {
			defer pipe.Close()
			_, err = io.Copy(io.Discard, pipe)
		}
		ended <- err
	}()
	if err := h.Run(t.Context(), reportOf(report.Device{})); err == nil {
		t.Error("it ended well")
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the grandchild goes on")
	}
}

// A command with endless output, or one that never reads, neither blocks the run nor fills
// memory.
func TestRunIsBounded(t *testing.T) {
	large := reportOf(report.Device{Slot: "7", Headline: strings.Repeat("x", 1<<20)})
	for name, test := range map[string]struct {
		command string
		lines   int // minimum
	}{
		"many lines":     {"yes | head -c 20000000", 1000},
		"one long line":  {"yes | tr -d '\\n' | head -c 20000000", 1},
		"not reading":    {"echo done", 1},
		"closed stdin":   {"exec <&-; echo done", 1},
		"errors, too":    {"yes | head -c 20000000 >&2", 1000},
		"left behind":    {"echo done; sleep 20 &", 1},
		"without an end": {"printf done", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, output, _ := newHook(t, test.command)
			if err := h.Run(t.Context(), large); err != nil {
				t.Error(err)
			}
			// Each line has its prefix and is at least "y\n" long.
			if most := maxOutput + maxOutput/2*len("slot 7: ") + 100; output.Len() > most {
				t.Errorf("%d bytes are passed on, want at most %d", output.Len(), most)
			}
			count := 0
			for line := range strings.Lines(output.String()) {
				if !strings.HasPrefix(line, "slot 7: ") || !strings.HasSuffix(line, "\n") {
					t.Errorf("the line %.40q", line)
				}
				count++
			}
			if count < test.lines {
				t.Errorf("%d lines are passed on, want %d at least", count, test.lines)
			}
		})
	}
}

// An interrupt stops running commands and those waiting for a slot.
func TestRunIsInterrupted(t *testing.T) {
	h, _, folder := newHook(t, `touch "$DIR/began"; sleep 600`)
	h.Slots = make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			err := h.Run(ctx, reportOf(report.Device{Slot: "7"}))
			if want := "the command of --exec failed for slot 7: it was ended: the run was interrupted"; fmt.Sprint(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
	for range 3000 {
		if _, err := os.Stat(filepath.Join(folder, "began")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	running.Wait()
}
