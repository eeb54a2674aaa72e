package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// What the log of a failed attempt names is often what the backup failed on: an app's files
// that are listed but missing, an app bundle without its app, or the container of an app that
// did not come from the App Store.

var (
	appDomain    = regexp.MustCompile(`App(?:Domain(?:Group|Plugin)?)-([A-Za-z0-9][A-Za-z0-9._-]*)`)
	appBundle    = regexp.MustCompile(`/Application/[0-9A-Fa-f-]{36}/([^/":]+)\.app\b`)
	appContainer = regexp.MustCompile(`[Cc]ontainers/(?:Data|Shared|Bundle)/[A-Za-z]+/([0-9A-Fa-f-]{36})`)
	trouble      = regexp.MustCompile(`(?i)fail|error|exception|no such file|not found|cannot|could not|unable|denied`)
)

// namedAppRemedies are the remedies for an app named in a log, where no message needs to be
// read first.
var namedAppRemedies = []remedies.ID{remedies.UpdateApp, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.DeleteNamedApp}

// maxNamed is the most apps that a log may name for them to be blamed: if it names more, the
// apps are not at fault.
const maxNamed = 2

// namedApp returns a finding for the app, or app container, that a log names when reporting
// trouble. ok is false if it names none or many, or if the backup has completed.
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
	f = heardSaying(s, a, Problem, fmt.Sprintf("Where the log reports errors, it names %s: the backup may fail because of it, especially if it was not installed from the App Store", strings.Join(names, " and ")))
	f.Subject = names[0]
	f.Remedies = namedAppRemedies
	return f, true
}

// nameIn returns how a line names an app: by bundle identifier, by bundle, or only by
// container.
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
