package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// minTableWidth is the narrowest page on which causes are a table; on a narrower one they
// are cards.
const minTableWidth = 72

// maxNameWidth is how much of a device's name is shown, in columns.
const maxNameWidth = 32

// WriteTable writes the report for a person at a terminal: the devices and what is wrong
// with them, the causes as a table, what to do as numbered steps, and what could not be
// read or must be asked.
func WriteTable(w io.Writer, r Report, o Options) error {
	p := newPage(o)
	labels := p.labels(r.Devices)
	p.gaps(r)
	for i, d := range r.Devices {
		p.device(labels[i], d)
	}
	if err := p.causes(labels, r.Devices); err != nil {
		return fmt.Errorf("drawing the table: %w", err)
	}
	p.section("What to do", labels, r.Devices, p.plan)
	p.section("What could not be read", labels, r.Devices, p.unread)
	p.section("Questions only a person can answer", labels, r.Devices, p.questions)
	p.section("What was read and is healthy", labels, r.Devices, p.healthy)
	p.footer(r)
	return p.write(w)
}

// labels names each device so that a reader can tell it from the others: by its name, and
// where two have the same, by the end of its identifier too.
func (p *page) labels(devices []Device) []string {
	labels := make([]string, len(devices))
	times := map[string]int{}
	for i, d := range devices {
		labels[i] = p.label(d)
		times[labels[i]]++
	}
	for i, d := range devices {
		if times[labels[i]] > 1 {
			labels[i] += " " + p.text("(…"+tail(clean(d.UDID), 4)+")")
		}
	}
	return labels
}

// label is a device's name, or the best there is instead.
func (p *page) label(d Device) string {
	for _, text := range []string{d.Name, d.ModelName, d.ProductType, d.UDID} {
		if label := cut(p.text(text), maxNameWidth, p.sign("…", "...")); label != "" {
			return label
		}
	}
	return "a device"
}

// tail is the last n runes of a text.
func tail(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}

// gaps tells why devices may be missing.
func (p *page) gaps(r Report) {
	for _, gap := range r.Gaps {
		m := mark{"!", "[!]", "", yellow}
		p.print(p.hang(p.lead(m), m.style, "Devices may be missing: "+gap.Summary+".")...)
	}
	if len(r.Devices) == 0 && len(r.Gaps) == 0 {
		p.print(p.hang("", plain, "No device was found.")...)
	}
}

// device prints the lines that sum one device up.
func (p *page) device(label string, d Device) {
	under := p.title(markOfVerdict(d), label, d)
	p.print(p.hang(under, plain, d.Headline)...)
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		p.print(p.hang(under, yellow, "Not examined to the end: "+reasonOf(d.Reason, d.Detail)+".")...)
	}
}

// title prints what a device is, behind a mark, and returns the indent for what follows.
func (p *page) title(m mark, label string, d Device) (under string) {
	about := label
	for _, text := range []string{modelOf(label, d), versionOf(d)} {
		if text != "" {
			about += " · " + text
		}
	}
	lead := p.lead(m)
	if p.Width >= minTableWidth {
		lead = pad(lead+m.word, columns(lead)+widestWord+2)
	} else {
		about = m.word + ": " + about
	}
	p.print(p.hang(lead, m.style, about)...)
	return strings.Repeat(" ", columns(lead))
}

// modelOf names the model, unless the label does.
func modelOf(label string, d Device) string {
	model := d.ModelName
	if model == "" {
		model = d.ProductType
	}
	if model == label {
		return ""
	}
	return model
}

func versionOf(d Device) string {
	if d.ProductVersion == "" {
		return ""
	}
	return strings.TrimSpace(d.System + " " + d.ProductVersion)
}

// causes prints what is wrong: a table where the page is wide enough, else cards.
func (p *page) causes(labels []string, devices []Device) error {
	header := []column{{"Device", 3}, {"Cause", 4}, {"Evidence", 3}, {"First remedy", 3}}
	var rows [][]cell
	for i, d := range devices {
		for _, f := range d.Findings {
			if !isCause(f) {
				continue
			}
			rows = append(rows, []cell{{{text: labels[i]}}, p.cause(f, d), p.evidence(f), p.firstRemedy(f)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	p.print("")
	if p.Width < minTableWidth {
		p.cards(header, rows)
		return nil
	}
	return p.table(header, rows)
}

// cause is a finding in the words of its summary, with its id and its symptoms.
func (p *page) cause(f Finding, d Device) cell {
	m := markOfStatus(f.Status)
	under := strings.Repeat(" ", columns(p.lead(m)))
	c := cell{{p.lead(m), m.style, p.text(f.Summary), plain}, {under, plain, p.text(f.Check), dim}}
	var explains []string
	for _, symptom := range d.Findings {
		if symptom.ExplainedBy == f.Check {
			explains = append(explains, symptom.Check)
		}
	}
	if len(explains) > 0 {
		c = append(c, paragraph{under, plain, p.text("explains " + strings.Join(explains, ", ")), dim})
	}
	return c
}

func (p *page) evidence(f Finding) cell {
	c := cell{}
	for _, e := range f.Evidence {
		text := e.Key + ": " + e.Value
		if e.Expected != "" {
			text += " (expected " + e.Expected + ")"
		}
		c = append(c, paragraph{text: p.text(text)})
	}
	return c
}

func (p *page) firstRemedy(f Finding) cell {
	if len(f.Remedies) == 0 {
		return cell{}
	}
	return cell{{text: p.text(f.Remedies[0].Title)}}
}

// section prints one part of every device under a heading. Devices of which the same is to
// be said share it.
func (p *page) section(title string, labels []string, devices []Device, part func(Device) []string) {
	type group struct {
		labels []string
		lines  []string
	}
	var groups []group
	for i, d := range devices {
		lines := part(d)
		if len(lines) == 0 {
			continue
		}
		same := slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.lines, lines) })
		if same < 0 {
			groups = append(groups, group{[]string{labels[i]}, lines})
			continue
		}
		groups[same].labels = append(groups[same].labels, labels[i])
	}
	for _, g := range groups {
		heading := title
		if len(devices) > 1 {
			heading += ": " + strings.Join(g.labels, ", ")
		}
		p.heading(heading)
		p.print(g.lines...)
	}
}

// plan numbers the remedies of a device and letters the actions of each.
func (p *page) plan(d Device) []string {
	var lines []string
	var addresses []string
	for i, step := range d.Plan {
		lines = append(lines, p.hang(fmt.Sprintf("%2d. ", i+1), bold, step.Title+by(step.Actor))...)
		if step.Risk != "" {
			lines = append(lines, p.hang("    Risk: ", yellow, step.Risk)...)
		}
		for j, action := range step.Steps {
			lines = append(lines, p.hang("    "+letter(j)+" ", plain, action)...)
		}
		if p.All && len(step.For) > 0 {
			lines = append(lines, p.hang("    For: ", dim, strings.Join(step.For, ", "))...)
		}
		for _, source := range step.Sources {
			if source.URL != "" && !slices.Contains(addresses, source.URL) {
				addresses = append(addresses, source.URL)
			}
		}
	}
	return append(lines, p.addresses(addresses)...)
}

// addresses stand on lines of their own, indented if all of them have the room.
func (p *page) addresses(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	lead := "    "
	lines := p.hang("", plain, "Documented at")
	if slices.ContainsFunc(list, func(address string) bool { return columns(lead+p.text(address)) > p.Width }) {
		lead = ""
	}
	for _, address := range list {
		lines = append(lines, p.hang(lead, plain, address)...)
	}
	return lines
}

// by says who acts, where it is not the device's user.
func by(actor string) string {
	if actor == "" || checks.Actor(actor) == checks.User {
		return ""
	}
	return " (" + actor + ")"
}

// letter is a., b., … and after z. the number.
func letter(i int) string {
	if i >= 26 {
		return fmt.Sprintf("%d.", i+1)
	}
	return string(rune('a'+i)) + "."
}

// unread lists the checks that could not be made, grouped by the reason. Those that fell
// with the whole device are only counted, unless everything is to be told.
func (p *page) unread(d Device) []string {
	var reasons []string
	ids := map[string][]string{}
	for _, f := range d.Findings {
		if checks.Status(f.Status) != checks.Unknown {
			continue
		}
		why := reasonOf(f.Reason, f.Detail)
		if ids[why] == nil {
			reasons = append(reasons, why)
		}
		ids[why] = append(ids[why], f.Check)
	}
	ended := reasonOf(d.Reason, d.Detail)
	var lines []string
	m := markOfStatus(string(checks.Unknown))
	for _, why := range reasons {
		what := strings.Join(ids[why], ", ")
		if why == ended && !p.All {
			what = plural(len(ids[why]), "check")
		}
		lines = append(lines, p.hang(p.lead(m), m.style, why+": "+what)...)
	}
	return lines
}

// reasonOf puts a reason into words.
func reasonOf(reason, detail string) string {
	return device.Gap{Reason: device.Reason(reason), Detail: detail}.Error()
}

// questions are told in full if everything is; else the footer counts them.
func (p *page) questions(d Device) []string {
	if !p.All {
		return nil
	}
	return p.answers(d, checks.Ask)
}

// healthy lists what was found in order, if everything is to be told.
func (p *page) healthy(d Device) []string {
	if !p.All {
		return nil
	}
	return p.answers(d, checks.OK)
}

// answers are the findings of one status, each with the id of its check.
func (p *page) answers(d Device, status checks.Status) []string {
	var lines []string
	m := markOfStatus(string(status))
	for _, f := range d.Findings {
		if checks.Status(f.Status) == status {
			lines = append(lines, p.hang(p.lead(m), m.style, f.Summary)...)
			lines = append(lines, p.hang(strings.Repeat(" ", columns(p.lead(m))), plain, f.Check)...)
		}
	}
	return lines
}

// footer ends the page: what was folded away, the devices counted, and where to read on.
func (p *page) footer(r Report) {
	var notes []string
	if n := askedChecks(r); n > 0 && !p.All {
		notes = append(notes, plural(n, "question")+" only a person can answer; --all shows them.")
	}
	if r.Releases != (Releases{}) {
		notes = append(notes, fmt.Sprintf("Software was compared with Apple's releases of %s (%s table).",
			r.Releases.TableDate.Format(time.DateOnly), r.Releases.TableSource))
	}
	if r.Redacted {
		notes = append(notes, "Names and identifiers are placeholders.")
	}
	if len(r.Devices) > 1 {
		notes = append(notes, totals(r.Summary))
	}
	if len(r.Summary.Causes) > 0 {
		notes = append(notes, "Next: backupdoctor explain "+r.Summary.Causes[0].Check)
	}
	if len(notes) > 0 {
		p.print("")
	}
	for _, note := range notes {
		p.print(p.hang("", plain, note)...)
	}
}

// askedChecks is how many different questions are asked of a person.
func askedChecks(r Report) int {
	asked := map[string]bool{}
	for _, d := range r.Devices {
		for _, f := range d.Findings {
			if checks.Status(f.Status) == checks.Ask {
				asked[f.Check] = true
			}
		}
	}
	return len(asked)
}

// totals counts the devices that need attention, and why.
func totals(s Summary) string {
	need := s.Failing + s.AtRisk + s.NotExamined
	if need == 0 {
		return fmt.Sprintf("None of %d devices needs attention.", s.Devices)
	}
	var why []string
	for _, cause := range s.Causes {
		why = append(why, fmt.Sprintf("%s (%d)", cause.Check, cause.Devices))
	}
	return fmt.Sprintf("%d of %d devices need attention: %s.", need, s.Devices, strings.Join(why, ", "))
}

// plural counts things; thing is the singular, whose plural ends in s.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
