package hook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// maxFact limits the length of one value, in characters: a program cannot start if its environment
// is too large. The report on stdin is complete.
const maxFact = 1000

// facts returns the environment variables for a command. Each is always set, and empty if there
// is no value.
func facts(r report.Report) []string {
	d := r.Devices[0]
	lastBackup := ""
	if !d.LastBackup.IsZero() {
		lastBackup = d.LastBackup.UTC().Format(time.RFC3339)
	}
	var variables []string
	for _, fact := range []struct{ name, value string }{
		{"UDID", d.UDID},
		{"SERIAL", d.Serial},
		{"NAME", d.Name},
		{"SLOT", d.Slot},
		{"LOCATION", d.Location},
		{"VERDICT", d.Verdict},
		{"HEADLINE", d.Headline},
		{"CAUSES", strings.Join(causes(d), ",")},
		{"LAST_BACKUP", lastBackup},
		{"RUN", r.Run},
		{"EXIT_CODE", strconv.Itoa(r.ExitCode())},
	} {
		variables = append(variables, "BACKUPDOCTOR_"+fact.name+"="+short(fact.value, maxFact))
	}
	return variables
}

// causes returns the IDs of the checks with a finding that nothing else explains, without
// duplicates, in report order.
func causes(d report.Device) []string {
	var ids []string
	for _, f := range d.Findings {
		if f.ExplainedBy == "" && (f.Status == "problem" || f.Status == "warning") && !slices.Contains(ids, f.Check) {
			ids = append(ids, f.Check)
		}
	}
	return ids
}

// label returns the slot of a device, or else its name, or else its UDID.
func label(d report.Device) string {
	if d.Slot != "" {
		return short("slot "+d.Slot, 40)
	}
	return cmp.Or(short(d.Name, 40), short(d.UDID, 64), "a device")
}

// short returns an untrusted text on one line, without control characters, truncated to a number
// of characters.
func short(text string, letters int) string {
	clean := []rune(report.Clean(text))
	if len(clean) > letters {
		clean = append(clean[:letters-1], '…')
	}
	return string(clean)
}
