// Package export describes the lists of a fleet: their columns in files and on a terminal. Package
// report/format writes them.
package export

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// Devices is the list of devices. Ages on a terminal are relative to now.
func Devices(now time.Time) format.List[ledger.Device] {
	return format.List[ledger.Device]{Title: "Devices of the fleet", Document: report.Fleet{Header: report.NewHeader(report.KindFleet), Devices: []report.FleetDevice{}}, Columns: deviceColumns, Terminal: []format.Column[ledger.Device]{
		{Head: "DEVICE", Text: func(d ledger.Device) string { return d.UDID }},
		{Head: "NAME", Text: func(d ledger.Device) string { return d.Name }},
		{Head: "SITE", Text: func(d ledger.Device) string { return d.Site }},
		{Head: "BENCH", Text: func(d ledger.Device) string { return d.Bench }},
		{Head: "READ", Text: func(d ledger.Device) string { return Read(words.Ago(d.TakenAt, now), d.Doubtful) }},
		{Head: "LAST BACKUP", Text: func(d ledger.Device) string { return LastBackup(d, now) }},
		{Head: "VERDICT", Text: Verdict},
		{Head: "CAUSES", Text: Causes, Words: true},
	}}
}

// Changes is the list of new, persisting and fixed causes.
var Changes = format.List[report.FleetChange]{
	Title:    "Changes in the fleet",
	Document: report.FleetChanges{Header: report.NewHeader(report.KindFleetChanges), Changes: []report.FleetChange{}},
	Columns:  changeColumns,
}

// Visits is the list of the visits of a device.
func Visits(of ledger.Device, now time.Time) format.List[report.Visit] {
	document := report.FleetStory{Header: report.NewHeader(report.KindFleetDevice), Device: of, Visits: []report.Visit{}}
	return format.List[report.Visit]{Title: "Visits of " + device.Label(report.Clean(of.UDID)), Document: document, Columns: visitColumns, Terminal: []format.Column[report.Visit]{
		{Head: "READ", Text: func(v report.Visit) string { return Read(words.Moment(v.TakenAt), v.Doubtful) }},
		{Head: "BENCH", Text: func(v report.Visit) string { return v.Bench }},
		{Head: "SLOT", Text: func(v report.Visit) string { return v.Slot }},
		{Head: "VERSION", Text: func(v report.Visit) string { return v.ProductVersion }},
		{Head: "LAST BACKUP", Text: func(v report.Visit) string {
			return LastBackup(ledger.Device{KnownDevice: report.KnownDevice{Backup: v.Backup, LastBackup: v.LastBackup}}, now)
		}},
		{Head: "VERDICT", Text: func(v report.Visit) string {
			inPart := v.Reason != "" && v.Verdict != string(checks.NotExamined)
			return Verdict(ledger.Device{KnownDevice: report.KnownDevice{Verdict: v.Verdict}, Incomplete: inPart})
		}},
		{Head: "FOUND", Words: true, Text: func(v report.Visit) string {
			var found []string
			for _, f := range v.Findings {
				if f.ExplainedBy == "" && (f.Status == string(checks.Problem) || f.Status == string(checks.Warning)) {
					found = append(found, device.Token(f.Check))
				}
			}
			return strings.Join(found, ", ")
		}},
	}}
}

// Benches is the list of benches.
var Benches = format.List[ledger.Bench]{
	Title:    "Benches of the fleet",
	Document: report.FleetBenches{Header: report.NewHeader(report.KindFleetBenches), Benches: []report.Bench{}},
	Columns:  benchColumns,
}

// Remedies is the list of remedies tried in the last days.
func Remedies(days int) format.List[report.RemedyRate] {
	document := report.RemedyRates{Header: report.NewHeader(report.KindRemedies), Days: days, Remedies: []report.RemedyRate{}}
	return format.List[report.RemedyRate]{Title: "Remedies and new backups", Document: document, Columns: remedyColumns, Terminal: []format.Column[report.RemedyRate]{
		{Head: "CAUSE", Words: true, Text: report.RemedyRate.Cause},
		{Head: "REMEDY", Words: true, Text: report.RemedyRate.Title},
		{Head: "RESULT", Words: true, Text: report.RemedyRate.String},
		{Head: "OPEN", Text: func(r report.RemedyRate) string { return strconv.Itoa(r.Open) }},
	}}
}

// LastBackup returns the age of a device's last backup. If the newest reading does not include it,
// the previously known age is shown with a question mark.
func LastBackup(d ledger.Device, now time.Time) string {
	switch {
	case d.Backup == ledger.BackupKnown:
		return words.Ago(d.LastBackup, now)
	case d.Backup == ledger.BackupNever:
		return "never"
	case !d.EarlierBackup.IsZero():
		return words.Ago(d.EarlierBackup, now) + " (?)"
	default:
		return "unknown"
	}
}

// Read returns when a device was read, and whether that date is in doubt.
func Read(at, doubtful string) string {
	if doubtful != "" {
		return at + " (clock in doubt)"
	}
	return at
}

// Verdict returns the verdict of a device, and whether it was read only in part.
func Verdict(d ledger.Device) string {
	if d.Incomplete {
		return d.Verdict + ", read in part"
	}
	return d.Verdict
}

// Causes returns the IDs of the checks that found a cause on a device.
func Causes(d ledger.Device) string {
	var causes []string
	for _, c := range d.Causes {
		causes = append(causes, device.Token(c.Check))
	}
	return strings.Join(causes, ", ")
}

var deviceColumns = []format.Column[ledger.Device]{
	{Head: "udid", Text: func(d ledger.Device) string { return d.UDID }},
	{Head: "serial", Text: func(d ledger.Device) string { return d.Serial }},
	{Head: "name", Text: func(d ledger.Device) string { return d.Name }},
	{Head: "site", Text: func(d ledger.Device) string { return d.Site }},
	{Head: "bench", Text: func(d ledger.Device) string { return d.Bench }},
	{Head: "slot", Text: func(d ledger.Device) string { return d.Slot }},
	{Head: "modelName", Text: func(d ledger.Device) string { return d.ModelName }},
	{Head: "productType", Text: func(d ledger.Device) string { return d.ProductType }},
	{Head: "system", Text: func(d ledger.Device) string { return d.System }},
	{Head: "productVersion", Text: func(d ledger.Device) string { return d.ProductVersion }},
	{Head: "verdict", Text: func(d ledger.Device) string { return d.Verdict }},
	{Head: "headline", Words: true, Text: func(d ledger.Device) string { return d.Headline }},
	{Head: "reason", Text: func(d ledger.Device) string { return d.Reason }},
	{Head: "incomplete", Text: func(d ledger.Device) string { return strconv.FormatBool(d.Incomplete) }},
	{Head: "causes", Words: true, Text: func(d ledger.Device) string {
		var causes []string
		for _, c := range d.Causes {
			causes = append(causes, report.ShortFor(c.Check, c.Status))
		}
		return strings.Join(causes, "; ")
	}},
	{Head: "backup", Text: func(d ledger.Device) string { return string(d.Backup) }},
	{Head: "lastBackup", Text: func(d ledger.Device) string { return format.Timestamp(d.LastBackup) }},
	{Head: "noLastBackup", Text: func(d ledger.Device) string { return d.NoLastBackup }},
	{Head: "earlierBackup", Text: func(d ledger.Device) string { return format.Timestamp(d.EarlierBackup) }},
	{Head: "takenAt", Text: func(d ledger.Device) string { return format.Timestamp(d.TakenAt) }},
	{Head: "receivedAt", Text: func(d ledger.Device) string { return format.Timestamp(d.ReceivedAt) }},
	{Head: "doubtful", Text: func(d ledger.Device) string { return d.Doubtful }},
	{Head: "firstAt", Text: func(d ledger.Device) string { return format.Timestamp(d.FirstAt) }},
	{Head: "visitCount", Text: func(d ledger.Device) string { return strconv.Itoa(d.Visits) }},
	{Head: "asset", Text: func(d ledger.Device) string { return format.AssetText(d.Asset) }},
}

var changeColumns = []format.Column[report.FleetChange]{
	{Head: "change", Text: func(c report.FleetChange) string { return string(c.Change) }},
	{Head: "udid", Text: func(c report.FleetChange) string { return c.UDID }},
	{Head: "serial", Text: func(c report.FleetChange) string { return c.Serial }},
	{Head: "name", Text: func(c report.FleetChange) string { return c.Name }},
	{Head: "site", Text: func(c report.FleetChange) string { return c.Site }},
	{Head: "bench", Text: func(c report.FleetChange) string { return c.Bench }},
	{Head: "check", Text: func(c report.FleetChange) string { return c.Check }},
	{Head: "short", Words: true, Text: func(c report.FleetChange) string { return report.ShortFor(c.Check, c.Status) }},
	{Head: "status", Text: func(c report.FleetChange) string { return c.Status }},
	{Head: "since", Text: func(c report.FleetChange) string { return format.Timestamp(c.Since) }},
	{Head: "seenAt", Text: func(c report.FleetChange) string { return format.Timestamp(c.SeenAt) }},
	{Head: "fixedAt", Text: func(c report.FleetChange) string { return format.Timestamp(c.FixedAt) }},
	{Head: "takenAt", Text: func(c report.FleetChange) string { return format.Timestamp(c.TakenAt) }},
	{Head: "verdict", Text: func(c report.FleetChange) string { return c.Verdict }},
	{Head: "lastBackup", Text: func(c report.FleetChange) string { return format.Timestamp(c.LastBackup) }},
}

var visitColumns = []format.Column[report.Visit]{
	{Head: "takenAt", Text: func(v report.Visit) string { return format.Timestamp(v.TakenAt) }},
	{Head: "receivedAt", Text: func(v report.Visit) string { return format.Timestamp(v.ReceivedAt) }},
	{Head: "doubtful", Text: func(v report.Visit) string { return v.Doubtful }},
	{Head: "bench", Text: func(v report.Visit) string { return v.Bench }},
	{Head: "site", Text: func(v report.Visit) string { return v.Site }},
	{Head: "slot", Text: func(v report.Visit) string { return v.Slot }},
	{Head: "toolVersion", Text: func(v report.Visit) string { return v.Tool }},
	{Head: "productVersion", Text: func(v report.Visit) string { return v.ProductVersion }},
	{Head: "verdict", Text: func(v report.Visit) string { return v.Verdict }},
	{Head: "headline", Words: true, Text: func(v report.Visit) string { return v.Headline }},
	{Head: "reason", Text: func(v report.Visit) string { return v.Reason }},
	{Head: "backup", Text: func(v report.Visit) string { return string(v.Backup) }},
	{Head: "lastBackup", Text: func(v report.Visit) string { return format.Timestamp(v.LastBackup) }},
	{Head: "problems", Words: true, Text: func(v report.Visit) string { return found(v, string(checks.Problem)) }},
	{Head: "warnings", Words: true, Text: func(v report.Visit) string { return found(v, string(checks.Warning)) }},
	{Head: "unknown", Words: true, Text: func(v report.Visit) string { return found(v, string(checks.Unknown)) }},
	{Head: "cut", Text: func(v report.Visit) string { return v.Cut }},
	{Head: "reportID", Text: func(v report.Visit) string { return v.ReportID }},
}

var benchColumns = []format.Column[ledger.Bench]{
	{Head: "bench", Text: func(b ledger.Bench) string { return b.Name }},
	{Head: "site", Text: func(b ledger.Bench) string { return b.Site }},
	{Head: "toolVersion", Text: func(b ledger.Bench) string { return b.Tool }},
	{Head: "receivedAt", Text: func(b ledger.Bench) string { return format.Timestamp(b.ReceivedAt) }},
	{Head: "takenAt", Text: func(b ledger.Bench) string { return format.Timestamp(b.TakenAt) }},
	{Head: "lagSeconds", Text: func(b ledger.Bench) string { return strconv.Itoa(b.LagSeconds) }},
	{Head: "reports", Text: func(b ledger.Bench) string { return strconv.Itoa(b.Reports) }},
	{Head: "refused", Text: func(b ledger.Bench) string { return strconv.Itoa(b.Refused) }},
	{Head: "clockOffSeconds", Text: func(b ledger.Bench) string { return strconv.Itoa(b.ClockAhead) }},
	{Head: "deviceCount", Text: func(b ledger.Bench) string { return strconv.Itoa(b.Devices) }},
}

var remedyColumns = []format.Column[report.RemedyRate]{
	{Head: "check", Text: func(r report.RemedyRate) string { return r.Check }},
	{Head: "short", Words: true, Text: report.RemedyRate.Cause},
	{Head: "remedy", Text: func(r report.RemedyRate) string { return r.Remedy }},
	{Head: "title", Words: true, Text: report.RemedyRate.Title},
	{Head: "triedCount", Text: func(r report.RemedyRate) string { return strconv.Itoa(r.Tried) }},
	{Head: "backedUpCount", Text: func(r report.RemedyRate) string { return strconv.Itoa(r.BackedUp) }},
	{Head: "openCount", Text: func(r report.RemedyRate) string { return strconv.Itoa(r.Open) }},
}

func found(v report.Visit, status string) string {
	var ids []string
	for _, f := range v.Findings {
		if f.Status == status && f.ExplainedBy == "" {
			ids = append(ids, report.ShortFor(f.Check, f.Status))
		}
	}
	return strings.Join(ids, "; ")
}

// ChangesOf returns causes as changes of one kind.
func ChangesOf(kind ledger.Change, causes iter.Seq2[ledger.ChangedCause, error]) iter.Seq2[report.FleetChange, error] {
	return func(yield func(report.FleetChange, error) bool) {
		for cause, err := range causes {
			if !yield(report.FleetChange{Change: kind, ChangedCause: cause}, err) {
				return
			}
		}
	}
}
