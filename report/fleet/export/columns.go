package export

import (
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/fleet"
)

// Devices are the columns of a list of devices. Heads never change; new ones are added behind.
var Devices = []Column[fleet.Device]{
	{"id", func(d fleet.Device) string { return d.ID }},
	{"serial", func(d fleet.Device) string { return d.Serial }},
	{"name", func(d fleet.Device) string { return d.Name }},
	{"site", func(d fleet.Device) string { return d.Site }},
	{"bench", func(d fleet.Device) string { return d.Bench }},
	{"slot", func(d fleet.Device) string { return d.Slot }},
	{"model", func(d fleet.Device) string { return d.ModelName }},
	{"productType", func(d fleet.Device) string { return d.ProductType }},
	{"system", func(d fleet.Device) string { return d.System }},
	{"productVersion", func(d fleet.Device) string { return d.ProductVersion }},
	{"verdict", func(d fleet.Device) string { return d.Verdict }},
	{"headline", func(d fleet.Device) string { return d.Headline }},
	{"reason", func(d fleet.Device) string { return d.Reason }},
	{"causes", func(d fleet.Device) string {
		var causes []string
		for _, c := range d.Causes {
			causes = append(causes, report.ShortOf(c.Check))
		}
		return strings.Join(causes, "; ")
	}},
	{"backup", func(d fleet.Device) string { return string(d.Backup) }},
	{"lastBackup", func(d fleet.Device) string { return moment(d.LastBackup) }},
	{"noLastBackup", func(d fleet.Device) string { return d.NoLastBackup }},
	{"earlierBackup", func(d fleet.Device) string { return moment(d.EarlierBackup) }},
	{"takenAt", func(d fleet.Device) string { return moment(d.TakenAt) }},
	{"receivedAt", func(d fleet.Device) string { return moment(d.ReceivedAt) }},
	{"ahead", func(d fleet.Device) string { return strconv.FormatBool(d.Ahead) }},
	{"firstAt", func(d fleet.Device) string { return moment(d.FirstAt) }},
	{"visits", func(d fleet.Device) string { return strconv.Itoa(d.Visits) }},
	{"asset", func(d fleet.Device) string { return asset(d.Asset) }},
}

// Changes are the columns of a list of causes that came or went.
var Changes = []Column[fleet.ChangedCause]{
	{"device", func(c fleet.ChangedCause) string { return c.Device }},
	{"serial", func(c fleet.ChangedCause) string { return c.Serial }},
	{"name", func(c fleet.ChangedCause) string { return c.Name }},
	{"site", func(c fleet.ChangedCause) string { return c.Site }},
	{"bench", func(c fleet.ChangedCause) string { return c.Bench }},
	{"check", func(c fleet.ChangedCause) string { return c.Check }},
	{"short", func(c fleet.ChangedCause) string { return report.ShortOf(c.Check) }},
	{"status", func(c fleet.ChangedCause) string { return c.Status }},
	{"since", func(c fleet.ChangedCause) string { return moment(c.Since) }},
	{"seenAt", func(c fleet.ChangedCause) string { return moment(c.SeenAt) }},
	{"fixedAt", func(c fleet.ChangedCause) string { return moment(c.FixedAt) }},
	{"takenAt", func(c fleet.ChangedCause) string { return moment(c.TakenAt) }},
	{"verdict", func(c fleet.ChangedCause) string { return c.Verdict }},
	{"lastBackup", func(c fleet.ChangedCause) string { return moment(c.LastBackup) }},
}

// Visits are the columns of the story of a device.
var Visits = []Column[fleet.Visit]{
	{"takenAt", func(v fleet.Visit) string { return moment(v.TakenAt) }},
	{"receivedAt", func(v fleet.Visit) string { return moment(v.ReceivedAt) }},
	{"ahead", func(v fleet.Visit) string { return strconv.FormatBool(v.Ahead) }},
	{"bench", func(v fleet.Visit) string { return v.Bench }},
	{"site", func(v fleet.Visit) string { return v.Site }},
	{"slot", func(v fleet.Visit) string { return v.Slot }},
	{"tool", func(v fleet.Visit) string { return v.Tool }},
	{"productVersion", func(v fleet.Visit) string { return v.ProductVersion }},
	{"verdict", func(v fleet.Visit) string { return v.Verdict }},
	{"headline", func(v fleet.Visit) string { return v.Headline }},
	{"reason", func(v fleet.Visit) string { return v.Reason }},
	{"backup", func(v fleet.Visit) string { return string(v.Backup) }},
	{"lastBackup", func(v fleet.Visit) string { return moment(v.LastBackup) }},
	{"problems", func(v fleet.Visit) string { return found(v, string(checks.Problem)) }},
	{"warnings", func(v fleet.Visit) string { return found(v, string(checks.Warning)) }},
	{"unknown", func(v fleet.Visit) string { return found(v, string(checks.Unknown)) }},
	{"cut", func(v fleet.Visit) string { return v.Cut }},
	{"report", func(v fleet.Visit) string { return v.ReportID }},
}

// Benches are the columns of the list of benches.
var Benches = []Column[fleet.Bench]{
	{"bench", func(b fleet.Bench) string { return b.Name }},
	{"site", func(b fleet.Bench) string { return b.Site }},
	{"tool", func(b fleet.Bench) string { return b.Tool }},
	{"receivedAt", func(b fleet.Bench) string { return moment(b.ReceivedAt) }},
	{"takenAt", func(b fleet.Bench) string { return moment(b.TakenAt) }},
	{"lagSeconds", func(b fleet.Bench) string { return strconv.Itoa(b.LagSeconds) }},
	{"reports", func(b fleet.Bench) string { return strconv.Itoa(b.Reports) }},
	{"refused", func(b fleet.Bench) string { return strconv.Itoa(b.Refused) }},
	{"devices", func(b fleet.Bench) string { return strconv.Itoa(b.Devices) }},
}

func found(v fleet.Visit, status string) string {
	var ids []string
	for _, f := range v.Findings {
		if f.Status == status && f.ExplainedBy == "" {
			ids = append(ids, report.ShortOf(f.Check))
		}
	}
	return strings.Join(ids, "; ")
}

func asset(fields []report.Field) string {
	var told []string
	for _, f := range fields {
		told = append(told, f.Name+": "+f.Value)
	}
	return strings.Join(told, "; ")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
