package format

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteJUnit writes the report as JUnit XML for CI servers, valid against the schema of
// Jenkins' xUnit plugin: one suite for the run, and one per device with a case per finding.
//
//	problem                           failure
//	warning                           passed, with a note in system-out
//	unknown, ask, suppressed          skipped, with the reason or the question
//	device not fully examined         error in its case "examined"
//	devices may be missing            error in the run's case "complete"
//
// A report about backups has a case per backup instead: whole passes, broken is a failure, and
// cannot-tell is an error. The text lists what the verdict follows from.
//
// A warning does not fail its case because it does not fail the run: a device at risk gives
// exit code 0, and JUnit has nothing between passed and failed. Names are stable across runs,
// whatever else is attached: a suite is named by the device's name and UDID, a case by the
// check and its subject. The duration of a case is not measured, so it is omitted.
func WriteJUnit(w io.Writer, r report.Report) error {
	total := junitSuites{Name: r.Tool.Name}
	for suite := range suitesOf(r) {
		total.Tests += suite.Tests
		total.Failures += suite.Failures
		total.Errors += suite.Errors
	}
	text := bufio.NewWriter(w)
	text.WriteString(xml.Header)
	encoder := xml.NewEncoder(text)
	encoder.Indent("", "  ")
	if err := total.encode(encoder, suitesOf(r)); err != nil {
		return writing(err)
	}
	text.WriteByte('\n')
	return writing(text.Flush())
}

// suitesOf returns the suites of a report with their counts. They are generated twice, once for
// the totals at the top of the file and once to be written, so that a report of thousands of
// devices is not held in memory.
func suitesOf(r report.Report) iter.Seq[junitSuite] {
	return func(yield func(junitSuite) bool) {
		counted := func(suite junitSuite) bool {
			suite.count()
			return yield(suite)
		}
		if !counted(runSuite(r)) {
			return
		}
		ids := identities(r.Devices)
		for i, d := range r.All() {
			cases := func(d report.Device) []junitCase { return findingCases(d, r.CodeOf(d)) }
			if r.Subject == report.OfBackups {
				cases = backupCases
			}
			if !counted(deviceSuite(ids[i], d, cases(d))) {
				return
			}
		}
		if suite, ok := inventorySuite(r); ok && !counted(suite) {
			return
		}
		if suite, ok := mdmSuite(r); ok {
			counted(suite)
		}
	}
}

// encode writes the element, suite by suite.
func (t junitSuites) encode(encoder *xml.Encoder, suites iter.Seq[junitSuite]) error {
	attribute := func(name, value string) xml.Attr { return xml.Attr{Name: xml.Name{Local: name}, Value: value} }
	begin := xml.StartElement{Name: xml.Name{Local: "testsuites"}, Attr: []xml.Attr{
		attribute("name", t.Name), attribute("tests", strconv.Itoa(t.Tests)),
		attribute("failures", strconv.Itoa(t.Failures)), attribute("errors", strconv.Itoa(t.Errors)),
	}}
	if err := encoder.EncodeToken(begin); err != nil {
		return err
	}
	for suite := range suites {
		if err := encoder.EncodeElement(suite, xml.StartElement{Name: xml.Name{Local: "testsuite"}}); err != nil {
			return err
		}
	}
	if err := encoder.EncodeToken(begin.End()); err != nil {
		return err
	}
	return encoder.Flush()
}

// junitSuites has no count of skipped cases: the schema allows it only for suites.
type junitSuites struct {
	Name                    string
	Tests, Failures, Errors int
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Timestamp  string          `xml:"timestamp,attr,omitempty"` // UTC; the format has no time zone
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// A junitCase without an outcome has passed.
type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
	Out     *junitOutput  `xml:"system-out"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"` // CDATA keeps the lines readable in the file
}

type junitOutput struct {
	Text string `xml:",cdata"`
}

// junitTime is JUnit's time format.
const junitTime = "2006-01-02T15:04:05"

// runSuite reports whether the run completed. Without it, a run that found nothing would
// produce a file without cases, which CI servers treat as a failed job.
func runSuite(r report.Report) junitSuite {
	suite := junitSuite{Name: "run", Properties: junitProperties(
		"run", r.Run, "subject", r.Subject, "toolVersion", r.Tool.Version,
		"partial", strconv.FormatBool(r.Partial), "redacted", strconv.FormatBool(r.Redacted), "exitCode", strconv.Itoa(r.Exit.Code),
		"hostClock", hostClockNote(r),
	)}
	if !r.TakenAt.IsZero() {
		suite.Timestamp = r.TakenAt.Format(junitTime)
	}
	complete := junitCase{Name: "complete", Class: r.Tool.Name + ".run"}
	missing := missingFrom(r)
	switch {
	case len(missing) > 0:
		complete.Error = &junitOutcome{report.Clean(missing[0]), "incomplete", junitText(missing...)}
	case r.Partial:
		complete.Error = &junitOutcome{Message: r.Exit.Meaning, Type: "incomplete"}
	case r.Exit.Code == report.ExitNoDevice:
		complete.Skipped = &junitOutcome{Message: r.Exit.Meaning, Type: "no-device"}
	}
	suite.Cases = []junitCase{complete}
	return suite
}

// inventorySuite has a skipped case for each inventory device that was not seen and for each
// device that the inventory does not list: neither says anything about a backup.
func inventorySuite(r report.Report) (suite junitSuite, ok bool) {
	if r.Inventory == nil {
		return suite, false
	}
	i := *r.Inventory
	suite = junitSuite{Name: "inventory", Properties: junitProperties(
		"devices", strconv.Itoa(i.Devices), "missing", strconv.Itoa(i.Missing), "unlisted", strconv.Itoa(i.Unlisted),
	)}
	add := func(name, message, kind string) {
		suite.Cases = append(suite.Cases, junitCase{Name: name, Class: r.Tool.Name + ".inventory", Skipped: &junitOutcome{Message: report.Clean(message), Type: kind}})
	}
	for n, key := range i.Unseen {
		add(device.Label(key), cmp.Or(assetText(assetsAt(i, n)), "not seen"), isUnseen)
	}
	for _, d := range i.UnlistedDevices {
		add(device.Label(d.UDID), nameOf(d)+" is not in the inventory", isUnlisted)
	}
	return suite, true
}

// missingFrom returns the reasons why devices, evidence or backups may be missing from a
// report.
func missingFrom(r report.Report) []string {
	missing := convert(r.Gaps, func(g report.Gap) string { return g.Summary })
	for _, p := range r.Places {
		if r.Subject == report.OfBackups && p.Reason != "" {
			missing = append(missing, "whether there are backups in "+device.Quoted(p.Path)+" is unknown: "+reasonOf(p.Reason, ""))
		}
	}
	return missing
}

// junitText cleans texts and joins them with newlines.
func junitText(texts ...string) string { return strings.Join(convert(texts, report.Clean), "\n") }

// junitProperties converts name-value pairs. Unknown values are omitted.
func junitProperties(pairs ...string) []junitProperty {
	var known []junitProperty
	for i := 0; i < len(pairs); i += 2 {
		if value := report.Clean(pairs[i+1]); value != "" {
			known = append(known, junitProperty{report.Clean(pairs[i]), value})
		}
	}
	return known
}

// count counts the cases of a suite.
func (s *junitSuite) count() {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}
