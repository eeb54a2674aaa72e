package station

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A browser is one window of Chromium, and what it complained of.
type browser struct {
	context.Context
	mu    sync.Mutex
	wrong []string // errors on its console, dialogs
	hosts map[string]bool
}

// browse opens Chromium. Without it the test is skipped, unless BACKUPDOCTOR_REQUIRE_CHROMIUM
// is set.
func browse(t testing.TB) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("BACKUPDOCTOR_REQUIRE_CHROMIUM") != "" {
			t.Fatal("there is no chromium, and BACKUPDOCTOR_REQUIRE_CHROMIUM is set")
		}
		t.Skip("there is no chromium, so nobody looks at the pages")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir())}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stopAll := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopWindow := chromedp.NewContext(ctx)
	ctx, stopWaiting := context.WithTimeout(ctx, 2*time.Minute)
	b := &browser{Context: ctx, hosts: map[string]bool{}}
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		stopWaiting()
		stopWindow()
		stopAll()
	})
	b.do(t) // opens the window
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	call(t, b, network.Enable, network.EnableParams{})
	call(t, b, log.Enable, cdp.Empty{})
	return b
}

func call[P, R any](t testing.TB, b *browser, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		t.Fatal(err)
	}
}

// hear takes in what the window tells of itself.
func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.wrong = append(b.wrong, string(e.Type))
	case *log.EventEntryAdded:
		b.wrong = append(b.wrong, e.Entry.Text+" "+e.Entry.URL)
	case *page.EventJavascriptDialogOpening:
		b.wrong = append(b.wrong, "a dialog: "+e.Message)
		go chromedp.Call(b, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // the window waits for it
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil {
			b.hosts[u.Host] = true
		}
	}
}

func (b *browser) do(t testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		t.Fatal(err)
	}
}

func run[T any](t testing.TB, b *browser, action chromedp.Action[T]) T {
	t.Helper()
	got, err := chromedp.Run(b, action)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// await waits for an expression to be true, on whatever page the window shows by then.
func (b *browser) await(t testing.TB, expression string) {
	t.Helper()
	for range 1500 {
		if ok, err := chromedp.Run(b, chromedp.Evaluate[bool]("Boolean("+expression+")")); ok && err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("it never comes true that %s:\n%s", expression, b.text(t, "body"))
}

// text is what an element shows.
func (b *browser) text(t testing.TB, selector string) string {
	t.Helper()
	return run(t, b, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q).innerText", selector)))
}

// picture keeps what the window shows in the folder that BACKUPDOCTOR_PICTURES names, for
// whoever wants to see it with their own eyes.
func (b *browser) picture(t testing.TB, name string, width int64, scheme string) {
	t.Helper()
	folder := os.Getenv("BACKUPDOCTOR_PICTURES")
	if folder == "" {
		return
	}
	b.do(t, chromedp.EmulateViewport(width, 1000))
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.do(t, chromedp.Sleep(300*time.Millisecond))
	png := run(t, b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// well fails the test if the window complained, or asked anybody else.
func (b *browser) well(t testing.TB, server string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, wrong := range b.wrong {
		t.Errorf("the browser complains: %s", wrong)
	}
	for host := range b.hosts {
		if !strings.HasSuffix(server, host) {
			t.Errorf("the page asked %q", host)
		}
	}
}

// serve serves a station until the test is over.
func serve(t testing.TB, s *Station) (address string) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		server.Close()
	})
	return server.URL
}

func TestTrayInABrowser(t *testing.T) {
	b := browse(t)
	s := newStation()
	address := serve(t, s)
	b.do(t, chromedp.Navigate(address))
	b.await(t, `document.querySelector("#live").classList.contains("on")`)
	if empty := b.text(t, ".empty"); !strings.Contains(empty, "Plug in") {
		t.Errorf("an empty tray shows %q", empty)
	}
	b.picture(t, "empty", 1280, "light")

	// A device comes, and is finished.
	hear(s, report.DeviceAttached, "late", "B2", "", report.Waiting)
	b.await(t, `document.querySelector("#here li")?.innerText.includes("Waiting")`)
	hostile := patient(t, "backup-turned-off")
	hostile.UDID, hostile.Slot, hostile.Name = "late", "B2", "<script>alert(1)</script><img src=x onerror=alert(2)>"
	done(s, hostile)
	b.await(t, `document.querySelector("#here li")?.innerText.includes("Failing")`)
	if name := b.text(t, "#here .name"); name != hostile.Name {
		t.Errorf("the name is shown as %q", name)
	}
	if said := b.text(t, "#said"); !strings.Contains(said, "Failing: ") {
		t.Errorf("what is read out is %q", said)
	}

	// Others come before it, by slot.
	fill(t, s, 12)
	hear(s, report.DeviceState, "reading", "A20", "Kim’s iPad", report.Reading)
	b.await(t, `document.querySelectorAll("#here li").length === 14`)
	b.await(t, `[...document.querySelectorAll("#here .slot")].map(s => s.textContent.replace("Slot ", "")).join() === "A1,A2,A3,A4,A5,A6,A7,A8,A9,A10,A11,A12,A20,B2"`)
	for _, scheme := range []string{"light", "dark"} {
		b.picture(t, "tray", 1280, scheme)
		b.picture(t, "tray", 768, scheme)
	}
	b.picture(t, "tray", 390, "light")

	// By the keyboard alone.
	b.do(t, chromedp.EmulateViewport(1280, 1000), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	b.await(t, `document.activeElement.matches("#here li:nth-child(2) a:focus-visible")`)
	again := patient(t, "stale")
	again.UDID, again.Slot = fmt.Sprintf("00008110-%016X", 1), "A2"
	done(s, again)
	b.await(t, `document.activeElement.innerText.includes("At risk") || document.activeElement.innerText.includes("Failing")`)
	b.await(t, `document.activeElement.matches("#here li:nth-child(2) a")`)
	b.do(t, chromedp.KeyEvent(kb.End))
	b.await(t, `document.activeElement.matches("#here li:last-child a")`)
	b.do(t, chromedp.KeyEvent(kb.Enter))
	b.await(t, `document.body.dataset.page === "device" && document.readyState === "complete"`)
	if heading := b.text(t, "h1"); !strings.HasSuffix(heading, hostile.Name) {
		t.Errorf("the page of the device is headed %q", heading)
	}
	b.await(t, `document.querySelector("#live").classList.contains("on")`)
	for _, scheme := range []string{"light", "dark"} {
		b.picture(t, "device", 1280, scheme)
		b.picture(t, "device", 768, scheme)
	}

	// The page of a device changes, too.
	hear(s, report.DeviceDetached, "late", "B2", hostile.Name, "")
	b.await(t, `document.querySelector("main").innerText.includes("Unplugged")`)
	b.do(t, chromedp.KeyEvent(kb.Escape))
	b.await(t, `document.querySelector("#gone")?.children.length === 1`)
	b.await(t, `document.querySelector("#live").classList.contains("on")`)

	s.Hear(report.Event{Type: report.RunSummary})
	b.await(t, `document.querySelector("#overview").innerText.includes("The run is over")`)
	b.await(t, `document.querySelector("#live").classList.contains("over")`)
	b.picture(t, "over", 1280, "light")
	b.well(t, address)
}

// A page without scripts is whole, and asks to be loaded anew.
func TestTrayWithoutScripts(t *testing.T) {
	b := browse(t)
	s := newStation()
	address := serve(t, s)
	fill(t, s, 3)
	call(t, b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.do(t, chromedp.Navigate(address))
	if text := b.text(t, "#here"); strings.Count(text, "A") < 3 || !strings.Contains(text, "Failing") {
		t.Errorf("without scripts there is %q", text)
	}
	b.do(t, chromedp.Click(chromedp.CSS("#here li:nth-child(2) a")), chromedp.WaitVisible(chromedp.CSS(".plan")))
	if plan := b.text(t, "main"); !strings.Contains(plan, "What to do") {
		t.Errorf("without scripts the page of a device shows %q", plan)
	}
	b.well(t, address)
}

// BenchmarkPaint opens the page of a full tray. It reports
//
//	paint-ms   from asking for the page to the first picture of it, in headless Chromium
//	x-limit    that, over 1 s, within which a page does not make people wait
func BenchmarkPaint(b *testing.B) {
	for _, count := range []int{40, 1000} {
		b.Run(fmt.Sprintf("tiles=%d", count), func(b *testing.B) {
			window := browse(b)
			s := newStation()
			fill(b, s, count)
			address := serve(b, s)
			var total float64
			for b.Loop() {
				window.do(b, chromedp.Navigate(address))
				window.await(b, `performance.getEntriesByName("first-contentful-paint").length > 0`)
				total += run(b, window, chromedp.Evaluate[float64](`performance.getEntriesByName("first-contentful-paint")[0].startTime`))
			}
			paint := total / float64(b.N)
			b.ReportMetric(paint, "paint-ms")
			b.ReportMetric(paint/1000, "x-limit")
			window.well(b, address)
		})
	}
}
