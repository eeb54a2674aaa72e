package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// device writes everything about a device except its backups on this computer.
func (m *markdown) device(d report.Device) {
	verdict := markOfVerdict(d)
	m.line("**", verdict.symbol, " ", verdict.word, ".** ", markdownText(d.Headline))
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		m.line("\n**Not examined to the end:** ", markdownText(reasonOf(d.Reason, d.Detail)), ".")
	}
	m.line()
	m.known("Slot", d.Slot)
	m.known("Name", d.Name)
	m.known("UDID", d.UDID)
	m.known("Serial number", d.Serial)
	m.known("Model", strings.TrimSpace(d.ModelName+" "+bracketed(d.ProductType)))
	m.known("System", strings.TrimSpace(versionOf(d)+" "+bracketed(d.BuildVersion)))
	m.known("USB port", d.Location)
	m.said("Connection", connectionNote(d))
	m.said("At the same time", InUse(d.InUse))
	for _, f := range d.Asset {
		m.known("Inventory, "+device.Label(f.Name), f.Value)
	}
	m.said("Last good iCloud backup", lastBackupText(d))
	if d.Copy != nil {
		m.said("Copy on this computer", d.Copy.Summary)
		m.said("What to do about the copy", d.Copy.Hint)
	}
	m.said("Read", words.Moment(d.TakenAt))
	if d.Retried != "" {
		m.said("Read in a second try", reasonOf(d.Retried, ""))
	}
	m.repair(d)
	m.causes(d)
	m.plan(d)
	m.sources(d)
	m.unread(d)
	m.suppressed(d)
	m.leftOut(d)
}

// known writes a device's name or another of its values, if known.
func (m *markdown) known(what, value string) { m.said(what, device.Label(value)) }

// said writes one fact about a device in this program's own words, if known.
func (m *markdown) said(what, words string) {
	if value := markdownText(words); value != "" {
		m.line("- ", markdownText(what), ": ", value)
	}
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return "(" + text + ")"
}

// repair writes what was wrong when a repair began, what was done, and what proves it.
func (m *markdown) repair(d report.Device) {
	if d.Repair == nil {
		return
	}
	r := *d.Repair
	m.heading("### ", "Repair")
	m.said("Began", words.Moment(r.StartedAt))
	m.said("By", device.Quoted(r.By))
	m.said("Found", repairFound(r))
	for _, text := range repairEvidence(r) {
		m.line("  - ", markdownText(text))
	}
	for _, deed := range r.Deeds() {
		m.said("Done", deed.Text+" ("+words.Moment(deed.At)+")")
	}
	m.said("Proof", repairProof(r))
}

// causes writes what is wrong, the evidence, and which symptoms it explains.
func (m *markdown) causes(d report.Device) {
	causes := slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return !report.IsCause(f) })
	if len(causes) == 0 {
		return
	}
	m.heading("### ", "What is wrong")
	for _, f := range causes {
		mark := markOfStatus(f.Status)
		id := caseName(f.Check, f.Subject)
		m.line("- **", mark.symbol, " ", mark.word, ":** ", markdownText(f.Summary), " (", markdownText(id), ")")
		for _, e := range f.Evidence {
			m.line("  - ", markdownText(evidenceText(e, d.TakenAt)))
		}
		for _, symptom := range d.Findings {
			if symptom.ExplainedBy == f.Check {
				m.line("  - explains ", markdownText(device.Token(symptom.Check)+": "+symptom.Summary))
			}
		}
	}
}

// plan writes the remedies of a device and the actions of each as numbered lists.
func (m *markdown) plan(d report.Device) {
	if len(d.Plan) == 0 {
		return
	}
	m.heading("### ", "What to do")
	for i, step := range d.Plan {
		number := fmt.Sprintf("%d. ", i+1)
		under := strings.Repeat(" ", len(number))
		m.line(number, markdownText(stepTitle(step)))
		if step.Risk != "" {
			m.line(under, "- **Risk:** ", markdownText(step.Risk))
		}
		for j, action := range step.Steps {
			m.line(under, fmt.Sprintf("%d. ", j+1), markdownText(action))
		}
	}
}

// sources lists where the causes and remedies of a device are documented, without duplicates.
func (m *markdown) sources(d report.Device) {
	var sources []report.Source
	add := func(more []report.Source) {
		for _, s := range more {
			if !slices.Contains(sources, s) {
				sources = append(sources, s)
			}
		}
	}
	for _, f := range d.Findings {
		if report.IsCause(f) {
			add(f.Sources)
		}
	}
	for _, step := range d.Plan {
		add(step.Sources)
	}
	if len(sources) == 0 {
		return
	}
	m.heading("### ", "Documented at")
	for _, s := range sources {
		m.line("- ", markdownLink(s))
	}
}

// unread lists the checks that could not be run, by reason.
func (m *markdown) unread(d report.Device) {
	var reasons []string
	ids := map[string][]string{}
	for _, f := range d.Findings {
		if checks.Status(f.Status) != checks.Unknown {
			continue
		}
		why := reasonOf(f.Reason, f.Detail)
		if ids[why] == nil {
			reasons = append(reasons, why)
		}
		ids[why] = append(ids[why], device.Token(f.Check))
	}
	if len(reasons) == 0 {
		return
	}
	m.heading("### ", "What could not be read")
	for _, why := range reasons {
		m.line("- ", markdownText(why+": "+strings.Join(ids[why], ", ")))
	}
}

// suppressed lists the suppressed findings.
func (m *markdown) suppressed(d report.Device) {
	if len(d.Suppressed) == 0 {
		return
	}
	m.heading("### ", "Suppressed")
	for _, s := range d.Suppressed {
		text := s.Summary + " " + bracketed(caseName(s.Check, s.Subject)) + ": " + device.Quoted(s.Because)
		if !s.Until.IsZero() {
			text += ", until " + words.Date(s.Until)
		}
		m.line("- ", markdownText(text))
	}
}

// leftOut counts the findings that are not shown.
func (m *markdown) leftOut(d report.Device) {
	asked, healthy := countOf(&d, checks.Ask), countOf(&d, checks.OK)
	if asked+healthy > 0 {
		m.line("\nNot shown here: ", words.Count(asked, "question"), " only a person can answer, and ", words.Count(healthy, "check"), " that found nothing wrong.")
	}
}
