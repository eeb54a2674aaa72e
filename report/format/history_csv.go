package format

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// A sheet writes rows for a spreadsheet: a text of a device or an inventory is cleaned first,
// and kept from being taken for a formula.
type sheet struct{ csv *csv.Writer }

func newSheet(w io.Writer, titles ...string) sheet {
	s := sheet{csv.NewWriter(w)}
	s.row(titles...)
	return s
}

// row writes one row; an error shows at the end.
func (s sheet) row(fields ...string) {
	row := make([]string, len(fields))
	for i, field := range fields {
		row[i] = CSVCell(field)
	}
	s.csv.Write(row)
}

func (s sheet) end() error {
	s.csv.Flush()
	if err := s.csv.Error(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// stamp writes a time for a spreadsheet, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// assetText is a row of an inventory in one field.
func assetText(asset []report.Field) string {
	var parts []string
	for _, f := range asset {
		parts = append(parts, f.Name+": "+f.Value)
	}
	return strings.Join(parts, "; ")
}

// WriteStaleCSV writes the devices without a recent backup for a spreadsheet, one a row.
func WriteStaleCSV(w io.Writer, stale report.Stale) error {
	s := newSheet(w, "state", "lastBackup", "days", "seenAt", "name", "model", "udid", "serial", "slot", "location", "asset",
		"verdict", "headline", "noLastBackup", "earlierBackup", "earlierAt")
	for _, d := range stale.Devices {
		days := ""
		if !d.LastBackup.IsZero() {
			days = strconv.Itoa(words.Days(stale.At.Sub(d.LastBackup)))
		}
		s.row(d.State, stamp(d.LastBackup), days, stamp(d.SeenAt), d.Name, d.ModelName, d.UDID, d.Serial, d.Slot, d.Location, assetText(d.Asset),
			d.Verdict, d.Headline, d.NoLastBackup, stamp(d.EarlierBackup), stamp(d.EarlierAt))
	}
	return s.end()
}

// A historyCSV is a history as one table.
type historyCSV struct {
	sheet
	runs map[string]report.PastRun
}

// NewHistoryCSV writes a history for a spreadsheet: a row for each problem, warning, unknown
// and suppressed finding of each visit of a device, and one for a visit without any.
func NewHistoryCSV(w io.Writer) HistoryWriter {
	return historyCSV{
		sheet: newSheet(w, "run", "startedAt", "finishedAt", "subject", "takenAt", "name", "model", "version", "udid", "serial", "slot", "location", "asset",
			"verdict", "headline", "reason", "retried", "lastBackup", "noLastBackup",
			"check", "status", "findingSubject", "summary", "findingReason", "explainedBy"),
		runs: map[string]report.PastRun{},
	}
}

func (h historyCSV) Run(run report.PastRun) error {
	h.runs[run.Run] = run
	return h.csv.Error()
}

func (h historyCSV) Visit(run string, d report.Device) error {
	past := h.runs[run]
	visit := []string{
		run, stamp(past.StartedAt), stamp(past.FinishedAt), past.Subject, stamp(d.TakenAt), d.Name, d.ModelName, d.ProductVersion,
		d.UDID, d.Serial, d.Slot, d.Location, assetText(d.Asset),
		d.Verdict, d.Headline, d.Reason, d.Retried, stamp(d.LastBackup), d.NoLastBackup,
	}
	alone := true
	add := func(fields ...string) {
		h.row(append(visit[:len(visit):len(visit)], fields...)...)
		alone = false
	}
	for _, f := range d.Findings {
		switch checks.Status(f.Status) {
		case checks.Problem, checks.Warning, checks.Unknown:
			add(f.Check, f.Status, f.Subject, f.Summary, f.Reason, f.ExplainedBy)
		}
	}
	for _, f := range d.Suppressed {
		add(f.Check, "suppressed", f.Subject, f.Summary, f.Because, "")
	}
	if alone {
		add("", "", "", "", "", "")
	}
	return h.csv.Error()
}

func (h historyCSV) Close() error { return h.end() }
