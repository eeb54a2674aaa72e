package checks

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// The patients are recordings in testdata/patients, each of one device. A patient in which a
// cause is found is named after its check; if the log shows the cause, .heard is appended.
// These patients are healthy, as far as they show:
var wellPatients = []string{
	"fresh",         // a backup completed this morning
	"answered-well", // the last good backup is old, and a person has ruled out all that a person can
}

// Patients about which little is known.
var openPatients = []string{
	"stale",       // the last good backup is old, and nobody was asked why
	"silent",      // trusts this computer, but then does not answer
	"unanswering", // does not even report whether it trusts this computer
}

// notAlarmed rule out a false alarm: with an old backup, a notice is to be believed.
var notAlarmed = []string{"answered-well"}

func patient(t *testing.T, name string) device.Snapshot {
	t.Helper()
	file, err := os.Open(filepath.Join("../testdata/patients", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	recording, err := device.ReadRecording(file)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(recording.Snapshots) != 1 {
		t.Fatalf("%s: %d devices, want one", name, len(recording.Snapshots))
	}
	return recording.Snapshots[0]
}

// patients returns all of them, sorted.
func patients(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../testdata/patients/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".json"))
	}
	return names
}

// TestEveryCauseHasItsPatients checks that each cause is found in one patient, ruled out in
// another and left open in a third.
func TestEveryCauseHasItsPatients(t *testing.T) {
	for _, check := range All() {
		found := statusOf(t, check, check.ID)
		if check == falseAlarm {
			if found != OK || statusOf(t, check, notAlarmed[0]) == OK {
				t.Errorf("%s: found %s", check.ID, found)
			}
		} else if found != Problem && found != Warning {
			t.Errorf("%s is not found in its patient: %s", check.ID, found)
		}
		if heard := check.ID + ".heard"; slices.Contains(patients(t), heard) && firstIn(t, check, []string{heard}, Problem, Warning) == "" {
			t.Errorf("%s is not found in %s", check.ID, heard)
		}
		if name := firstIn(t, check, wellPatients, OK); name == "" && check != falseAlarm {
			t.Errorf("%s is ruled out in nobody", check.ID)
		}
		if firstIn(t, check, openPatients, Ask, Unknown) == "" {
			t.Errorf("%s is open in nobody", check.ID)
		}
	}
	known := slices.Concat(wellPatients, openPatients)
	for _, check := range All() {
		known = append(known, check.ID, check.ID+".heard")
	}
	for _, name := range patients(t) {
		if !slices.Contains(known, name) {
			t.Errorf("the patient %s is for no check", name)
		}
	}
}

func statusOf(t *testing.T, check *Check, name string) Status {
	t.Helper()
	return Run(patient(t, name), []*Check{check})[0].Status
}

// firstIn returns the first patient for which a check has one of these statuses; "" if there is
// none.
func firstIn(t *testing.T, check *Check, names []string, statuses ...Status) string {
	t.Helper()
	for _, name := range names {
		if slices.Contains(statuses, statusOf(t, check, name)) {
			return name
		}
	}
	return ""
}

// A witness is a kind of evidence, identified by prefixes of its sources.
type witness struct {
	name    string
	sources []string
}

// witnesses are all kinds of evidence, in the order of the columns.
var witnesses = []witness{
	{"device", []string{"usbmux ", "lockdown ", "diagnostics_relay ", "MCInstall ", "names of crash reports"}},
	{"records", []string{"HomeDomain ", "RootDomain ", "SystemPreferencesDomain "}},
	{"log", []string{"a saved log", "the device's log "}},
	{"computer backups", []string{"Manifest.plist ", "Status.plist ", "the backup's ", "the folders of the backups", "this computer"}},
	{"network", []string{"this computer's network", "Apple's system status page"}},
	{"person", []string{answerSource}},
}

// noWitnesses only accompany the device's evidence: what is known about its version or code.
var noWitnesses = []string{"embedded table of releases", "the table of codes", "https://"}

// evidenceTable returns a section of the README; see TestReadme. It is based only on what the
// patients show.
func evidenceTable(t *testing.T) string {
	t.Helper()
	judging := map[*Check]map[string]bool{}
	for _, name := range patients(t) {
		for _, f := range Run(patient(t, name), All()) {
			for _, e := range f.Evidence {
				if f.Status != Ask && f.Status != Unknown && !begins(e.Source, noWitnesses) {
					add(judging, f.Check, witnessOf(t, e.Source))
				}
			}
		}
	}
	var b strings.Builder
	b.WriteString(evidenceHead)
	for _, w := range witnesses {
		fmt.Fprintf(&b, " %s |", w.name)
	}
	b.WriteString(" Found in | Ruled out in | Open in |\n|" + strings.Repeat(" --- |", len(witnesses)+4) + "\n")
	for _, check := range All() {
		fmt.Fprintf(&b, "| [%s](#%s) |", check.ID, check.ID)
		for _, w := range witnesses {
			mark := " "
			if judging[check][w.name] {
				mark = " ● "
			}
			b.WriteString(mark + "|")
		}
		well := firstIn(t, check, wellPatients, OK)
		if check == falseAlarm {
			well = notAlarmed[0]
		}
		fmt.Fprintf(&b, " %s | %s | %s |\n", check.ID, well, firstIn(t, check, openPatients, Ask, Unknown))
	}
	return b.String()
}

const evidenceHead = `
# The evidence

Which kind of evidence settles each check in the patients of ` + "`testdata/patients`" + `: what the *device* says now, its own *records* of the past, its *log* while it backs up (` + "`listen`" + `), the *computer backups* of it, what this computer sees of the *network* (` + "`--net`" + `), and a *person* (` + "`--ask`" + `, ` + "`--answers`" + `). The last columns name a patient in whom the cause is found, one in whom it is ruled out, and one in whom it stays open.

| Check |`

func begins(source string, with []string) bool {
	return slices.ContainsFunc(with, func(prefix string) bool { return strings.HasPrefix(source, prefix) })
}

func add(judging map[*Check]map[string]bool, check *Check, witness string) {
	if judging[check] == nil {
		judging[check] = map[string]bool{}
	}
	judging[check][witness] = true
}

func witnessOf(t *testing.T, source string) string {
	t.Helper()
	longest, name := "", ""
	for _, w := range witnesses {
		for _, prefix := range w.sources {
			if strings.HasPrefix(source, prefix) && len(prefix) > len(longest) {
				longest, name = prefix, w.name
			}
		}
	}
	if name != "" {
		return name
	}
	t.Errorf("no witness is known for evidence from %q: add it to the list", source)
	return ""
}
