package format

import (
	"io"
	"strconv"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// staleColumns are the columns of devices without a recent backup.
func staleColumns(stale report.Stale) []Column[report.StaleDevice] {
	return []Column[report.StaleDevice]{
		{"state", func(d report.StaleDevice) string { return d.State }},
		{"lastBackup", func(d report.StaleDevice) string { return Timestamp(d.LastBackup) }},
		{"days", func(d report.StaleDevice) string {
			if d.LastBackup.IsZero() {
				return ""
			}
			return strconv.Itoa(words.Days(stale.At.Sub(d.LastBackup)))
		}},
		{"seenAt", func(d report.StaleDevice) string { return Timestamp(d.SeenAt) }},
		{"name", func(d report.StaleDevice) string { return d.Name }},
		{"model", func(d report.StaleDevice) string { return d.ModelName }},
		{"udid", func(d report.StaleDevice) string { return d.UDID }},
		{"serial", func(d report.StaleDevice) string { return d.Serial }},
		{"slot", func(d report.StaleDevice) string { return d.Slot }},
		{"location", func(d report.StaleDevice) string { return d.Location }},
		{"asset", func(d report.StaleDevice) string { return AssetText(d.Asset) }},
		{"verdict", func(d report.StaleDevice) string { return d.Verdict }},
		{"headline", func(d report.StaleDevice) string { return d.Headline }},
		{"noLastBackup", func(d report.StaleDevice) string { return d.NoLastBackup }},
		{"earlierBackup", func(d report.StaleDevice) string { return Timestamp(d.EarlierBackup) }},
		{"earlierAt", func(d report.StaleDevice) string { return Timestamp(d.EarlierAt) }},
		{"doubtful", func(d report.StaleDevice) string { return d.Doubtful }},
	}
}

// WriteStaleCSV writes the devices without a recent backup for a spreadsheet, one a row.
func WriteStaleCSV(w io.Writer, stale report.Stale) error {
	return writeCSV(w, staleColumns(stale), Rows(stale.Devices))
}

// A historyRow is one finding of a visit, or a visit without any.
type historyRow struct {
	run   report.PastRun
	visit report.Device
	found report.Finding
}

// historyColumns are the columns of a whole history.
var historyColumns = []Column[historyRow]{
	{"run", func(row historyRow) string { return row.run.Run }},
	{"startedAt", func(row historyRow) string { return Timestamp(row.run.StartedAt) }},
	{"finishedAt", func(row historyRow) string { return Timestamp(row.run.FinishedAt) }},
	{"subject", func(row historyRow) string { return row.run.Subject }},
	{"takenAt", func(row historyRow) string { return Timestamp(row.visit.TakenAt) }},
	{"name", func(row historyRow) string { return row.visit.Name }},
	{"model", func(row historyRow) string { return row.visit.ModelName }},
	{"version", func(row historyRow) string { return row.visit.ProductVersion }},
	{"udid", func(row historyRow) string { return row.visit.UDID }},
	{"serial", func(row historyRow) string { return row.visit.Serial }},
	{"slot", func(row historyRow) string { return row.visit.Slot }},
	{"location", func(row historyRow) string { return row.visit.Location }},
	{"asset", func(row historyRow) string { return AssetText(row.visit.Asset) }},
	{"verdict", func(row historyRow) string { return row.visit.Verdict }},
	{"headline", func(row historyRow) string { return row.visit.Headline }},
	{"reason", func(row historyRow) string { return row.visit.Reason }},
	{"retried", func(row historyRow) string { return row.visit.Retried }},
	{"lastBackup", func(row historyRow) string { return Timestamp(row.visit.LastBackup) }},
	{"noLastBackup", func(row historyRow) string { return row.visit.NoLastBackup }},
	{"check", func(row historyRow) string { return row.found.Check }},
	{"status", func(row historyRow) string { return row.found.Status }},
	{"findingSubject", func(row historyRow) string { return row.found.Subject }},
	{"summary", func(row historyRow) string { return row.found.Summary }},
	{"findingReason", func(row historyRow) string { return row.found.Reason }},
	{"explainedBy", func(row historyRow) string { return row.found.ExplainedBy }},
	{"state", func(row historyRow) string { return row.run.State }},
	{"doubtful", func(row historyRow) string { return row.run.Doubtful }},
}

// A historyCSV is a history as one table.
type historyCSV struct {
	csvWriter[historyRow]
	runs map[string]report.PastRun
}

// NewHistoryCSV writes a history for a spreadsheet: a row for each problem, warning, unknown
// and suppressed finding of each visit of a device, and one for a visit without any.
func NewHistoryCSV(w io.Writer) HistoryWriter {
	return historyCSV{newCSV(w, historyColumns), map[string]report.PastRun{}}
}

func (h historyCSV) Run(run report.PastRun) error {
	h.runs[run.Run] = run
	return writing(h.csv.Error())
}

func (h historyCSV) Visit(run string, d report.Device) error {
	past := h.runs[run]
	past.Run = run
	var found []report.Finding
	for _, f := range d.Findings {
		switch checks.Status(f.Status) {
		case checks.Problem, checks.Warning, checks.Unknown:
			found = append(found, f)
		}
	}
	for _, f := range d.Suppressed {
		found = append(found, report.Finding{Check: f.Check, Status: string(checks.Suppressed), Subject: f.Subject, Summary: f.Summary, Reason: f.Because})
	}
	if len(found) == 0 {
		found = []report.Finding{{}}
	}
	for _, f := range found {
		if err := h.row(historyRow{past, d, f}); err != nil {
			return err
		}
	}
	return nil
}

func (h historyCSV) Close() error { return h.end() }
