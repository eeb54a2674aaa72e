package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteStale writes the devices without a recent backup for a terminal, one per line, starting
// with the age of the backup.
func WriteStale(w io.Writer, stale report.Stale, o Options) error {
	p := newPage(o)
	var known []report.Device
	ages := make([]string, len(stale.Devices))
	widest := 0
	for i, d := range stale.Devices {
		known = append(known, deviceOf(d))
		ages[i] = backupAge(d, stale)
		widest = max(widest, columns(ages[i]))
	}
	labels := p.labels(known)
	for i, d := range stale.Devices {
		m := mark{"✗", "[x]", "", red}
		if d.Backup == report.BackupUnknown {
			m = mark{"?", "[?]", "", cyan}
		}
		lead := p.lead(m) + ages[i] + strings.Repeat(" ", widest-columns(ages[i])) + "  "
		p.print(p.hang(lead, m.style, strings.Join(p.staleDevice(labels[i], d, stale), p.sign(" · ", " - ")))...)
	}
	if m := report.InZone(report.Report{MDM: stale.MDM}, o.Zone).MDM; m != nil {
		p.managed(*m)
	}
	if !p.empty() {
		p.print("")
	}
	p.print(p.hang("", plain, staleTotals(stale))...)
	if stale.MDM != nil {
		p.print(p.hang("", plain, mdmTotals(*stale.MDM))...)
	}
	return p.write(w)
}

// managed prints the devices of an export without a recent backup, and those whose last backup is
// unknown.
func (p *page) managed(m report.MDM) {
	for _, d := range m.List {
		switch state := checks.ManagedState(d.State); {
		case state.WithoutBackup():
			m := mark{"✗", "[x]", "", red}
			p.print(p.hang(p.lead(m), m.style, managedLine(d))...)
		case state != checks.ManagedRecent && state != checks.ManagedUnexpected:
			m := mark{"?", "[?]", "", cyan}
			p.print(p.hang(p.lead(m), m.style, managedName(d)+": unknown, as of "+words.Moment(d.AsOf)+" (MDM)")...)
		}
	}
}

// backupAge returns the age of a device's last good backup.
func backupAge(d report.KnownDevice, stale report.Stale) string {
	switch d.Backup {
	case report.BackupNever:
		return "never"
	case report.BackupKnown:
		return daysText(d.LastBackup, stale.At) + " ago"
	default:
		return "unknown"
	}
}

// staleDevice returns what identifies a device, and when it was last read. Any backups made
// since then are unknown.
func (p *page) staleDevice(label string, d report.KnownDevice, stale report.Stale) []string {
	parts := []string{label}
	for _, name := range assetNames(d) {
		parts = append(parts, p.text(name))
	}
	switch {
	case !d.EarlierBackup.IsZero():
		parts = append(parts, fmt.Sprintf("it was %s on %s", words.Date(p.in(d.EarlierBackup)), words.Date(p.in(d.EarlierAt))))
	case d.Backup == report.BackupUnknown && d.NoLastBackup != "":
		parts = append(parts, p.text(reasonOf(d.NoLastBackup, "")))
	}
	seen := "seen " + words.Date(p.in(d.TakenAt))
	if d.Doubtful != "" {
		seen += " (clock in doubt)"
	}
	return append(parts, seen)
}

// assetNames returns the values of a device's inventory row, or its serial number if there is
// none.
func assetNames(d report.KnownDevice) []string {
	var names []string
	for _, f := range d.Asset {
		if f.Value != "" {
			names = append(names, f.Value)
		}
	}
	if len(names) == 0 && d.Serial != "" {
		names = append(names, d.Serial)
	}
	return names
}

// staleTotals returns the counts of devices.
func staleTotals(s report.Stale) string {
	text := fmt.Sprintf("%d of %s had no good iCloud backup within %s, as far as is known", s.Stale, words.Count(s.Known, "device"), words.Count(s.Days, "day"))
	if s.Stale == 0 {
		text = fmt.Sprintf("None of %s is known to be without a good iCloud backup within %s", words.Count(s.Known, "device"), words.Count(s.Days, "day"))
	}
	if s.Known == 0 {
		text = "No device has been recorded yet"
	}
	if s.Unknown > 0 {
		text += fmt.Sprintf("; it is unknown for %d", s.Unknown)
	}
	return text + "."
}
