package format

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteMarkdown writes the report for tickets and wikis, as CommonMark with GitHub tables. It
// counts the causes, lists the devices, and describes for each what is wrong, the evidence,
// what to do and where that is documented. Questions and healthy checks are only counted. A
// report about backups lists the backups instead. Text from a device is escaped: it is never
// markup, a link or HTML.
func WriteMarkdown(w io.Writer, r report.Report) error {
	m := markdown{bufio.NewWriter(w)}
	labels := newPage(Options{UTF8: true}).labels(r.Devices)
	if r.Subject == report.OfBackups {
		m.line("# Backups on this computer")
		m.head(r)
		m.backupCounts(labels, r)
	} else {
		m.line("# iCloud Backup report")
		m.head(r)
		m.causeCounts(r.Summary.Causes)
		m.devices(labels, r)
	}
	for i, d := range r.All() {
		m.heading("## ", device.Quoted(labels[i]))
		if r.Subject == report.OfBackups {
			m.backups(d)
			continue
		}
		m.device(d)
		if len(d.Backups) > 0 {
			m.heading("### ", "Backups on this computer")
			m.backups(d)
		}
	}
	return writing(m.text.Flush())
}

// A markdown builds a document. Text from a report must pass through markdownText.
type markdown struct{ text *bufio.Writer } // keeps the first error for Flush

func (m *markdown) line(words ...string) {
	m.text.WriteString(strings.Join(words, "") + "\n")
}

// heading starts a section, surrounded by empty lines. The title may be any text.
func (m *markdown) heading(level, title string) { m.line("\n", level, markdownText(title), "\n") }

// table omits columns without any content.
func (m *markdown) table(heads []string, rows [][]string) {
	var filled []int
	for i := range heads {
		if slices.ContainsFunc(rows, func(row []string) bool { return row[i] != "" }) {
			filled = append(filled, i)
		}
	}
	row := func(cells []string) {
		m.line("| ", strings.Join(convert(filled, func(i int) string { return cells[i] }), " | "), " |")
	}
	row(heads)
	row(slices.Repeat([]string{"---"}, len(heads)))
	for _, cells := range rows {
		row(cells)
	}
}

// head writes what may be missing, and what kind of run this was.
func (m *markdown) head(r report.Report) {
	if r.Partial {
		m.line("\n> **This report is partial.**")
	}
	for _, gap := range r.Gaps {
		m.line("\n> ", missingWhat(r, gap), ": ", markdownText(gap.Summary), ".")
	}
	for _, p := range r.Places {
		if p.Reason != "" {
			m.line("\n> Whether there are backups in ", markdownText(device.Quoted(p.Path)), " is unknown: ", markdownText(reasonOf(p.Reason, "")), ". ", markdownText(p.Hint))
		}
	}
	for _, note := range slices.Concat(inventoryNotes(r), mdmNotes(r.MDM), runNotes(r, contradictions(r))) {
		m.line("\n> ", markdownText(note))
	}
	s, b := r.Summary, r.Summary.Backups
	m.line()
	if r.Subject == report.OfDevices && s.Devices > 0 {
		m.line("- Devices: ", fmt.Sprintf("%d (%s)", s.Devices, counts(s)))
	}
	if b != (report.BackupCounts{}) {
		m.line("- Backups on this computer: ", fmt.Sprintf("%d whole, %d broken, %d that cannot be judged", b.Whole, b.Broken, b.CannotTell))
	}
	if !r.TakenAt.IsZero() {
		m.line("- Read: ", words.Moment(r.TakenAt))
	}
	m.line("- Written by: ", markdownText(device.Token(r.Tool.Name)+" "+device.Token(r.Tool.Version)))
	if r.Subject == report.OfDevices && r.Releases != (report.Releases{}) {
		m.line("- Software compared with: Apple's releases of ", r.Releases.TableDate.Format(time.DateOnly), " (", markdownText(device.Token(r.Releases.TableSource)), " table)")
	}
	if r.Run != "" {
		m.line("- Run: ", markdownText(device.Token(r.Run)))
	}
	if r.Redacted {
		m.line("- Names and identifiers are placeholders.")
	}
}

// missingWhat describes what may be missing from the report because of a gap.
func missingWhat(r report.Report, gap report.Gap) string {
	switch {
	case gap.About == report.AboutArchive:
		return "Evidence may be missing"
	case r.Subject == report.OfBackups:
		return "Not every backup was looked at"
	default:
		return "Devices may be missing"
	}
}

func (m *markdown) causeCounts(causes []report.CauseCount) {
	if len(causes) == 0 {
		return
	}
	m.heading("## ", "Causes")
	m.table([]string{"Cause", "Status", "Devices", "Check"}, convert(causes, func(c report.CauseCount) []string {
		return []string{markdownText(c.Short), markdownText(device.Token(c.Status)), strconv.Itoa(c.Devices), markdownText(device.Token(c.Check))}
	}))
}

func (m *markdown) devices(labels []string, r report.Report) {
	if len(r.Devices) == 0 {
		m.none(r, "No device was found.")
		return
	}
	var rows [][]string
	for i, d := range r.All() {
		verdict := markOfVerdict(d)
		cells := []string{device.Label(d.Slot), labels[i], device.Label(d.Serial), modelOf(labels[i], d), versionOf(d), verdict.symbol + " " + verdict.word,
			joined(report.CausesOf(d), func(f report.Finding) string { return report.ShortFor(f.Check, f.Status) }), lastBackupText(d)}
		rows = append(rows, convert(cells, markdownText))
	}
	m.heading("## ", "Devices")
	m.table([]string{"Slot", "Device", "Serial", "Model", "System", "Verdict", "Causes", "Last iCloud backup"}, rows)
}

// none writes that there is nothing, unless something may be missing.
func (m *markdown) none(r report.Report, nothing string) {
	if len(r.Gaps) == 0 {
		m.line("\n", nothing)
	}
}

// lastBackupText returns the time of the last good iCloud backup, or why it is unknown.
func lastBackupText(d report.Device) string {
	if d.LastBackup.IsZero() {
		return unknownBecause(d.NoLastBackup)
	}
	return words.Moment(d.LastBackup)
}

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

func (m *markdown) backupCounts(labels []string, r report.Report) {
	if len(r.Devices) == 0 {
		m.none(r, "No backup was found.")
		return
	}
	var rows [][]string
	for i, d := range r.Devices {
		counts := report.CountBackups(&d)
		rows = append(rows, []string{markdownText(labels[i]), markdownText(modelOf(labels[i], d)), markdownText(device.Label(d.UDID)),
			strconv.Itoa(counts.Whole), strconv.Itoa(counts.Broken), strconv.Itoa(counts.CannotTell)})
	}
	m.heading("## ", "Devices")
	m.table([]string{"Device", "Model", "UDID", "Whole", "Broken", "Cannot tell"}, rows)
}

// backups lists the backups of a device on this computer, and the faults of each.
func (m *markdown) backups(d report.Device) {
	var rows [][]string
	for _, b := range d.Backups {
		mark := markOfProof(b.Verdict)
		verdict := mark.symbol + " " + mark.word
		if b.NextFails {
			verdict += "; the next backup will fail"
		}
		cells := []string{device.Label(folderName(b)), dated(b), device.Label(strings.TrimSpace(d.System + " " + b.ProductVersion)), words.Size(b.SizeBytes), encryptedText(b), verdict}
		rows = append(rows, convert(cells, markdownText))
	}
	m.table([]string{"Folder", "Made", "System", "Size", "Encrypted", "Verdict"}, rows)
	for _, b := range d.Backups {
		shown, proof := shownFaults(b), proofRows(b, d.TakenAt)
		if len(shown)+len(proof) == 0 {
			continue
		}
		m.line("\n", markdownText(device.Quoted(folderName(b))), ":\n")
		for _, row := range proof {
			m.line("- ", markdownText(row.Label+": "+row.Text))
		}
		for _, f := range shown {
			m.line("- ", markdownText(faultText(f)+" "+f.Remedy))
		}
	}
}

func encryptedText(b report.Backup) string {
	switch {
	case b.Encrypted == nil:
		return "unknown"
	case *b.Encrypted:
		return "yes"
	default:
		return "no"
	}
}
