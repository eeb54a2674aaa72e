package hubpages

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
	"github.com/backupdoctor/backupdoctor/report/web"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// TestPlantedInAFleet checks that no text of a report from a bench becomes advice, a title or a
// step on a page of the hub or in an exported list. Each device of the fleet has advice planted
// in one field.
func TestPlantedInAFleet(t *testing.T) {
	store, err := ledger.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	fields := plantedIn(t, store)
	if want := 120 / plantStep(); len(fields) < want {
		t.Errorf("only %d addresses show a field that was planted", len(fields))
	}
	handler, err := New(Config{
		Store: store, Guard: web.Guard{Hosts: []string{"hub.example.org"}}, Token: token, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	shown := 0
	for address, page := range everyPage(t, handler) {
		var found []string
		switch kind, _, _ := strings.Cut(page.kind, ";"); kind {
		case "text/html":
			title := regexp.MustCompile(`<title>(.*)</title>`).FindString(page.text)
			found = reporttest.Unquoted(title + "\n" + reporttest.HTMLText(page.text))
		case "text/csv":
			found = plantedCells(t, page.text)
		case "application/json":
			found = plantedValues(t, page.text)
		}
		if strings.Contains(page.text, reporttest.Planted) {
			shown++
		}
		for _, line := range found {
			t.Errorf("%s (%s): %s", address, fields[address], line)
		}
		if field, known := strings.CutPrefix(fields[address], ofOurs); known && isLookedUp(field) && strings.Contains(page.text, reporttest.Planted) {
			t.Errorf("%s has the words that came as %s", address, field)
		}
	}
	if shown < len(fields)/2 {
		t.Errorf("what was planted is on %d pages only", shown)
	}
}

// ofOurs is the prefix of fields from a report whose ids this version knows.
const ofOurs = "ours: "

// isLookedUp reports whether the content of a field is looked up by an adjacent id.
func isLookedUp(field string) bool {
	for _, end := range []string{
		".findings[].title", ".findings[].effect", ".remedies[].title", ".sources[].title", ".sources[].url", ".gaps[].summary", ".needs[].text",
		".plan[].title", ".plan[].actor", ".plan[].risk", ".plan[].steps[]",
	} {
		if strings.HasSuffix(field, end) {
			return true
		}
	}
	return false
}

func reportID(n int) string { return fmt.Sprintf("01936000-0000-7000-8000-%012x", n+1) }

// siteOf returns a site with advice planted in only one name: a site is shown on each page of
// all its devices.
func siteOf(n int) string {
	if n == 0 {
		return reporttest.Planted
	}
	return "Oslo"
}

// plantStep returns how many fields there are for each that is planted: one in a long run, and forty
// with -short, because one goroutine writes one page after the other.
func plantStep() int {
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
		return 1
	case testing.Short():
		return 40
	default:
		return 3
	}
}

// sampled returns the fields to plant.
func sampled(fields []string) (some []string) {
	for i := 0; i < len(fields); i += plantStep() {
		some = append(some, fields[i])
	}
	return some
}

// plantedIn stores a report for each field of one, and returns the fields by the URLs that show
// them.
func plantedIn(t *testing.T, store *ledger.Store) map[string]string {
	t.Helper()
	full, err := json.Marshal(reporttest.Example(reflect.TypeFor[report.Report]()))
	must(t, err)
	tray, err := os.ReadFile("../../../testdata/reports/tray-of-six.json")
	must(t, err)
	fields, n := map[string]string{}, 0
	for i, document := range [][]byte{full, tray} {
		for _, field := range sampled(reporttest.TextFields(t, document)) {
			text := reporttest.Plant(t, document, field, false)
			var r report.Report
			if json.Unmarshal(text, &r) != nil {
				continue // not text but a time
			}
			r.Subject, r.Devices = report.OfDevices, r.Devices[:min(3, len(r.Devices))]
			id := fmt.Sprintf("%08d", n)
			for i := range r.Devices {
				if field != ".devices[].udid" {
					r.Devices[i].UDID = fmt.Sprintf("%s-%d", id, i)
				}
				r.Devices[i].TakenAt = now.Add(-time.Hour)
			}
			sent, err := json.Marshal(r)
			must(t, err)
			outcome, err := store.Put(t.Context(), ledger.Message{
				ID: reportID(n), Bench: "oslo", Site: siteOf(n), Received: now, Report: r, JSON: sent,
			})
			must(t, err)
			if len(outcome.Refused) > 0 {
				t.Errorf("with %s planted the report is refused: %v", field, outcome.Refused)
			}
			if i == 1 {
				field = ofOurs + field
			}
			fields["/device?id="+id+"-0"], fields["/report?id="+reportID(n)] = field, field
			n++
		}
	}
	return fields
}

// enough is the number of lists of visits to look at; their content is also on the pages.
const enough = 100

// An answered is the hub's response to a request.
type answered struct{ kind, text string }

// everyPage follows all links from the overview.
func everyPage(t *testing.T, handler http.Handler) map[string]answered {
	t.Helper()
	pages, waiting, exported := map[string]answered{}, []string{"/"}, 0
	for len(waiting) > 0 {
		address := waiting[0]
		waiting = waiting[1:]
		if _, seen := pages[address]; seen {
			continue
		}
		got := get(handler, address)
		if got.Code != 200 {
			t.Errorf("%s is answered with %d", address, got.Code)
		}
		page := answered{got.Header().Get("Content-Type"), got.Body.String()}
		pages[address] = page
		if got.Header().Get("Content-Disposition") != "" {
			continue
		}
		for _, match := range hrefs.FindAllStringSubmatch(page.text, -1) {
			next := html.UnescapeString(match[1])
			if strings.HasPrefix(next, "/export/visits/") {
				if exported++; exported > enough {
					continue
				}
			}
			if strings.HasPrefix(next, "/") {
				waiting = append(waiting, next)
			}
		}
	}
	return pages
}

// plantedCells returns the cells of a table with planted text that is not a name.
func plantedCells(t *testing.T, table string) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	must(t, err)
	var found []string
	for _, row := range rows {
		for i, cell := range row {
			isName := slices.Contains(append(reporttest.PlantedNames, "asset"), rows[0][i])
			if !isName && len(reporttest.Unquoted(cell)) > 0 {
				found = append(found, rows[0][i]+": "+cell)
			}
		}
	}
	return found
}

// plantedValues returns the planted values of a document, or of each row of a list.
func plantedValues(t *testing.T, document string) []string {
	t.Helper()
	var rows []json.RawMessage
	if json.Unmarshal([]byte(document), &rows) != nil {
		rows = []json.RawMessage{json.RawMessage(document)}
	}
	var found []string
	for _, row := range rows {
		found = append(found, reporttest.InJSON(row)...)
	}
	return found
}
