package format

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"golang.org/x/net/html"
)

// rich returns a run with everything that a page can show.
func rich() report.Run {
	var devices []report.Examined
	for i, e := range []report.Examined{reporttest.Failing("Léa’s iPhone"), reporttest.Unexamined("<script>alert(1)</script>"), reporttest.Well("Ada’s iPhone"), reporttest.Shelved(reporttest.WholeProof, reporttest.BrokenProof, reporttest.HiddenProof)} {
		e.Snapshot.Labels = device.Labels{
			Location: 0x14120000 + uint64(i), Slot: fmt.Sprintf("A%d", i+1),
			Asset: []device.Field{{Name: "Asset tag", Value: fmt.Sprintf("IT-%04d", 17*i)}, {Name: "Room", Value: "Ward 3"}},
		}
		e.Snapshot.Device.Serial = device.Known(fmt.Sprintf("F2LX%04d", i))
		devices = append(devices, e)
	}
	devices[1].Snapshot.Live = &device.Live{Retried: device.Gap{Reason: device.Timeout}}
	devices[2].Silenced = []checks.Silenced{{
		Finding: checks.Finding{Check: reporttest.OnWiFi, Subject: "Ward VPN", Status: checks.Warning, Summary: "It is on no Wi-Fi."},
		Because: "The bench has none.", Until: reporttest.SampleTime.AddDate(0, 1, 0),
	}}
	run := reporttest.Run(devices...)
	run.ID, run.Started = "0199b1f5-7d1e-7000-8000-000000000001", reporttest.SampleTime.Add(-time.Minute)
	run.Gaps = []device.Gap{{Reason: device.Interrupted}}
	run.Places = []report.Place{{Path: "/backups", Program: "Finder", Target: "/disk/backups"}, reporttest.Shut}
	return run
}

func htmlOf(t testing.TB, run report.Run) string {
	t.Helper()
	var page strings.Builder
	if err := WriteHTML(&page, report.New(run)); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// faces returns the pages of a run about devices and about their backups.
func faces(t testing.TB, run report.Run) map[string]string {
	devices, backups := run, run
	backups.Subject = report.OfBackups
	return map[string]string{report.OfDevices: htmlOf(t, devices), report.OfBackups: htmlOf(t, backups)}
}

// An htmlElement is an element of a page; elements are in document order.
type htmlElement struct {
	*html.Node
	attributes map[string]string
}

func htmlElementsOf(t testing.TB, page string) []htmlElement {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var elements []htmlElement
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		e := htmlElement{node, map[string]string{}}
		for _, a := range node.Attr {
			e.attributes[a.Key] = a.Val
		}
		elements = append(elements, e)
	}
	return elements
}

func (e htmlElement) text() string {
	var text strings.Builder
	for node := range e.Descendants() {
		if node.Type == html.TextNode {
			text.WriteString(node.Data)
		}
	}
	return text.String()
}

// countedElements returns the number of elements by name.
func countedElements(elements []htmlElement) map[string]int {
	counts := map[string]int{}
	for _, e := range elements {
		counts[e.Data]++
	}
	return counts
}

// balanced reports the first tag that is not properly closed. A parser would repair it, and the
// page would differ from the template.
func balanced(page string) error {
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		switch kind := tokens.Next(); kind {
		case html.ErrorToken:
			if err := tokens.Err(); err != io.EOF {
				return err
			}
			if len(open) > 0 {
				return fmt.Errorf("never closed: %v", open)
			}
			return nil
		case html.StartTagToken:
			if name, _ := tokens.TagName(); !slices.Contains([]string{"meta", "input"}, string(name)) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return fmt.Errorf("</%s> closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestHTMLIsBalanced(t *testing.T) {
	for face, page := range faces(t, rich()) {
		if err := balanced(page); err != nil {
			t.Errorf("%s: %v", face, err)
		}
	}
	for name, page := range map[string]string{
		"no device": htmlOf(t, report.Run{}),
		"no mux":    htmlOf(t, report.Run{Gaps: []device.Gap{{Reason: device.Unreachable}}}),
		"no backup": htmlOf(t, report.Run{Subject: report.OfBackups}),
		"redacted":  htmlOf(t, report.Run{Redacted: true, Examined: []report.Examined{reporttest.Well("iPhone 1")}}),
	} {
		if err := balanced(page); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a device or a person said is visible without searching for it.
func TestHTMLTellsEverything(t *testing.T) {
	r := report.New(rich())
	var out strings.Builder
	if err := WriteHTML(&out, r); err != nil {
		t.Fatal(err)
	}
	told := strings.Join(strings.Fields(htmlElementsOf(t, out.String())[0].text()), " ")
	expect := func(texts ...string) {
		t.Helper()
		for _, text := range texts {
			if text = report.Clean(text); !strings.Contains(told, text) {
				t.Errorf("nowhere: %q", text)
			}
		}
	}
	expect("2 of 4 devices need attention", "2026-11-20 08:30 UTC", "Linux", r.Run, r.Tool.Version, r.Exit.Meaning, r.Gaps[0].Summary)
	expect("/backups", "Finder", "/disk/backups", "/shut", "Allow it Full Disk Access.", "1 suppressed finding", "1 device had to be tried twice")
	for _, cause := range r.Summary.Causes {
		expect(cause.Check, cause.Short, fmt.Sprintf("%d of %d", cause.Devices, len(r.Devices)))
	}
	for _, d := range r.Devices {
		expect(d.Name, d.ModelName, d.ProductVersion, d.BuildVersion, d.UDID, d.Serial, d.Slot, d.Location, d.Headline)
		for _, f := range d.Asset {
			expect(f.Name, f.Value)
		}
		for _, f := range d.Findings {
			expect(f.Check)
			if f.Status != string(checks.Unknown) {
				expect(f.Summary, f.Subject)
			}
			for _, e := range f.Evidence {
				expect(e.Key, e.Value, e.Expected, e.Source)
			}
			for _, source := range f.Sources {
				expect(source.Title)
			}
		}
		for _, step := range d.Plan {
			expect(append([]string{step.Title, step.Actor, step.Risk}, step.Steps...)...)
		}
		for _, s := range d.Suppressed {
			expect(s.Check, s.Subject, s.Summary, s.Because, s.Until.Format("Until 2006-01-02 15:04 UTC."))
		}
		for _, b := range d.Backups {
			expect(b.Folder)
			for _, f := range b.Faults {
				expect(f.Mode, f.Title, f.Remedy)
				for _, file := range f.Examples {
					expect(file.Domain + " " + file.Path)
				}
			}
		}
	}
	expect("Tried again after", "the device did not answer in time", "GetProhibited", "The next backup to this folder will fail.")
}

// The page loads nothing: it has no element that could, and its policy forbids it.
func TestHTMLFetchesNothing(t *testing.T) {
	outside := regexp.MustCompile(`(?i)url\(|@import|fetch\(|XMLHttpRequest|WebSocket|localStorage|sessionStorage|cookie|indexedDB`)
	for face, page := range faces(t, rich()) {
		for _, e := range htmlElementsOf(t, page) {
			for key, value := range e.attributes {
				switch {
				case slices.Contains([]string{"src", "srcset", "action", "formaction", "data", "poster", "style", "background", "ping"}, key), strings.HasPrefix(key, "on"):
					t.Errorf("%s: <%s %s=%q>", face, e.Data, key, value)
				case key == "href" && e.Data != "a":
					t.Errorf("%s: <%s> has an address", face, e.Data)
				case key == "href" && !strings.HasPrefix(value, "#") && (!isAddress(value) || e.attributes["rel"] != "noreferrer"):
					t.Errorf("%s: a link to %s with rel=%q", face, value, e.attributes["rel"])
				}
			}
			if e.Data == "style" || e.Data == "script" {
				if found := outside.FindString(e.text()); found != "" {
					t.Errorf("%s: %s in <%s>", face, found, e.Data)
				}
			}
		}
	}
}

// The policy allows the one style and the one script by hash.
func TestHTMLPolicy(t *testing.T) {
	for face, page := range faces(t, rich()) {
		policy, found := "", map[string]string{}
		for _, e := range htmlElementsOf(t, page) {
			switch {
			case e.attributes["http-equiv"] == "Content-Security-Policy":
				policy = e.attributes["content"]
			case e.Data == "style", e.Data == "script":
				if found[e.Data] != "" {
					t.Errorf("%s: a second <%s>", face, e.Data)
				}
				found[e.Data] = hashOf(e.text())
			}
		}
		want := "default-src 'none'; style-src " + found["style"] + "; script-src " + found["script"] + "; base-uri 'none'; form-action 'none'"
		if policy != want {
			t.Errorf("%s: policy %q, want %q", face, policy, want)
		}
	}
}

// Every link within the page has exactly one target.
func TestHTMLLinksWithin(t *testing.T) {
	for face, page := range faces(t, rich()) {
		places, links := map[string]int{}, []string{}
		for _, e := range htmlElementsOf(t, page) {
			if id := e.attributes["id"]; id != "" {
				places[id]++
			}
			if target, within := strings.CutPrefix(e.attributes["href"], "#"); within {
				links = append(links, target)
			}
			for _, key := range []string{"aria-labelledby", "data-card"} {
				if target := e.attributes[key]; target != "" {
					links = append(links, target)
				}
			}
		}
		for _, target := range links {
			if places[target] != 1 {
				t.Errorf("%s: %d places for #%s", face, places[target], target)
			}
		}
	}
}

// Headings are in order, and table headers have a scope.
func TestHTMLOutline(t *testing.T) {
	heading := regexp.MustCompile(`^h[1-6]$`)
	for face, page := range faces(t, rich()) {
		last := "h0"
		for _, e := range htmlElementsOf(t, page) {
			if heading.MatchString(e.Data) {
				if e.Data[1] > last[1]+1 {
					t.Errorf("%s: <%s> %q follows <%s>", face, e.Data, e.text(), last)
				}
				last = e.Data
			}
			if e.Data == "th" && e.attributes["scope"] != "col" && e.attributes["scope"] != "row" {
				t.Errorf("%s: the table head %q has no scope", face, e.text())
			}
		}
	}
}

// A saved report can contain anything; only web addresses become links.
func TestHTMLLinksToWebAddressesOnly(t *testing.T) {
	r := report.New(reporttest.Run(reporttest.Failing("x")))
	r.Devices[0].Findings[0].Sources = []report.Source{{Title: "Trap", URL: "javascript:alert(1)"}, {Title: "File", URL: "file:///etc/passwd"}, {Title: "Page", URL: "https://example.com/?a=b&c"}}
	var page strings.Builder
	if err := WriteHTML(&page, r); err != nil {
		t.Fatal(err)
	}
	for address, linked := range map[string]bool{"javascript:alert(1)": false, "file:///etc/passwd": false, "https://example.com/?a=b&c": true} {
		if got := slices.ContainsFunc(htmlElementsOf(t, page.String()), func(e htmlElement) bool { return e.attributes["href"] == address }); got != linked {
			t.Errorf("%s is linked: %v", address, got)
		}
	}
}

// A question asked of all devices in the same words appears once.
func TestHTMLAsksOnce(t *testing.T) {
	other := reporttest.Failing("b")
	other.Diagnosis.Questions[0].Summary = "Is iCloud full of films?"
	page := htmlOf(t, reporttest.Run(reporttest.Failing("a"), reporttest.Failing("c"), other))
	if got := strings.Count(page, "Is iCloud full?"); got != 1 {
		t.Errorf("a question stands there %d times", got)
	}
	if got := strings.Count(page, `href="#ask-1"`); got != 2 {
		t.Errorf("%d devices refer to it, want 2", got)
	}
	if !strings.Contains(page, "Asked of <bdi>“b”</bdi>.") || !strings.Contains(page, "Asked of <bdi>“a”, “c”</bdi>.") {
		t.Error("the page does not say which device is asked which question")
	}
}

func TestAgeOf(t *testing.T) {
	for age, want := range map[time.Duration]string{
		-time.Hour:       "later than it was read",
		-time.Second:     "under an hour old",
		0:                "under an hour old",
		time.Hour:        "1 hour old",
		47 * time.Hour:   "47 hours old",
		48 * time.Hour:   "2 days old",
		2400 * time.Hour: "100 days old",
	} {
		if got := ageOf(age); got != want {
			t.Errorf("%v: %q, want %q", age, got, want)
		}
	}
}

func FuzzHTML(f *testing.F) {
	f.Add("<script>alert(1)</script>", "</script><script>")
	f.Add(`"><img src=x onerror=alert(1)>`, "'-->{{.}}<!--")
	f.Add("\x1b[2J\u202e\u200b\xff", "javascript:alert(1)")
	f.Add("</bdi></h3><style>", "&lt;script&gt;")
	want := map[string]map[string]int{}
	for face, page := range faces(f, strange("a", "b")) {
		want[face] = countedElements(htmlElementsOf(f, page))
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if report.Clean(name) == "" || report.Clean(text) == "" {
			t.Skip() // empty text is omitted, with its elements
		}
		for face, page := range faces(t, strange(name, text)) {
			if err := balanced(page); err != nil {
				t.Errorf("%s: %v", face, err)
			}
			got := countedElements(htmlElementsOf(t, page))
			for _, htmlElement := range []string{"script", "style", "meta", "article", "tr", "img", "iframe", "form", "link"} {
				if got[htmlElement] != want[face][htmlElement] {
					t.Errorf("%s: %d of <%s>, want %d", face, got[htmlElement], htmlElement, want[face][htmlElement])
				}
			}
			if i := strings.IndexFunc(page, func(r rune) bool { return r != '\n' && r != '\t' && report.Hidden(r) }); i >= 0 {
				t.Errorf("%s: %q is on the page", face, page[i:i+4])
			}
		}
	})
}

// strange returns a run in which every name and text is untrusted.
func strange(name, text string) report.Run {
	e := reporttest.Failing(name)
	e.Diagnosis.Headline = text
	e.Diagnosis.Plan[0].Lines = []string{text}
	e.Diagnosis.Unread[0].Gap.Detail = text
	e.Diagnosis.Questions[0].Summary = text
	cause := &e.Diagnosis.Causes[0]
	cause.Summary, cause.Subject = text, name
	cause.Evidence = []checks.Evidence{{Key: name, Value: text, Expected: name, Source: text}}
	id := &e.Snapshot.Device
	id.ProductType, id.ModelName, id.UDID, id.Serial = device.Known(text), device.Known(name), text, device.Known(name)
	e.Snapshot.Labels = device.Labels{Slot: name, Asset: []device.Field{{Name: "Tag", Value: text}}}
	e.Silenced = []checks.Silenced{{Finding: checks.Finding{Check: reporttest.OnWiFi, Subject: name, Status: checks.Warning, Summary: text}, Because: name}}
	proof := reporttest.BrokenProof
	proof.Faults = []device.BackupFault{{Mode: name, Detail: text, Count: 2, Examples: []device.BackupProblem{{Domain: name, Path: text, Detail: name}}}}
	e.Snapshot.Backups = []device.Backup{{Folder: text, Device: e.Snapshot.Device, Date: device.Known(reporttest.SampleTime), Proof: device.Known(proof), SnapshotState: device.Known(name)}}
	run := reporttest.Run(e, reporttest.Unexamined(name))
	run.Tool, run.ID = text, name
	run.Places = []report.Place{{Path: name, Program: text, Target: name, Reason: string(device.NotPermitted), Hint: text}}
	return run
}

// BenchmarkHTML writes a page of largeCount devices, made of the recordings in testdata.
func BenchmarkHTML(b *testing.B) {
	var run report.Run
	known := recordings(b)
	for len(run.Examined) < largeCount() {
		for _, recording := range known {
			run.Examined = append(run.Examined, runOf(recording).Examined...)
		}
	}
	run.Examined = run.Examined[:largeCount()]
	r := report.New(run)
	var page bytes.Buffer
	for b.Loop() {
		page.Reset()
		if err := WriteHTML(&page, r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(page.Len())/1e6, "MB")
	b.ReportMetric(float64(page.Len())/float64(len(jsonOf(b, r))), "of-json")
}
