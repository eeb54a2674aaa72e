package format

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// mdmNotes describes the devices known only from a management system's export: one line per
// device without a recent backup, and the counts.
func mdmNotes(m *report.MDM) []string {
	if m == nil {
		return nil
	}
	notes := []string{mdmTotals(*m)}
	for _, d := range m.List {
		if checks.ManagedState(d.State).WithoutBackup() {
			notes = append(notes, managedLine(d))
		}
	}
	return notes
}

// mdmTotals returns the counts of an export.
func mdmTotals(m report.MDM) string {
	others := m.Devices - m.Examined
	text := fmt.Sprintf("By the MDM export, %d of %s that were not examined had no recent iCloud backup", m.Without, words.Count(others, "device"))
	if m.Unknown > 0 {
		text += fmt.Sprintf("; it is unknown for %d", m.Unknown)
	}
	return text + "."
}

// managedLine returns a device, the age of its backup, and when that was reported.
func managedLine(d report.Managed) string {
	what := "iCloud Backup was off"
	if checks.ManagedState(d.State) == checks.ManagedOld {
		what = "last backup " + words.Duration(d.AsOf.Sub(d.LastBackup)) + " old"
	}
	return managedName(d) + ": " + what + ", as of " + words.Moment(d.AsOf) + " (MDM)"
}

// managedName returns what identifies a device to a person.
func managedName(d report.Managed) string {
	var names []string
	if d.Name != "" {
		names = append(names, device.Quoted(d.Name))
	}
	for _, key := range []string{d.Serial, d.UDID} {
		if key != "" {
			names = append(names, device.Label(key))
			break
		}
	}
	if text := assetText(d.Asset); text != "" {
		names = append(names, "("+text+")")
	}
	return strings.Join(names, " ")
}

// mdmSuite has a case for each device known only from an export. A device without a recent
// backup fails; a device whose last backup is unknown is skipped.
func mdmSuite(r report.Report) (suite junitSuite, ok bool) {
	if r.MDM == nil {
		return suite, false
	}
	m := *r.MDM
	suite = junitSuite{Name: "mdm", Properties: junitProperties(
		"devices", strconv.Itoa(m.Devices), "examined", strconv.Itoa(m.Examined), "without", strconv.Itoa(m.Without), "unknown", strconv.Itoa(m.Unknown),
	)}
	for _, d := range m.List {
		c := junitCase{Name: device.Token(report.Clean(cmp.Or(d.Serial, d.UDID))), Class: r.Tool.Name + ".mdm"}
		switch state := checks.ManagedState(d.State); {
		case state.WithoutBackup():
			c.Failure = &junitOutcome{Message: report.Clean(managedLine(d)), Type: d.State}
		case state != checks.ManagedRecent:
			c.Skipped = &junitOutcome{Message: report.Clean(managedName(d)), Type: d.State}
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite, true
}

// managedDevices returns the devices known only from an export, as table rows.
func managedDevices(r report.Report) []report.Device {
	if r.MDM == nil {
		return nil
	}
	return convert(r.MDM.List, func(m report.Managed) report.Device {
		return report.Device{UDID: m.UDID, Serial: m.Serial, Name: m.Name, Asset: m.Asset, LastBackup: m.LastBackup, TakenAt: m.AsOf}
	})
}
