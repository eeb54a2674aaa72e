package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A LogPrinter prints the log lines of several devices. If too many lines of one kind arrive,
// it drops and counts some.
type LogPrinter struct {
	w       io.Writer
	options format.Options

	mu    sync.Mutex
	rates map[lineKind]*rate
}

// NewLogPrinter returns a LogPrinter that writes to w.
func NewLogPrinter(w io.Writer, options format.Options) *LogPrinter {
	return &LogPrinter{w: w, options: options, rates: map[lineKind]*rate{}}
}

// A lineKind identifies a kind of line from one device.
type lineKind struct {
	label string
	kind  backuplog.Kind
}

// A rate counts the lines of one kind.
type rate struct {
	second  time.Time
	printed int // in the current second
	omitted int
}

// mostASecond is how many lines of a kind a person can follow.
const mostASecond = 10

// Say prints a text unconditionally. Write errors are ignored.
func (p *LogPrinter) Say(label, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(label, text)
}

// Relay prints what a log line means, unless too many of its kind arrive at once.
func (p *LogPrinter) Relay(label string, e backuplog.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.rates[lineKind{label, e.Kind}]
	if r == nil {
		r = &rate{}
		p.rates[lineKind{label, e.Kind}] = r
	}
	if second := time.Now().Truncate(time.Second); !second.Equal(r.second) {
		r.second, r.printed = second, 0
	}
	if r.printed++; r.printed > mostASecond {
		r.omitted++
		return
	}
	p.writeOmitted(label, r)
	p.write(label, describe(e))
}

// Flush prints how many lines of a device were dropped since the last printed one.
func (p *LogPrinter) Flush(label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for kind, r := range p.rates {
		if kind.label == label {
			p.writeOmitted(label, r)
		}
	}
}

func (p *LogPrinter) writeOmitted(label string, r *rate) {
	if r.omitted > 0 {
		p.write(label, fmt.Sprintf("(%d lines like these are not shown)", r.omitted))
		r.omitted = 0
	}
}

func (p *LogPrinter) write(label, text string) {
	format.Heard(p.w, time.Now().Format(time.TimeOnly), label, text, p.options)
}

// describe describes a log line.
func describe(e backuplog.Event) string {
	switch e.Kind {
	case backuplog.Failed:
		return describeFailure(e)
	case backuplog.Conditions:
		return "backupd sees: " + Conditions(e.Conditions)
	default:
		return e.Process + ": " + e.Text
	}
}

// describeFailure names the codes, with the meaning of the first known one.
func describeFailure(e backuplog.Event) string {
	text := "the backup failed"
	if e.Forced {
		text = "the backup that Setup Assistant forced failed"
	}
	if len(e.Codes) == 0 {
		return text + ", with an error whose code the log hides"
	}
	var names []string
	for _, code := range e.Codes {
		names = append(names, fmt.Sprintf("%s/%d", code.Domain, code.Code))
	}
	text += ": " + strings.Join(names, ", ")
	for _, m := range codes.LookUp(names[0]) {
		if m.InICloud != "" {
			return text + ": " + m.InICloud
		}
	}
	return text
}

// Conditions lists the known conditions.
func Conditions(c device.Conditions) string {
	var words []string
	for _, condition := range []struct {
		fact    device.Fact[bool]
		yes, no string
	}{
		{c.Enabled, "iCloud Backup on", "iCloud Backup off"},
		{c.Locked, "locked", "not locked"},
		{c.OnPower, "on power", "not on power"},
		{c.OnWiFi, "on Wi-Fi", "not on Wi-Fi"},
	} {
		held, err := condition.fact.Get()
		switch {
		case err != nil:
		case held:
			words = append(words, condition.yes)
		default:
			words = append(words, condition.no)
		}
	}
	return strings.Join(words, ", ")
}

// LostLines says how many lines of a log could not be read.
func LostLines(n uint64) string {
	return words.Count(int(n), "line") + " of the log could not be read"
}
