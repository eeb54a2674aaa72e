package report

import (
	"cmp"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// htmlCard is all that is told of one device.
type htmlCard struct {
	htmlMark
	OfBackups  bool
	Number     int // its place in the report, from 1
	Label      string
	Name       string
	About      string // model, version and slot in one line
	Headline   string
	Unfinished string // why it was not examined to the end
	Facts      []htmlFact
	Causes     []htmlCause
	Plan       []htmlStep
	Unread     []unreadGroup
	Unreadable int
	Questions  []htmlAsked
	Healthy    []htmlHealthy
	Suppressed []htmlSilence
	Backups    []htmlBackup
}

// htmlCause is a finding with what follows from it.
type htmlCause struct {
	htmlMark
	Check, Subject, Summary, Effect string
	Evidence                        []htmlEvidence
	Sources                         []htmlLink
	Symptoms                        []htmlCause
}

type htmlEvidence struct {
	Key, Value, Expected, Source string
	AsOf                         htmlTime
}

type htmlLink struct{ Title, URL string }

type htmlStep struct {
	Title, Actor, Risk string
	Steps, For         []string
	Sources            []htmlLink
}

type htmlHealthy struct{ Check, Summary string }

type htmlSilence struct {
	htmlMark
	Check, Subject, Summary, Because string
	Until                            htmlTime
}

func newHTMLCard(index int, label string, d Device, asked *inquiry) htmlCard {
	c := htmlCard{
		htmlMark:  htmlMarkOf(markOfVerdict(d)),
		Number:    index + 1,
		Label:     label,
		Name:      cmp.Or(clean(d.Name), label),
		About:     aboutDevice(label, d),
		Headline:  clean(d.Headline),
		Facts:     factsOf(d),
		Plan:      convert(d.Plan, newHTMLStep),
		Unread:    unreadOf(d),
		Questions: asked.of(index),
	}
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		c.Unfinished = clean(reasonOf(d.Reason, d.Detail))
	}
	for _, f := range d.Findings {
		switch checks.Status(f.Status) {
		case checks.Problem, checks.Warning:
			c.addCause(f, d.TakenAt)
		case checks.OK:
			c.Healthy = append(c.Healthy, htmlHealthy{clean(f.Check), clean(f.Summary)})
		}
	}
	for _, group := range c.Unread {
		c.Unreadable += len(group.Checks)
	}
	for _, s := range d.Suppressed {
		c.Suppressed = append(c.Suppressed, newHTMLSilence(s))
	}
	for _, b := range d.Backups {
		c.Backups = append(c.Backups, newHTMLBackup(b, d))
	}
	return c
}

// addCause adds a root cause, or a symptom to the cause that it follows.
func (c *htmlCard) addCause(f Finding, read time.Time) {
	cause := htmlCause{
		htmlMark: htmlMarkOf(markOfStatus(f.Status)),
		Check:    clean(f.Check), Subject: clean(f.Subject), Summary: clean(f.Summary),
		Effect:   effectOf(checks.Effect(f.Effect)),
		Evidence: evidenceOf(f, read), Sources: linksOf(f.Sources),
	}
	if last := len(c.Causes) - 1; f.ExplainedBy != "" && last >= 0 {
		c.Causes[last].Symptoms = append(c.Causes[last].Symptoms, cause)
		return
	}
	c.Causes = append(c.Causes, cause)
}

// evidenceOf says of what was not true just when the device was read how old it was.
func evidenceOf(f Finding, read time.Time) []htmlEvidence {
	return convert(f.Evidence, func(e Evidence) htmlEvidence {
		evidence := htmlEvidence{Key: clean(e.Key), Value: clean(e.Value), Expected: clean(e.Expected), Source: clean(e.Source), AsOf: timeOf(e.AsOf)}
		if days := int(read.Sub(e.AsOf) / (24 * time.Hour)); days > 0 && !e.AsOf.IsZero() {
			evidence.AsOf.Text = e.AsOf.UTC().Format(time.DateOnly)
			evidence.AsOf.Age = plural(days, "day") + " old"
		}
		return evidence
	})
}

// linksOf links to nothing but web addresses.
func linksOf(sources []Source) []htmlLink {
	return convert(sources, func(s Source) htmlLink {
		source := htmlLink{Title: clean(s.Title), URL: clean(s.URL)}
		if !isAddress(source.URL) {
			source.URL = ""
		}
		source.Title = cmp.Or(source.Title, source.URL)
		return source
	})
}

func newHTMLStep(s Step) htmlStep {
	return htmlStep{
		Title: clean(s.Title), Actor: actorOf(s), Risk: clean(s.Risk),
		Steps: convert(s.Steps, clean), For: convert(s.For, clean), Sources: linksOf(s.Sources),
	}
}

// actorOf says who takes a step.
func actorOf(s Step) string {
	switch actor := clean(s.Actor); remedies.Actor(actor) {
	case "":
		return "By anybody"
	case remedies.Apple:
		return "By Apple"
	default:
		return "By the " + actor
	}
}

func newHTMLSilence(s Silence) htmlSilence {
	return htmlSilence{
		htmlMark: htmlMarkOf(markOfStatus(s.Status)),
		Check:    clean(s.Check), Subject: clean(s.Subject), Summary: clean(s.Summary), Because: clean(s.Because),
		Until: timeOf(s.Until),
	}
}

// aboutDevice tells a device from the others in one line.
func aboutDevice(label string, d Device) string {
	var parts []string
	for _, text := range []string{modelOf(label, d), versionOf(d)} {
		if text = clean(text); text != "" {
			parts = append(parts, text)
		}
	}
	if slot := clean(d.Slot); slot != "" {
		parts = append(parts, "slot "+slot)
	}
	return strings.Join(parts, " · ")
}

// factsOf is what is known of a device beside its name, its model and what was found on it.
func factsOf(d Device) []htmlFact {
	var facts []htmlFact
	add := func(f htmlFact) {
		if f.Value = clean(f.Value); f.Value != "" || f.At.Text != "" {
			facts = append(facts, f)
		}
	}
	for _, f := range d.Asset {
		add(htmlFact{Name: clean(f.Name), Value: f.Value})
	}
	add(htmlFact{Name: "Model identifier", Value: d.ProductType})
	add(htmlFact{Name: "Build", Value: d.BuildVersion})
	add(htmlFact{Name: "Serial number", Value: d.Serial, Code: true})
	add(htmlFact{Name: "UDID", Value: d.UDID, Code: true})
	add(htmlFact{Name: "USB port", Value: d.Location, Code: true})
	add(htmlFact{Name: "Read", At: timeOf(d.TakenAt)})
	if d.Retried != "" {
		add(htmlFact{Name: "Tried again after", Value: reasonOf(d.Retried, "")})
	}
	return facts
}

func lastBackupFact(d Device) htmlFact {
	fact := htmlFact{Name: "Last good iCloud backup", At: agedAt(d.LastBackup, d.TakenAt)}
	if d.LastBackup.IsZero() && d.NoLastBackup != "" {
		fact.Value = clean(unknownBecause(d.NoLastBackup))
	}
	return fact
}

// htmlRow is a line of the overview: a device, or a backup.
type htmlRow struct {
	htmlMark
	Card       int
	Verdict    string
	Rank       int    // of the verdict, for sorting
	Checks     string // ids of its causes, with spaces between
	Label      string
	Slot       string
	Model      string
	Version    string
	Serial     string
	Asset      []string
	Causes     []htmlBar
	LastBackup htmlFact
	Backup     htmlBackup
}

func newHTMLRow(c htmlCard, d Device, columns htmlColumns) htmlRow {
	row := htmlRow{
		htmlMark: c.htmlMark, Card: c.Number, Verdict: clean(d.Verdict), Rank: rankOf(d.Verdict), Label: c.Label,
		Slot: clean(d.Slot), Model: clean(cmp.Or(d.ModelName, d.ProductType)), Version: clean(versionOf(d)), Serial: clean(d.Serial),
		LastBackup: lastBackupFact(d),
	}
	for _, name := range columns.Asset {
		row.Asset = append(row.Asset, htmlAsset(d, name))
	}
	var ids []string
	for _, f := range causesOf(d) {
		row.Causes = append(row.Causes, htmlBar{htmlMark: htmlMarkOf(markOfStatus(f.Status)), Short: clean(shortOf(f.Check))})
		ids = append(ids, clean(f.Check))
	}
	row.Checks = strings.Join(ids, " ")
	return row
}

func htmlAsset(d Device, name string) string {
	for _, f := range d.Asset {
		if clean(f.Name) == name {
			return clean(f.Value)
		}
	}
	return ""
}

// rankOf puts verdicts in the order in which a summary counts them.
func rankOf(verdict string) int {
	switch checks.Verdict(verdict) {
	case checks.Failing:
		return 1
	case checks.AtRisk:
		return 2
	case checks.NoneFound:
		return 3
	default:
		return 4
	}
}

// rankOfProof does so for verdicts on backups.
func rankOfProof(verdict string) int {
	switch device.ProofVerdict(verdict) {
	case device.Whole:
		return 1
	case device.Broken:
		return 2
	default:
		return 3
	}
}
