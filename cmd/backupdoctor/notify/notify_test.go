package notify

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A malicious device name is passed as one argument or variable, and never as a flag.
func TestToolOf(t *testing.T) {
	n := note{"-e", `--help "; do shell script "id" & 'x' $(id) <b>\074b\076`}
	for system, want := range map[string]tool{
		"linux": {name: "notify-send", args: []string{
			"--app-name=backupdoctor", "--category=device", "--", "-e", `--help "; do shell script "id" & 'x' $(id) ‹b›∖074b∖076`,
		}},
		"darwin":  {name: "osascript", args: []string{"-e", appleScript, "backupdoctor", n.title, n.text}},
		"windows": {name: "powershell", args: []string{"-NoProfile", "-NonInteractive", "-Command", powerShell}, environ: []string{"BACKUPDOCTOR_NOTE_TITLE=-e", "BACKUPDOCTOR_NOTE_TEXT=" + n.text}},
	} {
		if diff := cmp.Diff(want, toolOf(system, n), cmp.AllowUnexported(tool{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", system, diff)
		}
	}
}

// The scripts refer to the texts, which are never inserted into them.
func TestScriptsAreConstant(t *testing.T) {
	for name, script := range map[string]string{"AppleScript": appleScript, "PowerShell": powerShell} {
		if strings.ContainsAny(script, "%`\"") {
			t.Errorf("%s has what could be filled in, or needs quotes that a command line may lose:\n%s", name, script)
		}
	}
}

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{
		"Ada’s iPhone":              "Ada’s iPhone",
		"a\nb\x1b[31m\x00\u202ec":   "a b[31mc",
		"":                          "",
		strings.Repeat("é", 12):     strings.Repeat("é", 12),
		strings.Repeat("é", 13):     strings.Repeat("é", 11) + "…",
		"\xff" + "Z" + "\u0300\xfe": "\uFFFDZ\u0300\uFFFD",
	} {
		if got := safe(text, 12); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func FuzzNote(f *testing.F) {
	f.Add("Ada’s iPhone", "<b>\\074b\\076\x00")
	f.Fuzz(func(t *testing.T, title, text string) {
		n := note{safe(title, maxTitle), safe(text, maxText)}
		for _, system := range []string{"linux", "darwin", "windows"} {
			used := toolOf(system, n)
			for _, argument := range slices.Concat(used.args, used.environ) {
				if strings.ContainsRune(argument, 0) {
					t.Errorf("%q cannot be passed on", argument)
				}
			}
		}
		if shown := toolOf("linux", n).args[4]; strings.ContainsAny(shown, "<>\\\n") || len([]rune(shown)) > maxText {
			t.Errorf("%q is formatted, or too long", shown)
		}
	})
}
