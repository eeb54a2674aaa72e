package format

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
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

func deviceSuite(id string, d report.Device, cases []junitCase) junitSuite {
	suite := junitSuite{Name: id, Timestamp: d.TakenAt.Format(junitTime), Cases: cases, Properties: junitProperties(
		"udid", d.UDID, "serial", d.Serial, "slot", d.Slot, "location", d.Location, "name", d.Name,
		"modelName", d.ModelName, "productType", d.ProductType, "system", d.System, "productVersion", d.ProductVersion, "buildVersion", d.BuildVersion,
		"verdict", d.Verdict, "headline", d.Headline, "retried", d.Retried, "lastBackup", Timestamp(d.LastBackup), "noLastBackup", d.NoLastBackup,
	)}
	if name := report.Clean(d.Name); name != "" {
		suite.Name = device.Quoted(name) + " (" + id + ")"
	}
	for _, f := range d.Asset {
		suite.Properties = append(suite.Properties, junitProperties("asset."+f.Name, f.Value)...)
	}
	names := distinct(convert(cases, func(c junitCase) string { return c.Name }))
	for i := range cases {
		cases[i].Name = names[i]
		cases[i].Class = "backupdoctor." + strings.ReplaceAll(id, ".", "_") // a dot would start a package
	}
	return suite
}

func findingCases(d report.Device, code int) []junitCase {
	cases := []junitCase{examinedCase(d), verdictCase(d, code)}
	for _, f := range d.Findings {
		cases = append(cases, findingCase(f, d))
	}
	for _, s := range d.Suppressed {
		cases = append(cases, silencedCase(s))
	}
	return cases
}

// examinedCase reports whether the device was fully examined.
func examinedCase(d report.Device) junitCase {
	examined := junitCase{Name: "examined"}
	if report.Unfinished(d) {
		why := reasonOf(d.Reason, d.Detail)
		examined.Error = &junitOutcome{report.Clean(why), report.Clean(device.Token(d.Reason)), junitText(append([]string{d.Headline}, junitPlan(convert(d.Plan, func(s report.Step) string { return s.Title }))...)...)}
	}
	return examined
}

// verdictCase fails if the device makes the exit code nonzero at the report's level. A device
// that was not fully examined is left to examinedCase.
func verdictCase(d report.Device, code int) junitCase {
	c := junitCase{Name: "backed up"}
	if code != report.ExitNoProblem && !report.Unfinished(d) {
		c.Failure = &junitOutcome{report.Clean(d.Headline), report.Clean(d.Verdict), junitText(convert(d.Proof, needLine)...)}
	}
	return c
}

// needLine returns one statement that "backed up" requires, and whether it was shown.
func needLine(n report.Need) string {
	line := "not shown: " + n.Text
	switch checks.Shown(n.Shown) {
	case checks.ShownTrue:
		line = "shown: " + n.Text
	case checks.ShownFalse:
		line = "not so: " + n.Text
	}
	if n.Reason != "" {
		line += " (" + reasonOf(n.Reason, n.Detail) + ")"
	}
	return line
}

func findingCase(f report.Finding, d report.Device) junitCase {
	c := junitCase{Name: caseName(f.Check, f.Subject)}
	switch checks.Status(f.Status) {
	case checks.OK:
	case checks.Problem:
		c.Failure = &junitOutcome{report.Clean(f.Summary), report.Clean(device.Token(f.Check)), particulars(f, d)}
	case checks.Warning:
		c.Out = &junitOutput{junitText("warning: "+f.Summary) + "\n" + particulars(f, d)}
	case checks.Ask:
		c.Skipped = &junitOutcome{Message: report.Clean(f.Summary), Type: "ask"}
	default:
		c.Skipped = &junitOutcome{Message: report.Clean(reasonOf(f.Reason, f.Detail)), Type: report.Clean(device.Token(f.Reason))}
	}
	return c
}

// silencedCase is the case of a suppressed finding.
func silencedCase(s report.Silence) junitCase {
	because := "suppressed: " + device.Quoted(s.Because)
	if !s.Until.IsZero() {
		because += ", until " + Timestamp(s.Until)
	}
	return junitCase{Name: caseName(s.Check, s.Subject), Skipped: &junitOutcome{report.Clean(because), "suppressed", junitText(device.Token(s.Status) + ": " + s.Summary)}}
}

// backupCases returns a case for each backup of a device, named after its folder.
func backupCases(d report.Device) []junitCase {
	return convert(d.Backups, func(b report.Backup) junitCase {
		c := junitCase{Name: "backup " + device.Quoted(report.Clean(folderName(b)))}
		told := slices.Concat(convert(b.Faults, faultText), convert(b.Statements, statementLine))
		switch device.ProofVerdict(b.Verdict) {
		case device.Whole:
			c.Out = &junitOutput{junitText(told...)}
		case device.Broken:
			c.Failure = &junitOutcome{report.Clean(faultsOf(b)), "broken", junitText(told...)}
		default:
			c.Error = &junitOutcome{report.Clean(faultsOf(b)), "cannot-tell", junitText(told...)}
		}
		return c
	})
}

// faultsOf returns the basis of the verdict on a backup.
func faultsOf(b report.Backup) string {
	if b.Reason != "" {
		return reasonOf(b.Reason, "")
	}
	return joined(shownFaults(b), func(f report.Fault) string { return device.Token(f.Mode) })
}

func caseName(check, subject string) string {
	if subject = report.Clean(subject); subject != "" {
		return report.Clean(device.Token(check)) + " (" + device.Quoted(subject) + ")"
	}
	return report.Clean(device.Token(check))
}

// particulars returns the evidence of a finding, what explains it, and its remedies.
func particulars(f report.Finding, d report.Device) string {
	var told []string
	if f.ExplainedBy != "" {
		told = append(told, "Explained by: "+device.Token(f.ExplainedBy))
	}
	for _, e := range f.Evidence {
		told = append(told, evidenceText(e, d.TakenAt))
	}
	return junitText(append(told, junitPlan(convert(f.Remedies, func(r report.Remedy) string { return r.Title }))...)...)
}

// junitPlan lists the remedies, if there are any.
func junitPlan(titles []string) []string {
	var list []string
	for i, title := range titles {
		if i == 0 {
			list = append(list, "What to do:")
		}
		list = append(list, fmt.Sprintf("%d. %s", i+1, title))
	}
	return list
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
