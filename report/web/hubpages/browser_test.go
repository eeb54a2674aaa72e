package hubpages

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/testdata/browsertest"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// serve serves the pages of the ward on this computer.
func serve(t testing.TB) (address string) {
	t.Helper()
	server := httptest.NewServer(served(t, func(c *Config) { c.Guard.Hosts = []string{"127.0.0.1"} }))
	t.Cleanup(server.Close)
	return server.URL
}

// tabTo presses Tab until an element has the focus, and fails if that never happens.
func tabTo(t *testing.T, b *browsertest.Browser, selector string) {
	t.Helper()
	for range 200 {
		b.Do(chromedp.KeyEvent(kb.Tab))
		if browsertest.Value[bool](b, fmt.Sprintf("document.activeElement.matches(%q)", selector)) {
			return
		}
	}
	t.Fatalf("the keyboard does not come to %s:\n%s", selector, b.Text("body"))
}

// arrived waits for a page with the given heading.
func arrived(b *browsertest.Browser, heading string) {
	b.Await(fmt.Sprintf(`document.readyState === "complete" && document.querySelector("h1")?.innerText.includes(%q)`, heading))
}

// signIn opens the pages and types the token.
func signIn(b *browsertest.Browser, address string) {
	b.Do(chromedp.Navigate(address))
	b.Await(`document.querySelector("input[name=token]")`)
	b.Do(chromedp.KeyEvent(token), chromedp.KeyEvent(kb.Enter)) // the field has the focus
	arrived(b, "60 devices")
}

// skipLayout skips a test with -short, as under the race detector: TestFleetByTheKeyboard opens the
// same pages, and their layout does not depend on our Go code.
func skipLayout(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("go test without -short looks at the layout")
	}
}

// Someone without a mouse signs in and goes from the overview to the story of one device, whose
// name is shown as text.
func TestFleetByTheKeyboard(t *testing.T) {
	b, address := browsertest.Open(t), serve(t)
	signIn(b, address)
	tabTo(t, b, `a[href="/devices"]`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	arrived(b, "Devices")
	tabTo(t, b, `main a[href^="/device?"]`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	b.Await(`document.readyState === "complete" && location.pathname === "/device"`)
	tabTo(t, b, `a[href^="/export/visits/csv"]`)
	visits, err := csv.NewReader(bytes.NewReader(b.Saves("backupdoctor-visits.csv", chromedp.KeyEvent(kb.Enter)))).ReadAll()
	if err != nil || len(visits) != 4 {
		t.Errorf("the list of three visits that is saved: %q, %v", visits, err)
	}

	b.Do(chromedp.Navigate(address + "/device?id=00008110-0000000000000000"))
	arrived(b, "<script>alert(1)</script>")
	if text := b.Text("main"); strings.Count(text, "<script>") < 4 {
		t.Errorf("the hostile texts are not all shown: %s", text)
	}
	if scripts := browsertest.Value[int](b, `document.scripts.length`); scripts != 0 {
		t.Errorf("the page has %d scripts", scripts)
	}
	tabTo(t, b, `form[action="/signout"] button, a[href="/signout"]`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	b.Await(`document.querySelector("input[name=token]")`)
	b.AskedOnly(address)
}

// Pages fit every screen, in light and dark mode.
func TestFleetFitsItsWindow(t *testing.T) {
	skipLayout(t)
	b, address := browsertest.Open(t), serve(t)
	signIn(b, address)
	for name, path := range map[string]string{
		"signin": "/signin", "overview": "/", "devices": "/devices", "changes": "/changes", "remedies": "/remedies", "benches": "/benches", "device": "/device?id=00008110-0000000000000000",
	} {
		b.Do(chromedp.Navigate(address + path))
		b.Fits()
		b.Picture("fleet-"+name, 1280, "light")
		b.Picture("fleet-"+name, 1280, "dark")
	}
	b.AskedOnly(address)
}

// A saved list fits the window it is opened in.
func TestSavedListFitsItsWindow(t *testing.T) {
	skipLayout(t)
	b, address := browsertest.Open(t), serve(t)
	signIn(b, address)
	b.Do(chromedp.Navigate(address + "/device?id=00008110-0000000000000000"))
	tabTo(t, b, `a[href^="/export/visits/html"]`)
	path := filepath.Join(t.TempDir(), "visits.html")
	if err := os.WriteFile(path, b.Saves("backupdoctor-visits.html", chromedp.KeyEvent(kb.Enter)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Do(chromedp.Navigate("file://" + path))
	b.Fits()
}

// A name that is a script is shown as text on every page.
func TestPagesEscapeUntrustedText(t *testing.T) {
	b, address := browsertest.Open(t), serve(t)
	signIn(b, address)
	for path, text := range map[string]string{
		"/devices?bench=b%3Cb%3E%26":                         "<script>alert(1)</script>",
		"/changes?check=backup-turned-off&days=30&site=Oslo": "<script>alert(1)</script>",
		"/benches":                              "b<b>&",
		"/device?id=00008110-0000000000000000":  "<script>alert(1)</script>",
		"/devices?find=%3Cscript%3Ealert(2)%3C": "",
	} {
		b.Do(chromedp.Navigate(address + path))
		if shown := b.Text("main"); !strings.Contains(shown, text) {
			t.Errorf("%s does not show %q:\n%s", path, text, shown)
		}
		if made := browsertest.Value[int](b, `document.querySelectorAll("script, [onload]").length`); made != 0 {
			t.Errorf("%s makes %d elements of untrusted text", path, made)
		}
	}
	b.AskedOnly(address)
}
