// Package notify shows a note on the desktop: through notify-send, osascript or PowerShell,
// whichever the system has. A library would bring ten modules and no deadline, and some of
// them write the text into a script; here it never becomes a part of one.
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

// How much of a note is shown, in letters. Desktops show less.
const (
	maxTitle = 100
	maxText  = 300
)

// patience is how long a tool may take: it hands the note over and ends.
const patience = 10 * time.Second

// maxComplaint bounds what is kept of a tool's complaint, in bytes.
const maxComplaint = 4 << 10

// Send shows a note. environ is the environment for the tool that is started, and must hold
// no secret. A title or text may be a stranger's: whatever could format it, or break its
// line, is dropped. The error is one of the tool; where there is none, it wraps
// [exec.ErrNotFound].
func Send(ctx context.Context, environ []string, title, text string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
	case err == nil || errors.Is(err, exec.ErrWaitDelay): // what it left behind is not waited for
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s did not end in time", t.name)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	line, _, _ := strings.Cut(complaint.String(), "\n")
	return fmt.Errorf("%s failed: %s", t.name, cmp.Or(safe(line, maxText), err.Error()))
}

// Available reports whether there is a program to show notes. The error says which is missing.
func Available() error {
	t := toolOf(runtime.GOOS, note{})
	if _, err := exec.LookPath(t.name); err != nil {
		return fmt.Errorf("%s is not installed", t.name)
	}
	return nil
}

// A note is what is shown.
type note struct{ title, text string }

// A tool is a program that shows one note.
type tool struct {
	name          string
	args, environ []string
}

// toolOf is the tool of a system.
func toolOf(system string, n note) tool {
	switch system {
	case "darwin":
		// The first argument begins with no hyphen, so no later one is taken for a flag.
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

// powerShell shows the note under PowerShell's own name, since a program has none of its own
// before it is installed. It works in Windows PowerShell, which every Windows has.
const powerShell = `$ErrorActionPreference = 'Stop'
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$toast = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $toast.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($toast.CreateTextNode($env:BACKUPDOCTOR_NOTE_TITLE))
$null = $texts.Item(1).AppendChild($toast.CreateTextNode($env:BACKUPDOCTOR_NOTE_TEXT))
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show([Windows.UI.Notifications.ToastNotification]::new($toast))`

// unformatted takes away what could format a text: notify-send unfolds backslashes, and most
// desktops read tags, some of which load pictures. Its likes are taken and not its escapes,
// for desktops that know no tags show those as they are.
var unformatted = strings.NewReplacer("<", "‹", ">", "›", `\`, "∖")

// safe makes a text one line, without control characters, of so many letters at most.
func safe(text string, letters int) string {
	short := []rune(report.Clean(text))
	if len(short) > letters {
		short = append(short[:letters-1], '…')
	}
	return string(short)
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), maxComplaint-b.Len())])
	return len(p), nil
}
