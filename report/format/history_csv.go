package format

import (
	"io"
	"strconv"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// A staleRow is a device without a recent backup.
type staleRow struct {
	report.KnownDevice
	mdm string // what an export says about its backup; "" for a device of the history
}

// staleColumns returns the columns for devices without a recent backup.
func staleColumns(stale report.Stale) []Column[staleRow] {
	return []Column[staleRow]{
		{Head: "backup", Text: func(d staleRow) string { return string(d.Backup) }},
		{Head: "lastBackup", Text: func(d staleRow) string { return Timestamp(d.LastBackup) }},
		{Head: "daysSinceBackup", Text: func(d staleRow) string {
			if d.LastBackup.IsZero() {
				return ""
			}
			return strconv.Itoa(words.Days(stale.At.Sub(d.LastBackup)))
		}},
		{Head: "takenAt", Text: func(d staleRow) string { return Timestamp(d.TakenAt) }},
		{Head: "name", Text: func(d staleRow) string { return d.Name }},
		{Head: "modelName", Text: func(d staleRow) string { return d.ModelName }},
		{Head: "udid", Text: func(d staleRow) string { return d.UDID }},
		{Head: "serial", Text: func(d staleRow) string { return d.Serial }},
		{Head: "slot", Text: func(d staleRow) string { return d.Slot }},
		{Head: "location", Text: func(d staleRow) string { return d.Location }},
		{Head: "asset", Text: func(d staleRow) string { return AssetText(d.Asset) }},
		{Head: "verdict", Text: func(d staleRow) string { return d.Verdict }},
		{Head: "headline", Text: func(d staleRow) string { return d.Headline }},
		{Head: "noLastBackup", Text: func(d staleRow) string { return d.NoLastBackup }},
		{Head: "earlierBackup", Text: func(d staleRow) string { return Timestamp(d.EarlierBackup) }},
		{Head: "earlierAt", Text: func(d staleRow) string { return Timestamp(d.EarlierAt) }},
		{Head: "doubtful", Text: func(d staleRow) string { return d.Doubtful }},
	}
}

// WriteStaleCSV writes the devices without a recent backup for a spreadsheet, one per row. With a
// management system's export, its devices follow, with its answer in the column mdm.
func WriteStaleCSV(w io.Writer, stale report.Stale) error {
	rows := convert(stale.Devices, func(d report.KnownDevice) staleRow { return staleRow{KnownDevice: d} })
	columns := staleColumns(stale)
	if stale.MDM != nil {
		columns = append(columns, Column[staleRow]{Head: mdmHead, Text: func(d staleRow) string { return d.mdm }})
		for _, m := range stale.MDM.List {
			if checks.ManagedState(m.State) == checks.ManagedRecent || checks.ManagedState(m.State) == checks.ManagedUnexpected {
				continue
			}
			d := report.KnownDevice{UDID: m.UDID, Serial: m.Serial, Name: m.Name, Asset: m.Asset, LastBackup: m.LastBackup, TakenAt: m.AsOf, Backup: report.BackupUnknown}
			if !m.LastBackup.IsZero() {
				d.Backup = report.BackupKnown
			}
			rows = append(rows, staleRow{d, m.State})
		}
	}
	return writeCSV(w, columns, Rows(rows))
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
