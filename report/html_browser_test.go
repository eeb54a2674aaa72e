package report

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// inBrowser opens a page of HTML in a headless Chromium. What goes wrong there fails the
// test: an error in the script, a dialog, or a request for another file.
func inBrowser(t testing.TB, r Report) (ctx context.Context, address string) {
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
	return openBrowser(t), "file://" + path
}

func openBrowser(t testing.TB) context.Context {
	t.Helper()
	program := "/usr/bin/chromium"
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("BACKUPDOCTOR_REQUIRE_CHROMIUM") != "" {
			t.Fatal("chromium is not installed, and BACKUPDOCTOR_REQUIRE_CHROMIUM is set")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *cdpruntime.EventExceptionThrown:
			t.Errorf("the script failed: %s", e.ExceptionDetails.Error())
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "file://") {
				t.Errorf("the page asked for %s", e.Request.URL)
			}
		}
	})
	return ctx
}

// names of the rows of the table, in their order, and whether something was alerted.
const rowNames = `[...document.querySelectorAll(".overview tbody tr")].map(row => row.textContent.replace(/\s+/g, " ").trim())`

// A reader opens the page: every device has its row and its card, a name is text whatever it
// says, and the table sorts by each of its columns, both ways.
func TestHTMLInABrowser(t *testing.T) {
	r := New(sampleRun(failing("B phone"), unexamined("<script>alert(1)</script>"), well("A phone"), well("C phone")))
	for i := range r.Devices {
		r.Devices[i].UDID += string(rune('a' + i))
	}
	ctx, address := inBrowser(t, r)
	var rows, sorted, back []string
	var cards, heads, scripts int
	var alerted bool
	err := chromedp.Run(ctx,
		network.Enable(), cdpruntime.Enable(),
		chromedp.Navigate(address),
		chromedp.Evaluate(`window.alerted = false; window.alert = () => { window.alerted = true }; true`, &alerted),
		chromedp.Evaluate(rowNames, &rows),
		chromedp.Evaluate(`document.querySelectorAll(".cards > article").length`, &cards),
		chromedp.Evaluate(`document.querySelectorAll(".overview thead button").length`, &heads),
		chromedp.Evaluate(`document.scripts.length`, &scripts),
		chromedp.Evaluate(`for (const button of document.querySelectorAll(".overview thead button")) { button.click(); button.click() } true`, &alerted),
		chromedp.Evaluate(`[...document.querySelectorAll(".overview thead th")].find(head => /device/i.test(head.textContent)).querySelector("button").click(); true`, &alerted),
		chromedp.Evaluate(rowNames, &sorted),
		chromedp.Evaluate(`[...document.querySelectorAll(".overview thead th")].find(head => /device/i.test(head.textContent)).querySelector("button").click(); true`, &alerted),
		chromedp.Evaluate(rowNames, &back),
		chromedp.Evaluate(`window.alerted`, &alerted),
	)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || cards != 4 || heads < 3 || scripts != 1 || alerted {
		t.Errorf("%d rows, %d cards, %d heads that sort, %d scripts, alerted %t", len(rows), cards, heads, scripts, alerted)
	}
	if !strings.Contains(strings.Join(rows, "\n"), "<script>alert(1)</script>") {
		t.Errorf("the name that is a script is not shown as text: %q", rows)
	}
	for i := range sorted {
		if sorted[i] != back[len(back)-1-i] {
			t.Errorf("sorted the other way round the rows are %q, not those of %q backwards", back, sorted)
			break
		}
	}
	if a, c := indexOf(sorted, "A phone"), indexOf(sorted, "C phone"); a < 0 || a > c {
		t.Errorf("sorted by device: %q", sorted)
	}
}

func indexOf(rows []string, part string) int {
	for i, row := range rows {
		if strings.Contains(row, part) {
			return i
		}
	}
	return -1
}

// BenchmarkHTMLInABrowser opens the page of a thousand devices. ms/load is from the address
// to the load event; the aim is 2000.
func BenchmarkHTMLInABrowser(b *testing.B) {
	var devices []Examined
	for range 1000 {
		devices = append(devices, failing("Kitchen iPhone"))
	}
	ctx, address := inBrowser(b, New(sampleRun(devices...)))
	var load float64
	for b.Loop() {
		err := chromedp.Run(ctx, chromedp.Navigate(address),
			chromedp.Evaluate(`performance.getEntriesByType("navigation")[0].loadEventEnd || performance.now()`, &load))
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(load, "ms/load")
	b.ReportMetric(0, "ns/op")
}
