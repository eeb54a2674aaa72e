package format

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

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
