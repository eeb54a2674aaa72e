package pages

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report/browsertest"
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

// tabTo presses Tab until an element has the focus, and fails if the keyboard never comes there.
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

// arrived waits for a page with a heading.
func arrived(b *browsertest.Browser, heading string) {
	b.Await(fmt.Sprintf(`document.readyState === "complete" && document.querySelector("h1")?.innerText.includes(%q)`, heading))
}

// Somebody without a mouse signs in, and goes from the overview to the story of one device,
// whose name is a text whatever it says.
func TestFleetByTheKeyboard(t *testing.T) {
	b, address := browsertest.Open(t), serve(t)
	b.Do(chromedp.Navigate(address))
	b.Await(`document.querySelector("input[name=token]")`)
	b.Do(chromedp.KeyEvent(token), chromedp.KeyEvent(kb.Enter)) // the field has the focus
	arrived(b, "60 devices")
	tabTo(t, b, `a[href="/devices"]`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	arrived(b, "Devices")
	tabTo(t, b, `main a[href^="/device?"]`)
	b.Do(chromedp.KeyEvent(kb.Enter))
	b.Await(`document.readyState === "complete" && location.pathname === "/device"`)
	tabTo(t, b, `a[href^="/export/visits/csv"]`)

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

// On no screen does a page run out of the window, by day or by night.
func TestFleetFitsItsWindow(t *testing.T) {
	b, address := browsertest.Open(t), serve(t)
	b.Do(chromedp.Navigate(address))
	b.Await(`document.querySelector("input[name=token]")`)
	b.Do(chromedp.KeyEvent(token), chromedp.KeyEvent(kb.Enter))
	arrived(b, "60 devices")
	for name, path := range map[string]string{
		"overview": "/", "devices": "/devices", "changes": "/changes", "benches": "/benches", "device": "/device?id=00008110-0000000000000000",
	} {
		b.Do(chromedp.Navigate(address + path))
		for _, width := range []int64{390, 768, 1024, 1280} {
			b.Do(chromedp.EmulateViewport(width, 1000))
			if over := browsertest.Value[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%s is %d pixels too wide for a window of %d", path, over, width)
			}
			b.Picture("fleet-"+name, width, "light")
		}
		b.Picture("fleet-"+name, 1280, "dark")
	}
	b.AskedOnly(address)
}
