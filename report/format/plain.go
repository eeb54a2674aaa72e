package format

import (
	"bufio"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WritePlain writes one line per device, for grep, cut and awk, with tab-separated fields:
// verdict, slot, name, UDID, end of the last iCloud backup in UTC, causes and headline. Lines
// are not wrapped, and unknown fields are empty. A report about backups has one line per
// backup: verdict, device name and UDID, time of the backup, and folder.
func WritePlain(w io.Writer, r report.Report) error {
	page := bufio.NewWriter(w) // keeps the first error for Flush
	line := func(fields ...string) { page.WriteString(strings.Join(fields, "\t") + "\n") }
	for _, d := range r.All() {
		if r.Subject == report.OfBackups {
			for _, b := range d.Backups {
				line(device.Token(b.Verdict), device.Label(d.Name), device.Label(d.UDID), Timestamp(b.Date), device.Label(b.Folder))
			}
			continue
		}
		causes := convert(report.CausesOf(d), func(f report.Finding) string { return report.ShortFor(f.Check, f.Status) })
		line(device.Token(d.Verdict), device.Label(d.Slot), device.Label(d.Name), device.Label(d.UDID), Timestamp(d.LastBackup), strings.Join(causes, "; "), report.Clean(d.Headline))
	}
	return writing(page.Flush())
}
