package format

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Options say what the terminal supports and how much of the report to show.
type Options struct {
	Width int  // maximum line length, except for an address or command on its own line; at least MinWidth
	UTF8  bool // false: ASCII only
	Color bool // true: styles by ANSI escape sequences
	Steps bool // true: every cause with its evidence, and all steps of the plan
	All   bool // true: also healthy findings and all questions in full; implies Steps

	Zone *time.Location // for times; nil is UTC

	ShowSuppressed bool // true: also suppressed findings, with their reasons
}

// MinWidth is the minimum page width; a smaller Width is raised to it.
const MinWidth = 20

// A page builds text for a terminal. Everything from a report is cleaned by text before layout,
// and styles are applied last, so that neither untrusted text nor colour can shift a line.
type page struct {
	Options
	lines []string // printed and not yet written

	to  io.Writer // where full pages of lines are written early; nil to keep all until write
	any bool      // whether lines were written
	err error     // of writing them
}

// maxKept is the number of lines that a page with a writer buffers, so that memory use does not
// grow with the number of devices.
const maxKept = 500

func newPage(o Options) *page {
	o.Width = max(o.Width, MinWidth)
	return &page{Options: o}
}

// text makes text from a report safe for this terminal.
func (p *page) text(text string) string {
	if p.UTF8 {
		return report.Clean(text)
	}
	return ascii(report.Clean(text))
}

// in converts a time to the zone of the page.
func (p *page) in(t time.Time) time.Time {
	if p.Zone == nil {
		return t.UTC()
	}
	return t.In(p.Zone)
}

// sign returns the variant that this terminal can show.
func (p *page) sign(utf8, ascii string) string {
	if p.UTF8 {
		return utf8
	}
	return ascii
}

func (p *page) print(lines ...string) {
	p.lines = append(p.lines, lines...)
	if p.to != nil && len(p.lines) >= maxKept {
		p.flush()
	}
}

// empty reports whether nothing was printed.
func (p *page) empty() bool { return len(p.lines) == 0 && !p.any }

// heading starts a section, after an empty line.
func (p *page) heading(text string) {
	if !p.empty() {
		p.print("")
	}
	for _, line := range wrap(p.text(text), p.Width) {
		p.print(p.paint(bold, line))
	}
}

// hang wraps a paragraph after a lead, with continuation lines indented under the first. A web
// address that does not fit goes unbroken at the left margin.
func (p *page) hang(lead string, s style, text string) []string {
	indent := strings.Repeat(" ", columns(lead))
	room := max(1, p.Width-columns(lead))
	lines := WrapAroundAddresses(p.text(text), room)
	sign := strings.TrimRight(lead, " ")
	if sign != "" && (len(lines) == 0 || columns(lines[0]) > room) {
		lines = slices.Insert(lines, 0, "") // the lead gets its own line
	}
	for i, line := range lines {
		switch {
		case columns(line) > room:
			// an address, at the left margin
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

// write writes to w what was not written early.
func (p *page) write(w io.Writer) error {
	p.to = w
	if len(p.lines) > 0 || !p.any {
		p.flush()
	}
	return writing(p.err)
}

// flush writes the lines printed so far. After an error it discards them.
func (p *page) flush() {
	if p.err == nil {
		_, p.err = io.WriteString(p.to, strings.Join(p.lines, "\n")+"\n")
	}
	p.lines, p.any = p.lines[:0], true
}

// A style is the parameters of an ANSI SGR sequence, or "" for plain text.
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

// convert applies change to each element of a list.
func convert[From, To any](list []From, change func(From) To) []To {
	changed := make([]To, len(list))
	for i, element := range list {
		changed[i] = change(element)
	}
	return changed
}
