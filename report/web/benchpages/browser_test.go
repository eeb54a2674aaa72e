package benchpages

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/browsertest"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// serve serves pages until the test ends.
func serve(t testing.TB, s *Pages) (address string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		server.Close()
	})
	return server.URL
}

func TestTrayInABrowser(t *testing.T) {
	b := browsertest.Open(t)
	s := newPages(t)
	address := serve(t, s)
	b.Do(chromedp.Navigate(address))
	b.Await(`document.querySelector("#live").classList.contains("on")`)
	if empty := b.Text(".empty"); !strings.Contains(empty, "Plug in") {
		t.Errorf("an empty tray shows %q", empty)
	}
	b.Picture("empty", 1280, "light")

	// A device is attached, and then finished.
	hear(s, report.DeviceAttached, "late", "B2", "", report.Waiting)
	b.Await(`document.querySelector("#here li")?.innerText.includes("Waiting")`)
	hostile := patient(t, "backup-turned-off")
	hostile.UDID, hostile.Slot, hostile.Name = "late", "B2", "<script>alert(1)</script><img src=x onerror=alert(2)>"
	hostile.Suppressed = []report.Silence{{Check: "patch-behind", Status: "warning", Summary: "An update is there.", Because: "not yet"}}
	done(s, hostile)
	b.Await(`document.querySelector("#here li")?.innerText.includes("Failing")`)
	if name := b.Text("#here .name"); name != "“"+hostile.Name+"”" {
		t.Errorf("the name is shown as %q", name)
	}
	if said := b.Text("#said"); !strings.Contains(said, "Failing: ") {
		t.Errorf("what is read out is %q", said)
	}

	// Others are inserted before it, by slot.
	fill(t, s, 12)
	hear(s, report.DeviceState, "reading", "A20", "Kim’s iPad", report.Reading)
	b.Await(`document.querySelectorAll("#here li").length === 14`)
	b.Await(`[...document.querySelectorAll("#here .slot")].map(s => s.textContent.replace("Slot ", "")).join() === "A1,A2,A3,A4,A5,A6,A7,A8,A9,A10,A11,A12,A20,B2"`)
	b.Fits()
	for _, scheme := range []string{"light", "dark"} {
		b.Picture("tray", 1280, scheme)
		b.Picture("tray", 768, scheme)
	}
	b.Picture("tray", 390, "light")

	// With the keyboard alone.
	b.Do(chromedp.EmulateViewport(1280, 1000), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	b.Await(`document.activeElement.matches("#here li:nth-child(2) a:focus-visible")`)
	again := patient(t, "stale")
	again.UDID, again.Slot = fmt.Sprintf("00008110-%016X", 1), "A2"
	done(s, again)
	b.Await(`document.activeElement.innerText.includes("At risk") || document.activeElement.innerText.includes("Failing")`)
	b.Await(`document.activeElement.matches("#here li:nth-child(2) a")`)
	b.Do(chromedp.KeyEvent(kb.End))
	b.Await(`document.activeElement.matches("#here li:last-child a")`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	b.Await(`document.body.dataset.page === "device" && document.readyState === "complete"`)
	if heading := b.Text("h1"); !strings.HasSuffix(heading, "“"+hostile.Name+"”") {
		t.Errorf("the page of the device is headed %q", heading)
	}
	b.Await(`document.querySelector("#live").classList.contains("on")`)
	b.Fits()
	for _, scheme := range []string{"light", "dark"} {
		b.Picture("device", 1280, scheme)
		b.Picture("device", 768, scheme)
	}

	// The page of a device is updated, too: what was open stays open, and the keyboard stays there,
	// even if there is more in it.
	const fold = `[...document.querySelectorAll("details.card > summary")].at(-1)`
	b.Await(fold + `.focus() || document.activeElement === ` + fold)
	b.Do(chromedp.KeyEvent(kb.Enter))
	b.Await(fold + `.parentElement.open`)
	hostile.Suppressed = append(hostile.Suppressed, hostile.Suppressed...)
	done(s, hostile)
	b.Await(fold + `.innerText.includes("Suppressed (2)")`)
	b.Await(fold + `.parentElement.open && document.activeElement === ` + fold)
	b.Await(`document.querySelectorAll("details[open]").length === 1`)
	hear(s, report.DeviceDetached, "late", "B2", hostile.Name, "")
	b.Await(`document.querySelector("main").innerText.includes("Unplugged")`)
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Await(`document.querySelector("#gone")?.children.length === 1`)
	b.Await(`document.querySelector("#live").classList.contains("on")`)

	s.Hear(report.Event{Type: report.RunSummary})
	b.Await(`document.querySelector("#overview").innerText.includes("The run is over")`)
	b.Await(`document.querySelector("#live").classList.contains("over")`)
	b.Picture("over", 1280, "light")
	b.AskedOnly(address)
}

// A page shows a thousand devices, and updates one of them live.
func TestThousandTiles(t *testing.T) {
	b := browsertest.Open(t)
	s := newPages(t)
	address := serve(t, s)
	fill(t, s, 999)
	hear(s, report.DeviceState, "last", "Z99", "", report.Reading)
	b.Do(chromedp.Navigate(address))
	b.Await(`document.querySelector("#live").classList.contains("on")`)
	if tiles := browsertest.Value[int](b, `document.querySelectorAll("#here li").length`); tiles != 1000 {
		t.Errorf("there are %d tiles", tiles)
	}
	b.Do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.End))
	b.Await(`document.activeElement.matches("#here li:last-child a") && document.activeElement.innerText.includes("Reading")`)
	d := patient(t, "backup-turned-off")
	d.UDID, d.Slot = "last", "Z99"
	done(s, d)
	b.Await(`document.activeElement.matches("#here li:last-child a") && document.activeElement.innerText.includes("iCloud Backup off")`)
	b.AskedOnly(address)
}

// A page without scripts is complete, and says that it has to be reloaded.
func TestTrayWithoutScripts(t *testing.T) {
	b := browsertest.Open(t)
	s := newPages(t)
	address := serve(t, s)
	fill(t, s, 3)
	browsertest.Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.Do(chromedp.Navigate(address))
	if text := b.Text("#here"); strings.Count(text, "A") < 3 || !strings.Contains(text, "Failing") {
		t.Errorf("without scripts there is %q", text)
	}
	b.Do(chromedp.Click(chromedp.CSS("#here li:nth-child(2) a")), chromedp.WaitVisible(chromedp.CSS(".plan")))
	if plan := b.Text("main"); !strings.Contains(plan, "What to do") {
		t.Errorf("without scripts the page of a device shows %q", plan)
	}
	b.AskedOnly(address)
}

// BenchmarkPaint opens the page of a full tray. It reports
//
//	paint-ms   time from the request to the first paint, in headless Chromium
//	x-limit    that time relative to 1 s, the limit for a page that feels fast
func BenchmarkPaint(b *testing.B) {
	for _, count := range []int{40, 1000} {
		if testing.Short() && count > 40 {
			break
		}
		b.Run(fmt.Sprintf("tiles=%d", count), func(b *testing.B) {
			window := browsertest.Open(b)
			s := newPages(b)
			fill(b, s, count)
			address := serve(b, s)
			var total float64
			for b.Loop() {
				window.Do(chromedp.Navigate(address))
				window.Await(`performance.getEntriesByName("first-contentful-paint").length > 0`)
				total += browsertest.Value[float64](window, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
			}
			paint := total / float64(b.N)
			b.ReportMetric(paint, "paint-ms")
			b.ReportMetric(paint/1000, "x-limit")
			window.AskedOnly(address)
		})
	}
}
