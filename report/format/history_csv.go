package format

import (
	"io"
	"strconv"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// staleColumns returns the columns for devices without a recent backup.
func staleColumns(stale report.Stale) []Column[report.KnownDevice] {
	return []Column[report.KnownDevice]{
		{Head: "backup", Text: func(d report.KnownDevice) string { return string(d.Backup) }},
		{Head: "lastBackup", Text: func(d report.KnownDevice) string { return Timestamp(d.LastBackup) }},
		{Head: "daysSinceBackup", Text: func(d report.KnownDevice) string {
			if d.LastBackup.IsZero() {
				return ""
			}
			return strconv.Itoa(words.Days(stale.At.Sub(d.LastBackup)))
		}},
		{Head: "takenAt", Text: func(d report.KnownDevice) string { return Timestamp(d.TakenAt) }},
		{Head: "name", Text: func(d report.KnownDevice) string { return d.Name }},
		{Head: "modelName", Text: func(d report.KnownDevice) string { return d.ModelName }},
		{Head: "udid", Text: func(d report.KnownDevice) string { return d.UDID }},
		{Head: "serial", Text: func(d report.KnownDevice) string { return d.Serial }},
		{Head: "slot", Text: func(d report.KnownDevice) string { return d.Slot }},
		{Head: "location", Text: func(d report.KnownDevice) string { return d.Location }},
		{Head: "asset", Text: func(d report.KnownDevice) string { return AssetText(d.Asset) }},
		{Head: "verdict", Text: func(d report.KnownDevice) string { return d.Verdict }},
		{Head: "headline", Text: func(d report.KnownDevice) string { return d.Headline }},
		{Head: "noLastBackup", Text: func(d report.KnownDevice) string { return d.NoLastBackup }},
		{Head: "earlierBackup", Text: func(d report.KnownDevice) string { return Timestamp(d.EarlierBackup) }},
		{Head: "earlierAt", Text: func(d report.KnownDevice) string { return Timestamp(d.EarlierAt) }},
		{Head: "doubtful", Text: func(d report.KnownDevice) string { return d.Doubtful }},
	}
}

// WriteStaleCSV writes the devices without a recent backup for a spreadsheet, one per row.
func WriteStaleCSV(w io.Writer, stale report.Stale) error {
	return writeCSV(w, staleColumns(stale), Rows(stale.Devices))
}

// A historyRow is one finding of a visit, or a visit without findings.
type historyRow struct {
	run   report.PastRun
	visit report.Device
	found report.Finding
}

// historyColumns are the columns of an exported history.
var historyColumns = []Column[historyRow]{
	{Head: "run", Text: func(row historyRow) string { return row.run.Run }},
	{Head: "startedAt", Text: func(row historyRow) string { return Timestamp(row.run.StartedAt) }},
	{Head: "finishedAt", Text: func(row historyRow) string { return Timestamp(row.run.FinishedAt) }},
	{Head: "subject", Text: func(row historyRow) string { return row.run.Subject }},
	{Head: "takenAt", Text: func(row historyRow) string { return Timestamp(row.visit.TakenAt) }},
	{Head: "name", Text: func(row historyRow) string { return row.visit.Name }},
	{Head: "modelName", Text: func(row historyRow) string { return row.visit.ModelName }},
	{Head: "productVersion", Text: func(row historyRow) string { return row.visit.ProductVersion }},
	{Head: "udid", Text: func(row historyRow) string { return row.visit.UDID }},
	{Head: "serial", Text: func(row historyRow) string { return row.visit.Serial }},
	{Head: "slot", Text: func(row historyRow) string { return row.visit.Slot }},
	{Head: "location", Text: func(row historyRow) string { return row.visit.Location }},
	{Head: "asset", Text: func(row historyRow) string { return AssetText(row.visit.Asset) }},
	{Head: "verdict", Text: func(row historyRow) string { return row.visit.Verdict }},
	{Head: "headline", Text: func(row historyRow) string { return row.visit.Headline }},
	{Head: "reason", Text: func(row historyRow) string { return row.visit.Reason }},
	{Head: "retried", Text: func(row historyRow) string { return row.visit.Retried }},
	{Head: "lastBackup", Text: func(row historyRow) string { return Timestamp(row.visit.LastBackup) }},
	{Head: "noLastBackup", Text: func(row historyRow) string { return row.visit.NoLastBackup }},
	{Head: "check", Text: func(row historyRow) string { return row.found.Check }},
	{Head: "status", Text: func(row historyRow) string { return row.found.Status }},
	{Head: "findingSubject", Text: func(row historyRow) string { return row.found.Subject }},
	{Head: "summary", Text: func(row historyRow) string { return row.found.Summary }},
	{Head: "findingReason", Text: func(row historyRow) string { return row.found.Reason }},
	{Head: "explainedBy", Text: func(row historyRow) string { return row.found.ExplainedBy }},
	{Head: "state", Text: func(row historyRow) string { return row.run.State }},
	{Head: "doubtful", Text: func(row historyRow) string { return row.run.Doubtful }},
}

// A historyCSV writes a history as one table.
type historyCSV struct {
	csvWriter[historyRow]
	runs map[string]report.PastRun
}

// NewHistoryCSV writes a history for a spreadsheet: one row for each problem, warning, unknown
// or suppressed finding of each visit, and one row for a visit without findings.
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
