// Package browsertest opens pages in a headless Chromium, for tests of the packages that write
// them.
package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A Browser is one window of Chromium with its errors and requests. A failing method fails the
// test.
type Browser struct {
	context.Context
	t testing.TB

	mu    sync.Mutex
	wrong []string // console errors and dialogs
	asked []string // requested addresses
}

// Open opens Chromium until the test ends. If it is not installed the test is skipped, or fails
// if BACKUPDOCTOR_REQUIRE_CHROMIUM is set.
func Open(t testing.TB) *Browser {
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
	b := &Browser{Context: ctx, t: t}
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		stopWaiting()
		stopWindow()
		stopAll()
	})
	b.Do() // opens the window
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	Call(b, network.Enable, network.EnableParams{})
	Call(b, log.Enable, cdp.Empty{})
	return b
}

// hear handles an event of the window.
func (b *Browser) hear(event any) {
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
		go chromedp.Call(b, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // the window is blocked until then
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

// Call sends the window a command.
func Call[P, R any](b *Browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// Run runs an action and returns its result.
func Run[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	got, err := chromedp.Run(b, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// Value returns the value of a JavaScript expression.
func Value[T any](b *Browser, expression string) T {
	b.t.Helper()
	return Run(b, chromedp.Evaluate[T](expression))
}

// Do runs steps in order.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Await waits until an expression is true, on whatever page is loaded by then.
func (b *Browser) Await(expression string) {
	b.t.Helper()
	for range 1500 {
		if ok, err := chromedp.Run(b, chromedp.Evaluate[bool]("Boolean("+expression+")")); ok && err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("it never comes true that %s:\n%s", expression, b.Text("body"))
}

// Text returns the visible text of an element.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	return Value[string](b, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// Look sets the window's width in pixels. scheme is light or dark.
func (b *Browser) Look(width int64, scheme string) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, 1000))
	Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// spacings narrow and widen the letters of the installed font, since a page must fit with any
// font. .15em makes letters a quarter wider.
var spacings = []string{"0em", "-.05em", ".15em"}

// tooWide is the first elements that overflow the window, or "" if none does.
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? "" :
	(document.documentElement.scrollWidth - innerWidth) + " pixels: " +
	[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join("; ")`

// Fits fails the test if the page is wider than the window: on a phone, on a tablet in both
// orientations and on a small screen, in light and dark, in narrow and wide fonts. Dark changes
// colours, so the usual run looks at it on a phone alone, and BACKUPDOCTOR_LONG=1 on every screen.
// With -short, as under the race detector, only a phone in light is tested: the layout does not
// depend on our Go code.
func (b *Browser) Fits() {
	b.t.Helper()
	screens := map[string][]int64{"light": {390, 768, 1024, 1280}, "dark": {390}}
	switch {
	case os.Getenv("BACKUPDOCTOR_LONG") != "":
		screens["dark"] = screens["light"]
	case testing.Short():
		screens = map[string][]int64{"light": {390}}
	}
	for scheme, widths := range screens {
		for _, width := range widths {
			b.Look(width, scheme)
			for _, spacing := range spacings {
				b.space(spacing)
				if over := Value[string](b, tooWide); over != "" {
					b.t.Errorf("%s is too wide for a %s window of %d with letters %s apart, by %s", Value[string](b, `location.pathname`), scheme, width, spacing, over)
				}
			}
			b.space(spacings[0])
		}
	}
}

// space sets the letter spacing of the page; 0em is the default.
func (b *Browser) space(spacing string) {
	b.t.Helper()
	Value[bool](b, fmt.Sprintf(`(() => {
		const sheet = new CSSStyleSheet()
		if (%q !== "0em") sheet.replaceSync("* { letter-spacing: %s !important }")
		document.adoptedStyleSheets = [sheet]
		return true
	})()`, spacing, spacing))
}

// Picture saves a screenshot to the folder named by BACKUPDOCTOR_PICTURES, for viewing.
func (b *Browser) Picture(name string, width int64, scheme string) {
	b.t.Helper()
	folder := os.Getenv("BACKUPDOCTOR_PICTURES")
	if folder == "" {
		return
	}
	b.Look(width, scheme)
	b.Do(chromedp.Sleep(300 * time.Millisecond))
	png := Run(b, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Saves runs steps that make the window download a file, and returns the file.
func (b *Browser) Saves(name string, steps ...chromedp.Action[chromedp.Void]) []byte {
	b.t.Helper()
	folder := b.t.TempDir()
	Call(b, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder})
	b.Do(steps...)
	for range 500 {
		if text, err := os.ReadFile(filepath.Join(folder, name)); err == nil { // the download has another name until it is complete
			return text
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.t.Fatalf("%s is not saved", name)
	return nil
}

// AskedOnly fails the test if the window logged errors, or sent requests to any host but
// server, an address such as http://127.0.0.1:8011, or file:// for a page without a server.
func (b *Browser) AskedOnly(server string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, wrong := range b.wrong {
		b.t.Errorf("the browser complains: %s", wrong)
	}
	for _, address := range b.asked {
		if u, err := url.Parse(address); err != nil || !strings.HasPrefix(server, u.Scheme+"://"+u.Host) {
			b.t.Errorf("the page asked %q", address)
		}
	}
}
