package format

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Options say what the terminal can show and how much of the report to show.
type Options struct {
	Width int  // columns that no line exceeds, an address or a command on a line of its own excepted; at least MinWidth
	UTF8  bool // false: ASCII only
	Color bool // true: styles by ANSI escape sequences
	Steps bool // true: every cause with its evidence, and all steps of the plan
	All   bool // true: healthy findings too, every question in full, and Steps

	Zone *time.Location // in which times are written; nil is UTC

	ShowSuppressed bool // true: suppressed findings too, with their reasons
}

// MinWidth is the narrowest page there is; a smaller Width counts as this.
const MinWidth = 20

// A page is text for a terminal as it grows. Whatever comes from a report goes through text
// before it is laid out, and styles are put on last, so that neither a stranger's text nor a
// colour can move a line.
type page struct {
	Options
	lines []string
}

func newPage(o Options) *page {
	o.Width = max(o.Width, MinWidth)
	return &page{Options: o}
}

// text makes one text of a report fit for this terminal.
func (p *page) text(text string) string {
	if p.UTF8 {
		return report.Clean(text)
	}
	return ascii(report.Clean(text))
}

// in is a time in the zone of the page.
func (p *page) in(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

// sign chooses the sign that this terminal can show.
func (p *page) sign(utf8, ascii string) string {
	if p.UTF8 {
		return utf8
	}
	return ascii
}

func (p *page) print(lines ...string) { p.lines = append(p.lines, lines...) }

// heading begins a section, after an empty line.
func (p *page) heading(text string) {
	if len(p.lines) > 0 {
		p.print("")
	}
	for _, line := range wrap(p.text(text), p.Width) {
		p.print(p.paint(bold, line))
	}
}

// hang lays out a paragraph behind a lead, its further lines indented under the first.
// A web address that the line has no room for stands at the margin, unbroken.
func (p *page) hang(lead string, s style, text string) []string {
	indent := strings.Repeat(" ", columns(lead))
	room := max(1, p.Width-columns(lead))
	lines := wrapAroundAddresses(p.text(text), room)
	sign := strings.TrimRight(lead, " ")
	if sign != "" && (len(lines) == 0 || columns(lines[0]) > room) {
		lines = slices.Insert(lines, 0, "") // the lead stands alone
	}
	for i, line := range lines {
		switch {
		case columns(line) > room:
			// an address, at the margin
		case line == "":
			lines[i] = p.paint(s, sign)
		case i == 0:
			lines[i] = p.paint(s, lead) + line
		default:
			lines[i] = indent + line
		}
	}
	return lines
}

// write ends the page.
func (p *page) write(w io.Writer) error {
	if _, err := io.WriteString(w, strings.Join(p.lines, "\n")+"\n"); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// A style is the parameters of an ANSI SGR sequence; "" is plain text.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

func (p *page) paint(s style, text string) string {
	if !p.Color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// convert changes each element of a list.
func convert[From, To any](list []From, change func(From) To) []To {
	changed := make([]To, len(list))
	for i, element := range list {
		changed[i] = change(element)
	}
	return changed
}
