package format

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/browsertest"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/chromedp/chromedp"
)

// inBrowser writes an HTML page and opens it in a browser.
func inBrowser(t testing.TB, r report.Report) *browsertest.Browser {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteHTML(file, r); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	b := browsertest.Open(t)
	b.Do(chromedp.Navigate("file://" + path))
	return b
}

// In a browser, every device has a row and a card, and names are always shown as text.
func TestHTMLInABrowser(t *testing.T) {
	b := inBrowser(t, trayOfFour())
	rows := browsertest.Value[[]string](b, rowTexts)
	cards := browsertest.Value[int](b, `document.querySelectorAll(".cards > article").length`)
	scripts := browsertest.Value[int](b, `document.scripts.length`)
	if len(rows) != 4 || cards != 4 || scripts != 1 {
		t.Errorf("%d rows, %d cards, %d scripts", len(rows), cards, scripts)
	}
	if !strings.Contains(strings.Join(rows, "\n"), "<script>alert(1)</script>") {
		t.Errorf("the name that is a script is not shown as text: %q", rows)
	}
	b.Fits()
	b.AskedOnly("file://")
}

// Every golden HTML page fits its window. The usual run looks at every third.
func TestEveryHTMLFits(t *testing.T) {
	pages, err := filepath.Glob("../../testdata/reports/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	b := browsertest.Open(t)
	for i, page := range pages {
		if i%3 > 0 && os.Getenv("BACKUPDOCTOR_LONG") == "" {
			continue
		}
		path, err := filepath.Abs(page)
		if err != nil {
			t.Fatal(err)
		}
		b.Do(chromedp.Navigate("file://" + path))
		b.Fits()
	}
	b.AskedOnly("file://")
}

func trayOfFour() report.Report {
	r := report.New(reporttest.Run(reporttest.Failing("B phone"), reporttest.Unexamined("<script>alert(1)</script>"), reporttest.Well("A phone"), reporttest.Well("C phone")))
	for i := range r.Devices {
		r.Devices[i].UDID += string(rune('a' + i))
	}
	return r
}

const rowTexts = `[...document.querySelectorAll(".overview tbody tr")].map(row => row.textContent.replace(/\s+/g, " ").trim())`

// clickHead clicks a column header and returns the cell values in their new order: numbers,
// times or texts. Unknown values come last and are omitted.
const clickHead = `(() => {
	document.querySelectorAll(".overview thead button")[%d].click();
	const cells = [...document.querySelectorAll(".overview tbody tr")].map(row => row.cells[%[1]d]);
	const known = cells.filter(cell => !cell.matches(".date") || cell.querySelector("time"));
	return known.map(cell => (cell.dataset.sort ?? cell.querySelector("time")?.dateTime ?? cell.textContent).trim().toLowerCase().replace(/[“”]/g, "")).filter(text => text !== "");
})()`

// Clicking a column header sorts by it; a second click reverses the order.
func TestHTMLSortsByEveryColumn(t *testing.T) {
	b := inBrowser(t, trayOfFour())
	heads := browsertest.Value[[]string](b, `[...document.querySelectorAll(".overview thead th")].map(head => head.textContent)`)
	if !slices.Contains(heads, "Device") || !slices.Contains(heads, "Verdict") || !slices.Contains(heads, "Last good iCloud backup") {
		t.Errorf("the columns are %q", heads)
	}
	for column, head := range heads {
		click := fmt.Sprintf(clickHead, column)
		if up := browsertest.Value[[]string](b, click); !slices.IsSorted(up) {
			t.Errorf("the first click on %q sorts them as %q", head, up)
		}
		down := browsertest.Value[[]string](b, click)
		slices.Reverse(down)
		if !slices.IsSorted(down) {
			t.Errorf("the second click on %q sorts them, backwards, as %q", head, down)
		}
	}
	b.AskedOnly("file://")
}

// BenchmarkHTMLInABrowser opens a page of largeCount devices. ms/load is the time from
// navigation to the load event; the goal for a thousand devices is 2000.
func BenchmarkHTMLInABrowser(b *testing.B) {
	var devices []report.Examined
	for range largeCount() {
		devices = append(devices, reporttest.Failing("Kitchen iPhone"))
	}
	window := inBrowser(b, report.New(reporttest.Run(devices...)))
	var load float64
	for b.Loop() {
		window.Do(chromedp.Reload())
		load += browsertest.Value[float64](window, `performance.getEntriesByType("navigation")[0].loadEventEnd || performance.now()`)
	}
	b.ReportMetric(load/float64(b.N), "ms/load")
	b.ReportMetric(0, "ns/op")
}
