package format

import (
	"bytes"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

func markdownOf(r report.Report) string {
	var out strings.Builder
	if err := WriteMarkdown(&out, r); err != nil {
		return err.Error()
	}
	return out.String()
}

// gfm parses Markdown like GitHub, with tables and automatic links.
var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList))

// A parsed is a document parsed by an independent parser.
type parsed struct {
	source []byte
	root   ast.Node
}

func parseMarkdown(document string) parsed {
	source := []byte(document)
	return parsed{source, gfm.Parser().Parse(text.NewReader(source))}
}

// nodes returns all nodes of one type in a document, in order.
func nodes[Node ast.Node](p parsed) []Node {
	var found []Node
	ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if node, ok := n.(Node); ok && entering {
			found = append(found, node)
		}
		return ast.WalkContinue, nil
	})
	return found
}

// words returns the visible text of a node.
func (p parsed) words(t testing.TB, node ast.Node) string {
	t.Helper()
	var words strings.Builder
	err := ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if _, ok := n.(*ast.Text); !ok || !entering {
			return ast.WalkContinue, nil
		}
		var rendered bytes.Buffer
		err := gfm.Renderer().Render(&rendered, p.source, n)
		words.WriteString(html.UnescapeString(rendered.String()))
		return ast.WalkContinue, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return words.String()
}

// ours lists the node kinds that may occur: no HTML, code or images, and links and emphasis
// only where this program puts them.
var ours = []ast.NodeKind{
	ast.KindDocument, ast.KindHeading, ast.KindParagraph, ast.KindTextBlock, ast.KindText, ast.KindList, ast.KindListItem,
	ast.KindBlockquote, ast.KindEmphasis, ast.KindLink, extast.KindTable, extast.KindTableHeader, extast.KindTableRow, extast.KindTableCell,
}

// emphasised are the words that this program emphasises.
var emphasised = []string{
	"✗ Failing.", "! At risk.", "? No cause found.", "– Not examined.", "✓ Backed up.", "· Suppressed.", "✗ problem:", "! warning:",
	"Risk:", "Not examined to the end:", "This report is partial.",
}

// isPlain checks that a document contains only this program's markup, and none from untrusted
// text.
func isPlain(t testing.TB, document string, r report.Report) parsed {
	t.Helper()
	p := parseMarkdown(document)
	for _, n := range nodes[ast.Node](p) {
		if !slices.Contains(ours, n.Kind()) {
			t.Errorf("a %v: %q in\n%s", n.Kind(), p.words(t, n), document)
		}
	}
	for _, n := range nodes[*ast.Emphasis](p) {
		if words := p.words(t, n); n.Level != 2 || !slices.Contains(emphasised, words) {
			t.Errorf("emphasis: %q", words)
		}
	}
	var addresses []string
	for _, n := range nodes[*ast.Link](p) {
		addresses = append(addresses, p.address(t, n))
	}
	if diff := cmp.Diff(webSources(r), addresses); diff != "" {
		t.Errorf("links: %s", diff)
	}
	return p
}

// address returns the target of a link as a browser would read it.
func (p parsed) address(t testing.TB, link *ast.Link) string {
	t.Helper()
	var rendered bytes.Buffer
	if err := gfm.Renderer().Render(&rendered, p.source, link); err != nil {
		t.Fatal(err)
	}
	_, attribute, _ := strings.Cut(rendered.String(), `href="`)
	attribute, _, _ = strings.Cut(attribute, `"`)
	address, err := url.PathUnescape(html.UnescapeString(attribute))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// webSources returns the web addresses of a report in document order.
func webSources(r report.Report) []string {
	var addresses []string
	for _, d := range r.Devices {
		var told []report.Source
		for _, f := range d.Findings {
			if report.IsCause(f) {
				told = append(told, f.Sources...)
			}
		}
		for _, step := range d.Plan {
			told = append(told, step.Sources...)
		}
		for i, s := range told {
			if strings.HasPrefix(s.URL, "http") && slices.Index(told, s) == i {
				addresses = append(addresses, s.URL)
			}
		}
	}
	return addresses
}

// headings returns the headings of one level.
func (p parsed) headings(t testing.TB, level int) []string {
	var titles []string
	for _, n := range nodes[*ast.Heading](p) {
		if n.Level == level {
			titles = append(titles, p.words(t, n))
		}
	}
	return titles
}

// rows returns the cells of the table under a heading, header first. Every row must have as
// many cells as the first.
func (p parsed) rows(t testing.TB, heading string) [][]string {
	t.Helper()
	var rows [][]string
	for _, table := range nodes[*extast.Table](p) {
		before := table.PreviousSibling()
		if before == nil || before.Kind() != ast.KindHeading || p.words(t, before) != heading {
			continue
		}
		for row := table.FirstChild(); row != nil; row = row.NextSibling() {
			var cells []string
			for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
				cells = append(cells, p.words(t, cell))
			}
			rows = append(rows, cells)
			if len(cells) != len(rows[0]) {
				t.Errorf("%d cells in a row of %d: %q", len(cells), len(rows[0]), cells)
			}
		}
	}
	return rows
}

var hostileNames = []string{
	"<script>alert(1)</script>", "a|b", `a\|b`, `a\\|b`, "[x](javascript:alert(1))", "![x](http://example.com/x.png)", "`code`", "``a`b``",
	"# h", "h #", "- item", "+ item", "1. one", "2) two", "> quote", "---", "===", "***", "~~gone~~", "*a* **b** _c_ __d__",
	"&lt;b&gt; &copy; &#60;", "R&D", "https://example.com", "HTTP://example.com/a_b", "www.example.com", "me@example.com", "<me@example.com>",
	"<https://example.com>", "[x]", "[ ] todo", "[^1]", "[x]: http://example.com", "\\", "a\\", "| --- |", ": definition", "{#id .class}",
	"$x$", "<!-- x -->", "<?php", "a  \nb", "    code", "\tcode", "``` go", "~~~", "Term\n: definition", "mailto:me@example.com", "ftp://example.com",
}

// TestMarkdownText puts each name at the start of a line in a paragraph, a list and a heading.
// It must remain one line of text.
func TestMarkdownText(t *testing.T) {
	for _, name := range hostileNames {
		for before, kind := range map[string]ast.NodeKind{"": ast.KindParagraph, "- ": ast.KindTextBlock, "1. ": ast.KindTextBlock, "## ": ast.KindHeading, "> ": ast.KindParagraph} {
			p := parseMarkdown("a\n\n" + before + markdownText(name) + "\n")
			line := p.root.LastChild()
			for line.FirstChild() != nil && line.FirstChild().Type() == ast.TypeBlock {
				line = line.FirstChild()
			}
			if line.Kind() != kind || line.NextSibling() != nil || p.words(t, line) != report.Clean(name) {
				t.Errorf("%q behind %q is a %v: %q", name, before, line.Kind(), p.words(t, line))
			}
		}
	}
}

// TestMarkdownKeepsTextsPlain puts each name where text from a device goes, and checks that a
// reader sees it unchanged.
func TestMarkdownKeepsTextsPlain(t *testing.T) {
	for _, name := range hostileNames {
		t.Run(name, func(t *testing.T) { staysPlain(t, name, name) })
	}
}

// staysPlain writes a report about three devices with strange texts, and parses it.
func staysPlain(t *testing.T, name, told string) {
	t.Helper()
	examined := labelled(reporttest.Failing(name), told, device.Field{Name: told, Value: name})
	examined.Diagnosis.Headline = told
	examined.Diagnosis.Plan[0].Lines = []string{told, name}
	examined.Diagnosis.Causes[0].Summary, examined.Diagnosis.Causes[0].Subject = told, name
	examined.Diagnosis.Causes[0].Symptoms[0].Summary = told
	examined.Diagnosis.Causes[0].Evidence = []checks.Evidence{{Key: name, Value: told}}
	examined.Diagnosis.Unread[0].Gap.Detail = told
	examined.Silenced[0].Because = told
	examined.Snapshot.Device.UDID = told
	examined.Snapshot.Backups = []device.Backup{{Folder: "/" + strings.ReplaceAll(name, "/", ":"), Device: device.Identity{ProductVersion: device.Known(told)}}}
	run := reporttest.Run(examined, reporttest.Unexamined("Sam’s iPhone"), reporttest.Well(told))
	r := report.New(run)
	labels := newPage(Options{UTF8: true}).labels(r.Devices)

	p := isPlain(t, markdownOf(r), r)
	if diff := cmp.Diff(append([]string{"Causes", "Devices"}, convert(labels, device.Quoted)...), p.headings(t, 2)); diff != "" {
		t.Errorf("headings: %s", diff)
	}
	rows := p.rows(t, "Devices")
	if len(rows) != 4 {
		t.Fatalf("%d rows", len(rows))
	}
	column := slices.Index(rows[0], "Device")
	for i, label := range labels {
		if rows[i+1][column] != label {
			t.Errorf("%q became %q", label, rows[i+1][column])
		}
	}
	if got, want := p.rows(t, "Backups on this computer"), folderName(r.Devices[0].Backups[0]); len(got) != 2 || got[1][0] != report.Clean(device.Label(want)) && report.Clean(want) != "" {
		t.Errorf("the backup %q became %q", want, got)
	}
	for _, item := range nodes[*ast.TextBlock](p) {
		if line, ok := strings.CutPrefix(p.words(t, item), "Name: "); ok && line != report.Clean(device.Label(name)) && line != "Sam’s iPhone" && line != report.Clean(device.Label(told)) {
			t.Errorf("the name %q became %q", name, line)
		}
	}

	run.Subject = report.OfBackups
	p = isPlain(t, markdownOf(report.New(run)), report.Report{}) // no sources
	if diff := cmp.Diff(append([]string{"Devices"}, convert(labels, device.Quoted)...), p.headings(t, 2)); diff != "" {
		t.Errorf("headings about backups: %s", diff)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, name := range hostileNames {
		f.Add(name, "x "+name)
	}
	f.Fuzz(func(t *testing.T, name, told string) { staysPlain(t, name, told) })
}

func TestMarkdownTellsADevice(t *testing.T) {
	r := report.New(reporttest.Run(labelled(reporttest.Failing("Léa’s iPhone"), "7", device.Field{Name: "Room", Value: "112"})))
	document := markdownOf(r)
	_, section, _ := strings.Cut(document, "\n## “7 · Léa’s iPhone”\n")
	const want = `
**✗ Failing.** iCloud Backup is off; the last good backup is 23 days old.

- Slot: 7
- Name: Léa’s iPhone
- UDID: 00008110-000514AE0C22801E
- Serial number: F2L7
- Model: iPhone 13 mini (iPhone14,4)
- System: iOS 18.7.2 (22H124)
- USB port: 0x14120000
- Inventory, Room: 112
- Last good iCloud backup: unknown: it was not asked for
- Read: 2026-11-20 08:30 UTC
- Read in a second try: the device did not answer in time

### What is wrong

- **✗ problem:** iCloud Backup is off. (backup-turned-off)
  - iCloud Backup switch: off (expected on)
  - explains backup-stale: The last good backup is 23 days old.
- **! warning:** The device is not on Wi-Fi at this moment. (wifi-missing)

### What to do

1. Join a Wi-Fi network (administrator)
   1. Open Settings > Wi-Fi.
   2. Choose a network.
2. Switch iCloud Backup on
   1. Open Settings > \[name\] > iCloud > iCloud Backup.
   2. Switch Back Up This iPhone on.
3. Back up now
   - **Risk:** It may take hours.
   1. Tap Back Up Now.

### Documented at

- [Back up with iCloud](https://support.example.com/en-us/guide/icloud/back-up-and-restore-a-very-long-address-of-a-page)

### What could not be read

- the device refused to report it (GetProhibited): not-trusted

### Suppressed

- Little room is left. (icloud-storage-full (“the plan”)): “ordered on Monday”, until 2026-12-20

Not shown here: 1 question only a person can answer, and 1 check that found nothing wrong.
`
	if diff := cmp.Diff(want, section); diff != "" {
		t.Error(diff)
	}
	isPlain(t, document, r)
}

// The plan must parse as intended: steps in a list, with actions in nested lists.
func TestMarkdownNestsThePlan(t *testing.T) {
	examined := reporttest.Failing("x")
	for len(examined.Diagnosis.Plan) < 12 {
		examined.Diagnosis.Plan = append(examined.Diagnosis.Plan, examined.Diagnosis.Plan[0])
	}
	p := parseMarkdown(markdownOf(report.New(reporttest.Run(examined))))
	for _, list := range nodes[*ast.List](p) {
		if list.PreviousSibling() == nil || list.PreviousSibling().Kind() != ast.KindHeading || p.words(t, list.PreviousSibling()) != "What to do" {
			continue
		}
		if !list.IsOrdered() || list.ChildCount() != 12 {
			t.Errorf("%d steps", list.ChildCount())
		}
		for item := list.FirstChild(); item != nil; item = item.NextSibling() {
			if actions, ok := item.LastChild().(*ast.List); !ok || !actions.IsOrdered() {
				t.Errorf("no actions under %q", p.words(t, item))
			}
		}
		return
	}
	t.Error("no plan")
}

func TestMarkdownLinksOnlyIntoTheWeb(t *testing.T) {
	for _, test := range []struct {
		source report.Source
		link   string // where it leads; "" for no link
		words  string
	}{
		{report.Source{Title: "A page", URL: "https://example.com/a_(b)?c=1&lt;=2|3"}, "https://example.com/a_(b)?c=1&lt;=2|3", "A page"},
		{report.Source{Title: "", URL: "https://example.com/"}, "https://example.com/", "https://example.com/"},
		{report.Source{Title: "[a](b) `c`", URL: "http://example.com/`<x>\\*"}, "http://example.com/`<x>\\*", "[a](b) `c`"},
		{report.Source{Title: "A book", URL: ""}, "", "A book"},
		{report.Source{Title: "A trap", URL: "javascript:alert(1)"}, "", "A trap javascript:alert(1)"},
		{report.Source{Title: "A trap", URL: "https://example.com/ \"onclick"}, "", "A trap https://example.com/ \"onclick"},
	} {
		p := parseMarkdown("- " + markdownLink(test.source) + "\n")
		links := nodes[*ast.Link](p)
		link := ""
		if len(links) == 1 {
			link = p.address(t, links[0])
		}
		if link != test.link || len(links) > 1 {
			t.Errorf("%v leads to %q", test.source, link)
		}
		if got := p.words(t, p.root); got != test.words {
			t.Errorf("%v reads %q", test.source, got)
		}
	}
}

func TestMarkdownTellsWhatIsMissing(t *testing.T) {
	stopped := report.Run{Redacted: true, Gaps: []device.Gap{{Reason: device.Interrupted}}, Examined: []report.Examined{reporttest.Well("iPhone 1")},
		Places: []report.Place{{Path: "/a", Reason: "not-permitted", Hint: "Ask."}}}
	const head = `# iCloud Backup report

> **This report is partial.**

> Devices may be missing: the run was interrupted.

> Whether there are backups in “place-1” is unknown: this program may not read it on this computer. Ask.

- Devices: 1 (1 backed up)
- Read: 2026-11-20 08:30 UTC
- Written by: backupdoctor
- Software compared with: Apple's releases of 2026-11-19 (embedded table)
- Names and identifiers are placeholders.
`
	if document := markdownOf(report.New(stopped)); !strings.HasPrefix(document, head) {
		t.Error(document)
	}
	if document := markdownOf(report.New(reporttest.Run(reporttest.Ended(reporttest.Well("x"), device.Timeout)))); !strings.Contains(document, "\n**Not examined to the end:** the device did not answer in time.\n") || strings.Contains(document, "partial") {
		t.Error(document)
	}
	if document := markdownOf(report.New(report.Run{Tool: "1.2.3"})); document != "# iCloud Backup report\n\n- Written by: backupdoctor 1.2.3\n\nNo device was found.\n" {
		t.Error(document)
	}
	if document := markdownOf(report.New(report.Run{Gaps: []device.Gap{{Reason: device.Unreachable}}})); strings.Contains(document, "No device") {
		t.Errorf("nobody knows that:\n%s", document)
	}
}
