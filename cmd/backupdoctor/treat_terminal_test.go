package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report/format"
)

// A terminalWindow is a terminal of 80 columns and 24 lines in which a program runs.
type terminalWindow struct {
	t    *testing.T
	tmux func(args ...string) string
}

// inTerminal runs treat in a terminal. The terminal keeps what it shows when treat has ended, with
// the exit code.
func inTerminal(t *testing.T, address string) terminalWindow {
	t.Helper()
	name, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("tmux is not installed")
	}
	folder, err := os.MkdirTemp("", "") // t.TempDir may be too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	tmux := func(args ...string) (string, error) {
		command := exec.Command(name, append([]string{"-u", "-S", filepath.Join(folder, "tmux"), "-f", os.DevNull}, args...)...)
		command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "XDG_DATA_HOME=" + folder, "LC_ALL=C.UTF-8", "TZ=UTC", "NO_COLOR=1"}
		out, err := command.CombinedOutput()
		return string(out), err
	}
	t.Cleanup(func() {
		_, _ = tmux("kill-server") // it may have ended
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	w := terminalWindow{t, func(args ...string) string {
		t.Helper()
		out, err := tmux(args...)
		if err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
		return out
	}}
	w.tmux("new-session", "-d", "-x", "80", "-y", "24", "sh", "-c", `"$0" "$@"; echo "exit $?"; read end`, testProgram(t), "treat", "--usbmux", address)
	return w
}

// shows waits until the terminal shows texts at once, in order. No line may be longer than the
// terminal is wide.
func (w terminalWindow) shows(texts ...string) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(3 * time.Minute)
	for {
		screen := w.tmux("capture-pane", "-p", "-J") // -J joins lines that the terminal broke
		rest, all := screen, true
		for _, text := range texts {
			var found bool
			_, rest, found = strings.Cut(rest, text)
			all = all && found
		}
		if all {
			for line := range strings.Lines(screen) {
				if line = strings.TrimRight(line, " \n"); format.DisplayWidth(line) > 80 {
					w.t.Errorf("a line is too long: %q", line)
				}
			}
			return
		}
		select {
		case <-tick.C:
		case <-late:
			w.t.Fatalf("it does not show %q:\n%s", texts, screen)
		}
	}
}

// A whole repair at a terminal of 80 columns and 24 lines: each card is seen whole, and the end
// with the ticket.
func TestTreatInATerminal(t *testing.T) {
	t.Parallel()
	d := loadDevice(t.Fatalf, "icloud-backup-off")
	address, tray := attach(t, d)
	played := tray.Start(t.Context(), d.UDID(), person(t, awaitsListener+"\nback-up"))
	w := inTerminal(t, address)
	w.shows("Switch iCloud Backup on ", "1 of ", "1. ", "[Enter] done")
	if err := tray.Play(t.Context(), d.UDID(), person(t, "switch on")); err != nil {
		t.Fatal(err)
	}
	w.tmux("send-keys", "Enter")
	w.shows("Back Up Now", "[s] stop listening", "listening: on the iPhone, open ")
	w.shows("✓ Backed up ", "Found ", "Done ", "Proof ", "By ", "Signature ", "exit 0")
	if err := <-played; err != nil {
		t.Error(err)
	}
	onlyPermitted(t, tray, d)
}
