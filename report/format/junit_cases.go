package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

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
	if d.Copy != nil {
		cases = append(cases, copyCase(*d.Copy))
	}
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

// copyCase fails if the new copy is broken, and is an error if there is none that was proved.
func copyCase(c report.Copy) junitCase {
	one := junitCase{Name: "copied to this computer"}
	outcome := &junitOutcome{report.Clean(c.Summary), report.Clean(device.Token(c.Verdict)), junitText(c.Hint)}
	switch device.CopyVerdict(c.Verdict) {
	case device.CopyProved, device.CopyMeasured:
		one.Out = &junitOutput{junitText(c.Summary)}
	case device.CopyBroken:
		one.Failure = outcome
	default:
		one.Error = outcome
	}
	return one
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
