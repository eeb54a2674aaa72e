package format

import (
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WritePlain writes one line for each device, for grep, cut and awk: its verdict, slot, name,
// UDID, the end of its last iCloud backup in UTC, its causes and the headline, with tabs between
// them. Nothing is wrapped, and what is unknown is empty. In a report about backups there is a
// line for each backup: its verdict, the device's name and UDID, when it was made, and its folder.
func WritePlain(w io.Writer, r report.Report) error {
	var page strings.Builder
	line := func(fields ...string) { page.WriteString(strings.Join(fields, "\t") + "\n") }
	for _, d := range r.Devices {
		if r.Subject == report.OfBackups {
			for _, b := range d.Backups {
				line(device.Token(b.Verdict), device.Label(d.Name), device.Label(d.UDID), Timestamp(b.Date), device.Label(b.Folder))
			}
			continue
		}
		causes := convert(report.CausesOf(d), func(f report.Finding) string { return report.ShortFor(f.Check, f.Status) })
		line(device.Token(d.Verdict), device.Label(d.Slot), device.Label(d.Name), device.Label(d.UDID), Timestamp(d.LastBackup), strings.Join(causes, "; "), report.Clean(d.Headline))
	}
	return write(w, []byte(page.String()))
}
