package hook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// maxFact bounds one variable, in letters: an environment must not grow too large to start a
// program with, and the report on stdin has everything in full.
const maxFact = 1000

// facts are the variables for a command. Each is there for every device, and empty if there
// is nothing to say.
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

// causes are the ids of the checks that found something which nothing else explains, each
// once, in the order of the report.
func causes(d report.Device) []string {
	var ids []string
	for _, f := range d.Findings {
		if f.ExplainedBy == "" && (f.Status == "problem" || f.Status == "warning") && !slices.Contains(ids, f.Check) {
			ids = append(ids, f.Check)
		}
	}
	return ids
}

// label is what a device is called beside others: its slot, or else its name.
func label(d report.Device) string {
	if d.Slot != "" {
		return short("slot "+d.Slot, 40)
	}
	return cmp.Or(short(d.Name, 40), short(d.UDID, 64), "a device")
}

// short makes a stranger's text one line without control characters, of so many letters at
// most.
func short(text string, letters int) string {
	clean := []rune(report.Clean(text))
	if len(clean) > letters {
		clean = append(clean[:letters-1], '…')
	}
	return string(clean)
}
