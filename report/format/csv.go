package format

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// maxAssetColumns limits the number of inventory columns in a file. No real inventory comes
// near it, but a malicious recording could.
const maxAssetColumns = 256

// A deviceRow is one device of a report, with its inventory row keyed by clean headers.
type deviceRow struct {
	r      *report.Report
	d      *report.Device
	asset  map[string]string
	absent bool   // not seen: known only from an inventory or an export
	mdm    string // what an export says about its backup; "" if it does not list the device
}

// A findingRow is one finding on a device. silence is nil if the finding counts.
type findingRow struct {
	deviceRow
	f       report.Finding
	silence *report.Silence
}

// deviceColumns are the columns before those of the inventory. Headers match the JSON field
// names where there are any, and never change; new columns go last.
var deviceColumns = []Column[deviceRow]{
	{Head: "udid", Text: func(row deviceRow) string { return row.d.UDID }},
	{Head: "serial", Text: func(row deviceRow) string { return row.d.Serial }},
	{Head: "slot", Text: func(row deviceRow) string { return row.d.Slot }},
	{Head: "location", Text: func(row deviceRow) string { return row.d.Location }},
	{Head: "name", Text: func(row deviceRow) string { return row.d.Name }},
	{Head: "modelName", Text: func(row deviceRow) string { return row.d.ModelName }},
	{Head: "productType", Text: func(row deviceRow) string { return row.d.ProductType }},
	{Head: "system", Text: func(row deviceRow) string { return row.d.System }},
	{Head: "productVersion", Text: func(row deviceRow) string { return row.d.ProductVersion }},
	{Head: "buildVersion", Text: func(row deviceRow) string { return row.d.BuildVersion }},
	{Head: "verdict", Text: func(row deviceRow) string { return row.d.Verdict }},
	{Head: "headline", Text: func(row deviceRow) string { return row.d.Headline }},
	{Head: "reason", Text: func(row deviceRow) string { return row.d.Reason }},
	{Head: "detail", Text: func(row deviceRow) string { return row.d.Detail }},
	{Head: "retried", Text: func(row deviceRow) string { return row.d.Retried }},
	{Head: "lastBackup", Text: func(row deviceRow) string { return Timestamp(row.d.LastBackup) }},
	{Head: "daysSinceBackup", Text: func(row deviceRow) string { return daysSinceBackup(row.d) }},
	{Head: "noLastBackup", Text: func(row deviceRow) string { return row.d.NoLastBackup }},
	{Head: "causes", Text: func(row deviceRow) string {
		return joined(report.CausesOf(*row.d), func(f report.Finding) string { return report.ShortFor(f.Check, f.Status) })
	}},
	{Head: "firstRemedy", Text: func(row deviceRow) string { return firstStep(row.d) }},
	{Head: "problems", Text: func(row deviceRow) string { return strconv.Itoa(countOf(row.d, checks.Problem)) }},
	{Head: "warnings", Text: func(row deviceRow) string { return strconv.Itoa(countOf(row.d, checks.Warning)) }},
	{Head: "unknown", Text: func(row deviceRow) string { return strconv.Itoa(countOf(row.d, checks.Unknown)) }},
	{Head: "questions", Text: func(row deviceRow) string { return strconv.Itoa(countOf(row.d, checks.Ask)) }},
	{Head: "ok", Text: func(row deviceRow) string { return strconv.Itoa(countOf(row.d, checks.OK)) }},
	{Head: "suppressed", Text: func(row deviceRow) string { return strconv.Itoa(len(row.d.Suppressed)) }},
	{Head: "backupsWhole", Text: func(row deviceRow) string { return strconv.Itoa(report.CountBackups(row.d).Whole) }},
	{Head: "backupsBroken", Text: func(row deviceRow) string { return strconv.Itoa(report.CountBackups(row.d).Broken) }},
	{Head: "backupsCannotTell", Text: func(row deviceRow) string { return strconv.Itoa(report.CountBackups(row.d).CannotTell) }},
	{Head: "takenAt", Text: func(row deviceRow) string { return Timestamp(row.d.TakenAt) }},
	{Head: "run", Text: func(row deviceRow) string { return row.r.Run }},
	{Head: "redacted", Text: func(row deviceRow) string { return strconv.FormatBool(row.r.Redacted) }},
	{Head: "partial", Text: func(row deviceRow) string { return strconv.FormatBool(row.r.Partial) }},
	{Head: "connection", Text: func(row deviceRow) string { return row.d.Connection }},
	{Head: "backupStatements", Text: func(row deviceRow) string {
		return joined(row.d.Backups, func(b report.Backup) string {
			return device.Quoted(folderName(b)) + " " + device.Token(b.Verdict) + ": " + strings.Join(convert(b.Statements, statementLine), ", ")
		})
	}},
	{Head: "expected", Text: func(row deviceRow) string { return row.d.Expected }},
	{Head: "expectedSince", Text: func(row deviceRow) string { return Timestamp(row.d.ExpectedSince) }},
	{Head: "repair", Text: ofRepair(repairDone)},
	{Head: "by", Text: ofRepair(func(r report.Repair) string { return r.By })},
	{Head: "endedAt", Text: ofRepair(func(r report.Repair) string { return Timestamp(r.EndedAt) })},
	{Head: "copyVerdict", Text: ofCopy(func(c report.Copy) string { return c.Verdict })},
	{Head: "copyFolder", Text: ofCopy(func(c report.Copy) string { return c.Folder })},
}

// ofCopy returns what a column has for the copy of a device; "" if the run made none.
func ofCopy(text func(report.Copy) string) func(deviceRow) string {
	return func(row deviceRow) string {
		if row.d.Copy == nil {
			return ""
		}
		return text(*row.d.Copy)
	}
}

// ofRepair returns what a column has for the repair of a device; "" without one.
func ofRepair(text func(report.Repair) string) func(deviceRow) string {
	return func(row deviceRow) string {
		if row.d.Repair == nil {
			return ""
		}
		return text(*row.d.Repair)
	}
}

// findingColumns begin with the device of the finding. Headers never change; new columns go
// last.
var findingColumns = []Column[findingRow]{
	{Head: "udid", Text: func(row findingRow) string { return row.d.UDID }},
	{Head: "serial", Text: func(row findingRow) string { return row.d.Serial }},
	{Head: "slot", Text: func(row findingRow) string { return row.d.Slot }},
	{Head: "name", Text: func(row findingRow) string { return row.d.Name }},
	{Head: "modelName", Text: func(row findingRow) string { return row.d.ModelName }},
	{Head: "verdict", Text: func(row findingRow) string { return row.d.Verdict }},
	{Head: "check", Text: func(row findingRow) string { return row.f.Check }},
	{Head: "short", Text: func(row findingRow) string { return report.ShortFor(row.f.Check, row.f.Status) }},
	{Head: "status", Text: func(row findingRow) string { return row.f.Status }},
	{Head: "effect", Text: func(row findingRow) string { return row.f.Effect }},
	{Head: "subject", Text: func(row findingRow) string { return row.f.Subject }},
	{Head: "summary", Text: func(row findingRow) string { return row.f.Summary }},
	{Head: "explainedBy", Text: func(row findingRow) string { return row.f.ExplainedBy }},
	{Head: "reason", Text: func(row findingRow) string { return row.f.Reason }},
	{Head: "detail", Text: func(row findingRow) string { return row.f.Detail }},
	{Head: "evidence", Text: func(row findingRow) string {
		return joined(row.f.Evidence, func(e report.Evidence) string { return evidenceText(e, row.d.TakenAt) })
	}},
	{Head: "remedies", Text: func(row findingRow) string {
		return joined(row.f.Remedies, func(remedy report.Remedy) string { return remedy.Title })
	}},
	{Head: "suppressed", Text: func(row findingRow) string { return strconv.FormatBool(row.silence != nil) }},
	{Head: "because", Text: func(row findingRow) string {
		if row.silence == nil {
			return ""
		}
		return row.silence.Because
	}},
	{Head: "until", Text: func(row findingRow) string {
		if row.silence == nil {
			return ""
		}
		return Timestamp(row.silence.Until)
	}},
	{Head: "takenAt", Text: func(row findingRow) string { return Timestamp(row.d.TakenAt) }},
	{Head: "run", Text: func(row findingRow) string { return row.r.Run }},
	{Head: "partial", Text: func(row findingRow) string { return strconv.FormatBool(row.r.Partial) }},
}

// WriteCSV writes a table of the devices for spreadsheets: RFC 4180 in UTF-8 without a byte
// order mark, one row per device, times in UTC as RFC 3339.
//
// The inventory's columns come last, under their own headers, prefixed with "asset." if the
// report has a column of that name. The last rows are inventory devices that were not seen,
// with "not-seen" in the column inventory, and devices known only from a management system's
// export, with its answer in the column mdm.
//
// A cell is one line without terminal escapes and never starts a formula: a sign that would
// start one gets an apostrophe in front, unless the cell is a plain number. Without devices
// only the header is written, and only the exit code says why.
func WriteCSV(w io.Writer, r report.Report) error {
	absent := absentDevices(r)
	columns := slices.Clone(deviceColumns)
	if r.Inventory != nil {
		columns = append(columns, Column[deviceRow]{Head: inventoryHead, Text: func(row deviceRow) string { return placeInInventory(row.r, row.d) }})
	}
	managed := managedDevices(r)
	if r.MDM != nil {
		columns = append(columns, Column[deviceRow]{Head: mdmHead, Text: func(row deviceRow) string { return row.mdm }})
		absent = slices.DeleteFunc(absent, func(d report.Device) bool {
			return slices.ContainsFunc(managed, func(m report.Device) bool {
				return m.Serial != "" && m.Serial == d.Serial || m.UDID != "" && m.UDID == d.UDID
			})
		})
	}
	own := len(columns)
	columns = append(columns, assetColumns(slices.Concat(r.Devices, absent, managed))...)
	for i, c := range columns[:own] {
		columns[i].Text = func(row deviceRow) string {
			if row.absent {
				return absentCell(c.Head, row)
			}
			return c.Text(row)
		}
	}
	table := newCSV(w, columns)
	for _, d := range r.All() {
		if err := table.row(deviceRow{r: &r, d: &d, asset: assetOf(d)}); err != nil {
			return err
		}
	}
	for _, d := range absent {
		if err := table.row(deviceRow{r: &r, d: &d, asset: assetOf(d), absent: true}); err != nil {
			return err
		}
	}
	for i, d := range managed {
		if err := table.row(deviceRow{r: &r, d: &d, asset: assetOf(d), absent: true, mdm: r.MDM.List[i].State}); err != nil {
			return err
		}
	}
	return table.end()
}

// mdmHead is the header of a column that exists only with a management system's export.
const mdmHead = "mdm"

// inventoryHead is the header of a column that exists only with an inventory.
const inventoryHead = "inventory"

// absentCell returns the cell of a device that was not seen.
func absentCell(head string, row deviceRow) string {
	switch head {
	case "udid":
		return row.d.UDID
	case "serial":
		return row.d.Serial
	case "name":
		return row.d.Name
	case "lastBackup":
		return Timestamp(row.d.LastBackup)
	case mdmHead:
		return row.mdm
	case "takenAt":
		return Timestamp(row.d.TakenAt)
	case "run":
		return row.r.Run
	case inventoryHead:
		return isUnseen
	}
	return ""
}

// WriteCSVFindings writes a table like WriteCSV, with one row for each problem and warning of a
// device in the order of the report, for each finding contradicted by an answer, and for each
// suppressed finding. Options.All adds healthy and unknown findings and questions.
func WriteCSVFindings(w io.Writer, r report.Report, o Options) error {
	table := newCSV(w, findingColumns)
	for _, d := range r.All() {
		for _, row := range findingRows(deviceRow{r: &r, d: &d}, o) {
			if err := table.row(row); err != nil {
				return err
			}
		}
	}
	return table.end()
}

func findingRows(d deviceRow, o Options) (rows []findingRow) {
	for _, f := range d.d.Findings {
		if status := checks.Status(f.Status); o.All || f.Contradicted || status == checks.Problem || status == checks.Warning {
			rows = append(rows, findingRow{d, f, nil})
		}
	}
	for _, s := range d.d.Suppressed {
		rows = append(rows, findingRow{d, report.Finding{Check: s.Check, Subject: s.Subject, Status: s.Status, Summary: s.Summary}, &s})
	}
	return rows
}

// assetColumns returns the columns of all inventories in order of first appearance. Headers
// that differ only in case are the same to a spreadsheet and to SQL, so they share a column.
func assetColumns(devices []report.Device) []Column[deviceRow] {
	var columns []Column[deviceRow]
	known, taken := map[string]bool{}, map[string]bool{}
	taken[inventoryHead], taken[mdmHead] = true, true
	for _, c := range deviceColumns {
		taken[strings.ToLower(c.Head)] = true
	}
	for _, d := range devices {
		for _, f := range d.Asset {
			key := report.Clean(f.Name)
			if known[key] || len(columns) == maxAssetColumns {
				continue
			}
			known[key] = true
			head := harmless(key)
			for head == "" || taken[strings.ToLower(head)] {
				head = "asset." + head
			}
			taken[strings.ToLower(head)] = true
			columns = append(columns, Column[deviceRow]{Head: head, Text: func(row deviceRow) string { return row.asset[key] }})
		}
	}
	return columns
}

// assetOf returns the inventory row keyed by clean headers. Values with the same header share a
// cell.
func assetOf(d report.Device) map[string]string {
	asset := map[string]string{}
	for _, f := range d.Asset {
		key := report.Clean(f.Name)
		if before := asset[key]; before != "" {
			asset[key] = before + "; " + f.Value
			continue
		}
		asset[key] = f.Value
	}
	return asset
}

// daysSinceBackup returns the age of the last good backup when the device was read, in full
// days, or "" if unknown.
func daysSinceBackup(d *report.Device) string {
	if d.LastBackup.IsZero() {
		return ""
	}
	return strconv.Itoa(words.Days(d.TakenAt.Sub(d.LastBackup)))
}

// firstStep returns the first thing to do, or "" if there is nothing.
func firstStep(d *report.Device) string {
	if len(d.Plan) == 0 {
		return ""
	}
	return d.Plan[0].Title
}

// countOf returns the number of findings of a device with a status.
func countOf(d *report.Device, status checks.Status) int {
	n := 0
	for _, f := range d.Findings {
		if checks.Status(f.Status) == status {
			n++
		}
	}
	return n
}
