// Package notify shows desktop notifications through notify-send, osascript or PowerShell. A
// library would add ten modules and no deadline, and some libraries write the text into a
// script; here it never becomes part of one.
package notify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Limits of a notification's title and text, in characters. Desktops show less.
const (
	maxTitle = 100
	maxText  = 300
)

// timeout is the time limit of a tool, which only delivers the notification and exits.
const timeout = 10 * time.Second

// maxComplaint is how many bytes of a tool's error output are kept.
const maxComplaint = 4 << 10

// Send shows a notification. environ is the environment of the tool, and must hold no secrets.
// Title and text are untrusted: whatever could format them or break the line is replaced or
// removed. The error is the tool's; if there is no tool, it wraps [exec.ErrNotFound].
func Send(ctx context.Context, environ []string, title, text string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	t := toolOf(runtime.GOOS, note{safe(title, maxTitle), safe(text, maxText)})
	path, err := exec.LookPath(t.name)
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is not installed: %w", t.name, exec.ErrNotFound)
	}
	if err != nil {
		return err
	}
	complaint := &bounded{}
	c := exec.CommandContext(ctx, path, t.args...)
	c.Env = append(environ[:len(environ):len(environ)], t.environ...)
	c.Stdout, c.Stderr = complaint, complaint
	c.WaitDelay = time.Second
	err = c.Run()
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay): // child processes left behind are not waited for
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s did not end in time", t.name)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	line, _, _ := strings.Cut(complaint.String(), "\n")
	return fmt.Errorf("%s failed: %s", t.name, cmp.Or(safe(line, maxText), err.Error()))
}

// Available returns nil if a program to show notifications is installed, or an error that names
// the missing one.
func Available() error {
	t := toolOf(runtime.GOOS, note{})
	if _, err := exec.LookPath(t.name); err != nil {
		return fmt.Errorf("%s is not installed", t.name)
	}
	return nil
}

// A note is one notification.
type note struct{ title, text string }

// A tool is a command that shows one notification.
type tool struct {
	name          string
	args, environ []string
}

// toolOf returns the tool of a system.
func toolOf(system string, n note) tool {
	switch system {
	case "darwin":
		// The first argument never begins with a hyphen, so no later one is parsed as a flag.
		return tool{name: "osascript", args: []string{"-e", appleScript, "backupdoctor", n.title, n.text}}
	case "windows":
		return tool{
			name:    "powershell",
			args:    []string{"-NoProfile", "-NonInteractive", "-Command", powerShell},
			environ: []string{"BACKUPDOCTOR_NOTE_TITLE=" + n.title, "BACKUPDOCTOR_NOTE_TEXT=" + n.text},
		}
	default:
		return tool{name: "notify-send", args: []string{"--app-name=backupdoctor", "--category=device", "--", n.title, unformatted.Replace(n.text)}}
	}
}

const appleScript = `on run argv
	display notification (item 3 of argv) with title (item 2 of argv)
end run`

// powerShell shows the notification under PowerShell's own name, since a program needs to be
// installed to have one. It works in Windows PowerShell, which every Windows has.
const powerShell = `$ErrorActionPreference = 'Stop'
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $toast.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($toast.CreateTextNode($env:BACKUPDOCTOR_NOTE_TITLE))
$null = $texts.Item(1).AppendChild($toast.CreateTextNode($env:BACKUPDOCTOR_NOTE_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($toast))`

// unformatted replaces characters that could format a text: notify-send interprets backslashes,
// and most desktops render tags, some of which load pictures. It uses look-alikes instead of
// escapes, which desktops without tag support would show literally.
var unformatted = strings.NewReplacer("<", "‹", ">", "›", `\`, "∖")

// safe returns a text on one line, without control characters, truncated to a number of
// characters.
func safe(text string, letters int) string {
	short := []rune(report.Clean(text))
	if len(short) > letters {
		short = append(short[:letters-1], '…')
	}
	return string(short)
}

// bounded keeps the first maxComplaint bytes written.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), maxComplaint-b.Len())])
	return len(p), nil
}
