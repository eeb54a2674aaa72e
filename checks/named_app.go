package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// What a log of a failed attempt names is often the one thing that the backup tripped over:
// an app's files that are listed and gone, an app bundle without its app, the container of
// an app that did not come from the App Store.

var (
	appDomain    = regexp.MustCompile(`App(?:Domain(?:Group|Plugin)?)-([A-Za-z0-9][A-Za-z0-9._-]*)`)
	appBundle    = regexp.MustCompile(`/Application/[0-9A-Fa-f-]{36}/([^/":]+)\.app\b`)
	appContainer = regexp.MustCompile(`[Cc]ontainers/(?:Data|Shared|Bundle)/[A-Za-z]+/([0-9A-Fa-f-]{36})`)
	trouble      = regexp.MustCompile(`(?i)fail|error|exception|no such file|not found|cannot|could not|unable|denied`)
)

// namedAppRemedies are those of an app that a log names: there is no message to read first.
var namedAppRemedies = []remedies.ID{remedies.UpdateApp, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.DeleteNamedApp}

// maxNamed is how many apps a log may name for them to be to blame: where a log names more,
// the fault is not theirs.
const maxNamed = 2

// namedApp tells of the app, or of the container of one, that a log names where it tells of
// trouble. ok is false where none is, where many are, or where the backup has completed.
func namedApp(s device.Snapshot, a device.Attempt) (f Finding, ok bool) {
	if a.Outcome == device.AttemptSucceeded {
		return Finding{}, false
	}
	var names []string
	var lines []device.LogLine
	for _, line := range a.Lines {
		if !strings.HasPrefix(line.Process, "backupd") || !trouble.MatchString(line.Text) {
			continue
		}
		if name, found := nameIn(line.Text); found {
			lines = append(lines, line)
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 || len(names) > maxNamed {
		return Finding{}, false
	}
	a.Lines = lines[:min(len(lines), maxQuoted)]
	f = heardSaying(s, a, Problem, fmt.Sprintf("Where the log tells of trouble, it names %s: the backup may trip over it, above all if it was not installed from the App Store", strings.Join(names, " and ")))
	f.Subject = names[0]
	f.Remedies = namedAppRemedies
	return f, true
}

// nameIn is how a line names an app: by its bundle identifier, by its bundle, or by its
// container alone.
func nameIn(text string) (name string, ok bool) {
	for _, by := range []struct {
		shape *regexp.Regexp
		says  string
	}{
		{appDomain, "the app %s"},
		{appBundle, "the app %s"},
		{appContainer, "the container %s of an app"},
	} {
		if match := by.shape.FindStringSubmatch(text); match != nil {
			return fmt.Sprintf(by.says, device.Token(match[1])), true
		}
	}
	return "", false
}
