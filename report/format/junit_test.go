package format

import (
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

func junitOf(r report.Report) string {
	var out strings.Builder
	if err := WriteJUnit(&out, r); err != nil {
		return err.Error()
	}
	return out.String()
}

// An element is an XML element as a generic reader sees it.
type element struct {
	name     string
	attrs    map[string]string
	text     string
	children []*element
}

// elementsOf parses a document, and fails if it is not well-formed XML 1.0.
func elementsOf(t testing.TB, document string) *element {
	t.Helper()
	root := &element{}
	open := []*element{root}
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			last.children = append(last.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.text += string(token)
		}
	}
	if len(root.children) != 1 {
		t.Fatalf("%d root elements", len(root.children))
	}
	return root.children[0]
}

// A junitRule is what a JUnit element may contain according to junit-10.xsd of Jenkins' xUnit
// plugin, which rejects invalid files.
type junitRule struct {
	required, optional []string // attributes
	children           []string
	text               bool
}

var junitRules = map[string]junitRule{
	"testsuites": {nil, []string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}, false},
	"testsuite": {[]string{"name", "tests", "failures", "errors"},
		[]string{"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
		[]string{"properties", "testcase", "system-out", "system-err"}, false},
	"properties": {nil, nil, []string{"property"}, false},
	"property":   {[]string{"name", "value"}, nil, nil, false},
	"testcase":   {[]string{"name"}, []string{"time", "classname", "group"}, []string{"skipped", "error", "failure", "system-out", "system-err"}, false},
	"failure":    {nil, []string{"type", "message"}, nil, true},
	"error":      {nil, []string{"type", "message"}, nil, true},
	"skipped":    {nil, []string{"type", "message"}, nil, true},
	"system-out": {nil, nil, nil, true},
}

var (
	junitTimestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	junitNumbers   = []string{"tests", "failures", "errors", "skipped"}
)

// holdsLayout validates an element and its descendants: attributes, children, text.
func holdsLayout(t testing.TB, e *element) {
	t.Helper()
	rule, known := junitRules[e.name]
	if !known {
		t.Fatalf("an element %s", e.name)
	}
	for _, name := range rule.required {
		if _, there := e.attrs[name]; !there {
			t.Errorf("%s without %s", e.name, name)
		}
	}
	for name, value := range e.attrs {
		if !slices.Contains(slices.Concat(rule.required, rule.optional), name) {
			t.Errorf("%s has an attribute %s", e.name, name)
		}
		if _, err := strconv.ParseUint(value, 10, 32); err != nil && slices.Contains(junitNumbers, name) {
			t.Errorf("%s is %q", name, value)
		}
		if name == "timestamp" && !junitTimestamp.MatchString(value) {
			t.Errorf("%s is %q", name, value)
		}
		if strings.ContainsFunc(value, report.Hidden) {
			t.Errorf("%s of %s holds what is hidden: %q", name, e.name, value)
		}
	}
	if !rule.text && strings.TrimSpace(e.text) != "" {
		t.Errorf("%s has the text %q", e.name, e.text)
	}
	if strings.ContainsFunc(strings.ReplaceAll(e.text, "\n", ""), report.Hidden) {
		t.Errorf("%s holds what is hidden: %q", e.name, e.text)
	}
	for _, child := range e.children {
		if !slices.Contains(rule.children, child.name) {
			t.Errorf("%s holds %s", e.name, child.name)
		}
		holdsLayout(t, child)
	}
}

// addUp checks that the counts of suites match their cases, that the counts of the document
// match the suites, and that case names are unique.
func addUp(t testing.TB, root *element) {
	t.Helper()
	all := map[string]int{}
	names := map[string]bool{}
	for _, suite := range root.children {
		counted := map[string]int{"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
		for _, c := range suite.children {
			if c.name != "testcase" {
				continue
			}
			if name := c.attrs["classname"] + "." + c.attrs["name"]; names[name] {
				t.Errorf("two cases %q", name)
			} else {
				names[name] = true
			}
			counted["tests"]++
			for _, outcome := range c.children {
				if n := map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"}[outcome.name]; n != "" {
					counted[n]++
				}
			}
		}
		for n, count := range counted {
			if suite.attrs[n] != strconv.Itoa(count) {
				t.Errorf("%s of %s: %s, counted %d", n, suite.attrs["name"], suite.attrs[n], count)
			}
			all[n] += count
		}
	}
	for _, n := range []string{"tests", "failures", "errors"} {
		if root.attrs[n] != strconv.Itoa(all[n]) {
			t.Errorf("%s of all: %s, counted %d", n, root.attrs[n], all[n])
		}
	}
}

// outcomesOf returns the outcome of each case of a suite, by name.
func outcomesOf(suite *element) map[string]string {
	outcomes := map[string]string{}
	for _, c := range suite.children {
		if c.name != "testcase" {
			continue
		}
		outcomes[c.attrs["name"]] = "passed"
		for _, child := range c.children {
			outcomes[c.attrs["name"]] = child.name + ": " + child.attrs["message"] + child.text
		}
	}
	return outcomes
}

func propertiesOf(suite *element) map[string]string {
	found := map[string]string{}
	for _, child := range suite.children {
		for _, property := range child.children {
			if property.name == "property" {
				found[property.attrs["name"]] = property.attrs["value"]
			}
		}
	}
	return found
}

func TestJUnitTellsEveryStatus(t *testing.T) {
	root := elementsOf(t, junitOf(report.New(reporttest.Run(labelled(reporttest.Failing("Léa’s iPhone"), "7", device.Field{Name: "Room", Value: "112"}), reporttest.Unexamined("Sam’s iPhone")))))
	holdsLayout(t, root)
	addUp(t, root)
	if len(root.children) != 3 {
		t.Fatalf("%d suites", len(root.children))
	}
	want := map[string]string{
		"examined":                         "passed",
		"backed up":                        "failure: iCloud Backup is off; the last good backup is 23 days old.",
		"backup-turned-off":                "failure: iCloud Backup is off.iCloud Backup switch: off (expected on)\nWhat to do:\n1. Switch iCloud Backup on",
		"backup-stale":                     "failure: The last good backup is 23 days old.Explained by: backup-turned-off\nWhat to do:\n1. Back up now",
		"wifi-missing":                     "system-out: warning: The device is not on Wi-Fi at this moment.\nWhat to do:\n1. Join a Wi-Fi network",
		"not-trusted":                      "skipped: the device refused to report it (GetProhibited)",
		"icloud-storage-full":              "skipped: Is iCloud full?",
		"not-trusted (2)":                  "passed",
		"icloud-storage-full (“the plan”)": "skipped: suppressed: “ordered on Monday”, until 2026-12-20T08:30:00Zwarning: Little room is left.",
	}
	if diff := cmp.Diff(want, outcomesOf(root.children[1])); diff != "" {
		t.Error(diff)
	}
	if got := outcomesOf(root.children[2])["examined"]; got != "error: the Trust dialog is waiting on the deviceThe Trust dialog is waiting on the device.\nWhat to do:\n1. Trust this computer" {
		t.Errorf("not examined: %q", got)
	}
	told := propertiesOf(root.children[1])
	for name, value := range map[string]string{"udid": "00008110-000514AE0C22801E", "serial": "F2L7", "slot": "7", "asset.Room": "112", "verdict": "failing", "retried": "timeout"} {
		if told[name] != value {
			t.Errorf("%s is %q", name, told[name])
		}
	}
}

// Servers detect new failures by name, so names must not depend on what else is attached.
func TestJUnitNamesStayFromRunToRun(t *testing.T) {
	names := func(run report.Run) []string {
		suite := elementsOf(t, junitOf(report.New(run))).children[1]
		names := []string{suite.attrs["name"]}
		for _, c := range suite.children {
			names = append(names, c.attrs["classname"]+" "+c.attrs["name"])
		}
		return names
	}
	twin := reporttest.Well("iPhone")
	twin.Snapshot.Device.UDID = "00008130-00061D8A2E41401C"
	later := reporttest.Well("iPhone")
	later.Snapshot.TakenAt = reporttest.SampleTime.AddDate(0, 0, 1)
	alone := names(reporttest.Run(reporttest.Well("iPhone")))
	if diff := cmp.Diff(alone, names(report.Run{ID: "another", Examined: []report.Examined{later, twin}})); diff != "" {
		t.Error(diff)
	}
	if want := "“iPhone” (00008120-000A1C2E3F4A5B6C)"; alone[0] != want {
		t.Errorf("the suite is called %q, want %q", alone[0], want)
	}
}

func TestJUnitTellsHowTheRunEnded(t *testing.T) {
	for name, test := range map[string]struct {
		run  report.Run
		want string
	}{
		"whole":       {reporttest.Run(reporttest.Well("x")), "passed"},
		"interrupted": {report.Run{Gaps: []device.Gap{{Reason: device.Interrupted}}, Examined: []report.Examined{reporttest.Well("x")}}, "error: the run was interruptedthe run was interrupted"},
		"no usbmuxd":  {report.Run{Gaps: []device.Gap{{Reason: device.Unreachable}}}, "error: usbmuxd could not be reachedusbmuxd could not be reached"},
		"no device":   {report.Run{}, "skipped: no device is attached, or no backup was found"},
		"in a device": {reporttest.Run(reporttest.Ended(reporttest.Well("x"), device.Interrupted)), "error: interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(test.run)
			root := elementsOf(t, junitOf(r))
			holdsLayout(t, root)
			addUp(t, root)
			if got := outcomesOf(root.children[0])["complete"]; got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := propertiesOf(root.children[0]); got["partial"] != strconv.FormatBool(r.Partial) || got["exitCode"] != strconv.Itoa(r.ExitCode()) {
				t.Errorf("properties %v", got)
			}
		})
	}
}

// A case must fail exactly if the exit code does.
func TestJUnitIsRedWhereTheExitCodeIs(t *testing.T) {
	for name, recording := range recordings(t) {
		run := runOf(recording)
		for _, run.Subject = range []string{report.OfDevices, report.OfBackups} {
			r := report.New(run)
			if r.Subject == report.OfBackups && r.Summary.Backups == (report.BackupCounts{}) {
				continue
			}
			root := elementsOf(t, junitOf(r))
			holdsLayout(t, root)
			addUp(t, root)
			red := root.attrs["failures"] != "0" || root.attrs["errors"] != "0"
			if want := r.ExitCode() != report.ExitNoProblem && r.ExitCode() != report.ExitNoDevice; red != want {
				t.Errorf("%s, %s: exit code %d, %s failures and %s errors", name, r.Subject, r.ExitCode(), root.attrs["failures"], root.attrs["errors"])
			}
		}
	}
}

func TestJUnitTellsEveryBackup(t *testing.T) {
	run := runOf(recordings(t)["local-backups"])
	run.Subject = report.OfBackups
	run.Places = []report.Place{{Path: "/Volumes/Disk", Reason: "not-permitted"}}
	suites := elementsOf(t, junitOf(report.New(run))).children
	outcomes := outcomesOf(suites[0])
	for _, suite := range suites[1:] {
		for name, outcome := range outcomesOf(suite) {
			outcomes[name], _, _ = strings.Cut(outcome, "\n")
		}
	}
	want := map[string]string{
		"complete":                                           "error: whether there are backups in “/Volumes/Disk” is unknown: this program may not read it on this computerwhether there are backups in “/Volumes/Disk” is unknown: this program may not read it on this computer",
		"backup “00008030-000E11000A84802E”":                 "system-out: old: The backup is old: “253 days”.",
		"backup “00008110-001A2B3C4D5E6F70”":                 "failure: blob-missing; oldblob-missing: Files that the manifest lists are missing (1 of 3).",
		"backup “00008110-001A2B3C4D5E6F70-20260301-101500”": "system-out: old: The backup is old: “253 days”.",
		"backup “00008120-001A2B3C4D5E6F71”":                 "failure: properties-unreadable; manifest-unreadable; oldproperties-unreadable: Manifest.plist is missing, empty or not readable: it says whether the backup is encrypted, and holds the keys if it is: “it is empty or truncated”.",
		"backup “00008130-001A2B3C4D5E6F72”":                 "error: password-needed; old; encryptedpassword-needed: The list of files is encrypted, and no password was given.",
		"backup “00008140-001A2B3C4D5E6F73”":                 "failure: interrupted-upload; blob-missing; oldinterrupted-upload: The last backup has not finished: it was copying files, or still is.",
	}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Error(diff)
	}
}

func FuzzJUnit(f *testing.F) {
	f.Add("]]></failure><error/>", "\x00\x0b\ufffe\uffff\ud7ff")
	f.Add("<!ENTITY a SYSTEM \"file:///etc/passwd\">&a;", "\xff\xed\xa0\x80\r\n\t'\"")
	f.Fuzz(func(t *testing.T, name, text string) {
		examined := labelled(reporttest.Failing(name), text, device.Field{Name: name, Value: text})
		examined.Diagnosis.Headline = text
		examined.Diagnosis.Causes[0].Subject, examined.Diagnosis.Causes[0].Summary = name, text
		examined.Diagnosis.Causes[1].Evidence = []checks.Evidence{{Key: name, Value: text}}
		examined.Diagnosis.Unread[0].Gap.Detail = text
		examined.Silenced[0].Because = text
		examined.Snapshot.Device.UDID = text
		root := elementsOf(t, junitOf(report.New(reporttest.Run(examined, reporttest.Unexamined(name), examined))))
		holdsLayout(t, root)
		addUp(t, root)
		if got := propertiesOf(root.children[1])["name"]; got != report.Clean(name) {
			t.Errorf("%q became %q", name, got)
		}
	})
}

func ExampleWriteJUnit() {
	fmt.Print(junitOf(report.New(report.Run{Tool: "1.2.3"})))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites name="backupdoctor" tests="1" failures="0" errors="0">
	//   <testsuite name="run" tests="1" failures="0" errors="0" skipped="1">
	//     <properties>
	//       <property name="subject" value="devices"></property>
	//       <property name="toolVersion" value="1.2.3"></property>
	//       <property name="partial" value="false"></property>
	//       <property name="redacted" value="false"></property>
	//       <property name="exitCode" value="4"></property>
	//     </properties>
	//     <testcase name="complete" classname="backupdoctor.run">
	//       <skipped message="no device is attached, or no backup was found" type="no-device"></skipped>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}
