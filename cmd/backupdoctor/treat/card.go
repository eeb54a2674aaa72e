package treat

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A Page says how texts are laid out.
type Page struct {
	Width int            // columns
	UTF8  bool           // more than ASCII can be shown
	Zone  *time.Location // for dates; nil is UTC

	Rates []report.RemedyRate // of past repairs, shown as a hint; nil if unknown
}

// maxWidth keeps lines readable on wide terminals.
const maxWidth = 100

func (p Page) width() int { return max(format.MinWidth, min(p.Width, maxWidth)) }

func (p Page) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// Opening returns what was found on a device, before the first task.
func (p Page) Opening(d report.Device) string {
	lines := []string{p.heading(name(d), p.join(d.ModelName, strings.TrimSpace(d.System+" "+d.ProductVersion))), p.wrap("  ", d.Headline)}
	for _, cause := range report.CausesOf(d) {
		lines = append(lines, p.wrap("  - ", report.ShortFor(cause.Check, cause.Status)))
	}
	return p.text(lines)
}

// Card returns a task in the words of the device's model and version, with what it takes and
// what to type.
func (p Page) Card(t Task, d report.Device) string {
	lines := p.body(t)
	if t.Step.Remedy == string(remedies.TrustThisComputer) {
		lines = append(lines, p.wrap("  ", "No other command can pair with it until treat ends: press q, and run backupdoctor treat --pair in place of scan --pair."))
	}
	return p.text(append(lines, p.row(keys(t, d))))
}

// Steps returns what was found on a device and the steps of its plan, in the order in which a
// repair offers them if none of them helps.
func (p Page) Steps(d report.Device) string {
	text, r := p.Opening(d), Begin("", "", d, d.TakenAt)
	if !Treatable(d) {
		return text
	}
	for range 2 * (len(d.Plan) + 1) {
		task := Next(r, d)
		done, ends := ended[task.Kind]
		if !ends {
			break
		}
		lines := p.body(task)
		if task.Kind == BackUp {
			lines = append(lines, p.wrap("  ", "Tap Back Up Now, and follow it with backupdoctor listen. Go on only if it fails."))
		}
		text += p.text(lines)
		r = r.With(device.RepairEvent{At: d.TakenAt, Kind: done, Remedy: task.Step.Remedy})
	}
	return text
}

// ended maps each kind of task to the event recorded when it was carried out and did not help.
var ended = map[Kind]device.RepairEventKind{
	Step: device.RepairSeen, Copy: device.RepairCopied, Leave: device.RepairLeft, BackUp: device.RepairFailed,
}

// body returns a task without what to type.
func (p Page) body(t Task) []string {
	lines := []string{"", p.heading(title(t), fmt.Sprintf("%d of %d", t.Number, max(t.Of, t.Number)))}
	for n, line := range t.Step.Steps {
		lines = append(lines, p.wrap(fmt.Sprintf("  %d. ", n+1), line))
	}
	if about := p.about(t); about != "" {
		lines = append(lines, p.wrap("  ", about))
	}
	if hint := p.hint(t); hint != "" {
		lines = append(lines, p.wrap("  ", hint))
	}
	if t.Locked {
		lines = append(lines, p.wrap("  ", "Locked: this permanently loses something, and no copy of this device on this computer was proved whole in the last 24 hours."))
	}
	return lines
}

func title(t Task) string {
	if t.Kind == BackUp {
		return "Back Up Now"
	}
	return t.Step.Title
}

// about says what a step takes and what it may cost.
func (p Page) about(t Task) string {
	remedy, known := remedies.Find(remedies.ID(t.Step.Remedy))
	if !known {
		return ""
	}
	text := "takes " + remedy.Duration()
	if len(t.Step.For) > 0 {
		var causes []string
		for _, check := range t.Step.For {
			causes = append(causes, report.ShortOf(check))
		}
		text = p.join("for: "+strings.Join(causes, ", "), text)
	}
	if t.Step.Risk == "" {
		return p.join(text, "no known risk")
	}
	return text + ". Risk: " + t.Step.Risk
}

// fewRepairs is the number of past repairs below which their result is not shown.
const fewRepairs = 5

// hint describes how often the remedy was followed by a backup in past repairs of devices with the
// same cause, or returns "". It does not change the order of the plan.
func (p Page) hint(t Task) string {
	for _, check := range t.Step.For {
		for _, rate := range p.Rates {
			if rate.Check == check && rate.Remedy == t.Step.Remedy && rate.Tried >= fewRepairs {
				return "Past repairs for " + rate.Cause() + ": " + rate.String() + "."
			}
		}
	}
	return ""
}

// keys says what a person can type.
func keys(t Task, d report.Device) []string {
	const skip, why, stop = "[s] skip", "[?] why", "[q] stop"
	switch {
	case t.Locked:
		return []string{"[Enter] make a copy now", skip, why, fmt.Sprintf(stop+"; %s unlocks it without a copy", device.Quoted(UnlockWord(d)))}
	case t.Kind == Copy:
		return []string{"[Enter] make the copy now", skip, why, stop}
	case t.Kind == BackUp:
		return []string{"[s] stop listening", stop}
	case t.Kind == Leave:
		return []string{"[Enter] leave it to itself", skip, why, stop}
	case t.Restartable():
		return []string{"[Enter] done", "[r] restart it from here", skip, why, stop}
	default:
		return []string{"[Enter] done", skip, why, stop}
	}
}

// row lays out short texts beside each other, and breaks lines between them.
func (p Page) row(texts []string) string {
	lines := []string{""}
	for _, text := range texts {
		text = p.clean(text)
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = text
		case format.DisplayWidth(*last)+3+format.DisplayWidth(text) <= p.width()-2:
			*last += "   " + text
		default:
			lines = append(lines, text)
		}
	}
	for i, line := range lines {
		lines[i] = p.wrap("  ", line)
		if format.DisplayWidth(line) <= p.width()-2 {
			lines[i] = "  " + line // wrapping would join the spaces
		}
	}
	return strings.Join(lines, "\n")
}

// Restartable reports whether this program can carry out the task itself by a restart.
func (t Task) Restartable() bool { return t.Step.Remedy == string(remedies.Restart) }

// UnlockWord returns what to type to unlock a step without a copy: the name of the device, or
// its UDID if it has no name.
func UnlockWord(d report.Device) string {
	if report.Clean(d.Name) == "" {
		return d.UDID
	}
	return report.Clean(d.Name)
}

// Why returns the basis of a task: the evidence of its causes, and the documents.
func (p Page) Why(t Task, d report.Device) string {
	var lines []string
	for _, cause := range report.CausesOf(d) {
		if !slices.Contains(t.Step.For, cause.Check) {
			continue
		}
		lines = append(lines, p.wrap("  ", cause.Summary))
		for _, e := range cause.Evidence {
			lines = append(lines, p.wrap("    ", e.Key+": "+e.Value+" ("+e.Source+")"))
		}
	}
	for _, s := range t.Step.Sources {
		lines = append(lines, p.wrap("  ", strings.TrimSpace(s.Title+" "+s.URL)))
	}
	if len(lines) == 0 {
		lines = []string{p.wrap("  ", "A new iCloud backup is the only proof that the device backs up again.")}
	}
	return p.text(lines)
}

// Closing returns how a repair ended.
func (p Page) Closing(r report.Repair) string {
	took := r.EndedAt.Sub(r.StartedAt).Round(time.Second)
	if took >= time.Minute {
		took = took.Round(time.Minute)
	}
	mark := "OK: "
	if p.UTF8 {
		mark = "✓ "
	}
	return p.text([]string{"", p.wrap("", mark+"Backed up "+words.Moment(r.NewBackup().In(p.zone()))+". The repair is closed after "+words.Duration(took)+".")})
}

// Gone returns the causes no longer found after a task, or the title of the task if there are none.
func (p Page) Gone(t Task, gone []string) string {
	mark := "seen: "
	if p.UTF8 {
		mark = "✓ seen: "
	}
	text := t.Step.Title
	for n, check := range gone {
		if n == 0 {
			text = "no longer found: "
		} else {
			text += ", "
		}
		text += report.ShortOf(check)
	}
	return p.text([]string{p.wrap("", mark+text)})
}

func name(d report.Device) string {
	if d.Name == "" {
		return d.UDID
	}
	return device.Quoted(d.Name)
}

// join joins the texts that are not empty.
func (p Page) join(texts ...string) string {
	separator := " · "
	if !p.UTF8 {
		separator = " - "
	}
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), separator)
}

// heading puts a note at the right margin, or below the text if there is no room.
func (p Page) heading(text, note string) string {
	text, note = p.clean(text), p.clean(note)
	gap := p.width() - format.DisplayWidth(text) - format.DisplayWidth(note)
	if gap < 2 {
		return p.wrap("", text) + "\n" + p.wrap("  ", note)
	}
	return text + strings.Repeat(" ", gap) + note
}

// wrap wraps a text, with its first line after a prefix and the others below it.
func (p Page) wrap(prefix, text string) string {
	lines := strings.Split(format.Wrap(p.clean(text), p.width()-len(prefix)), "\n")
	return prefix + strings.Join(lines, "\n"+strings.Repeat(" ", len(prefix)))
}

// clean makes untrusted text safe to show.
func (p Page) clean(text string) string {
	text = report.Clean(text)
	if !p.UTF8 {
		text = format.ASCII(text)
	}
	return text
}

func (p Page) text(lines []string) string { return strings.Join(lines, "\n") + "\n" }
