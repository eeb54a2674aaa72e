//go:build unix && !darwin

package notify

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fake puts a notify-send first in PATH that runs a script.
func fake(t *testing.T, script string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "notify-send"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestSend(t *testing.T) {
	fake(t, `{ printf '%s\n' "$@"; env; } >"$SEEN"`)
	t.Setenv("BACKUPDOCTOR_BACKUP_PASSWORD", "secret")
	seen := filepath.Join(t.TempDir(), "seen")
	environ := []string{"SEEN=" + seen, "PATH=" + os.Getenv("PATH")}
	if err := Send(t.Context(), environ, "slot 7: Ada’s\x1b[2J iPhone", "$(touch x)\n<b>iCloud Backup is off</b>"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(got), "\n")
	want := []string{"--app-name=backupdoctor", "--category=device", "--", "slot 7: Ada’s[2J iPhone", "$(touch x) ‹b›iCloud Backup is off‹/b›"}
	if diff := cmp.Diff(want, lines[:min(len(lines), len(want))]); diff != "" {
		t.Errorf("notify-send was given (-want +got):\n%s", diff)
	}
	if strings.Contains(string(got), "secret") {
		t.Error("notify-send was given more of the environment than it was to be")
	}
}

func TestSendErrors(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"with words":          {`printf 'Cannot autolaunch D-Bus\033[31m\nmore\n' >&2; exit 1`, "notify-send failed: Cannot autolaunch D-Bus[31m"},
		"without words":       {`exit 3`, "notify-send failed: exit status 3"},
		"with too many words": {`yes word | head -c 1000000 >&2; exit 1`, "notify-send failed: word"},
	} {
		t.Run(name, func(t *testing.T) {
			fake(t, test.script)
			if err := Send(t.Context(), os.Environ(), "a", "b"); err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

func TestSendWithoutATool(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := Send(t.Context(), nil, "a", "b")
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "notify-send is not installed") {
		t.Errorf("%v", err)
	}
}

// A tool that hangs is killed, and children that keep its output open are not waited for.
func TestSendEnds(t *testing.T) {
	fake(t, `exec sleep 600`)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := Send(ctx, os.Environ(), "a", "b"); err == nil || err.Error() != "notify-send did not end in time" {
		t.Errorf("one that hangs: %v", err)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	if err := Send(interrupted, os.Environ(), "a", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	fake(t, `sleep 5 & exit 0`)
	if err := Send(t.Context(), os.Environ(), "a", "b"); err != nil {
		t.Errorf("one that leaves something behind: %v", err)
	}
}
