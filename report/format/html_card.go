package format

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// htmlCard is everything shown about one device.
type htmlCard struct {
	Mark
	OfBackups  bool
	Brief      bool // in print, only listed
	Number     int  // position in the report, from 1
	Label      string
	Name       string
	About      string // model, version and slot on one line
	Headline   string
	Unfinished string // why it was not fully examined
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

// htmlCause is a finding with its symptoms.
type htmlCause struct {
	Mark
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
	Mark
	Check, Subject, Summary, Because string
	Until                            htmlTime
}

func newHTMLCard(index int, label string, d report.Device, asked *inquiry) htmlCard {
	c := htmlCard{
		Mark:      VerdictMark(d.Verdict),
		Number:    index + 1,
		Label:     label,
		Name:      device.Quoted(cmp.Or(report.Clean(d.Name), label)),
		About:     aboutDevice(label, d),
		Headline:  report.Clean(d.Headline),
		Facts:     factsOf(d),
		Plan:      convert(d.Plan, newHTMLStep),
		Unread:    unreadOf(d),
		Questions: asked.of(index),
	}
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		c.Unfinished = report.Clean(reasonOf(d.Reason, d.Detail))
	}
	for _, f := range d.Findings {
		switch checks.Status(f.Status) {
		case checks.Problem, checks.Warning:
			c.addCause(f, d.TakenAt)
		case checks.OK:
			c.Healthy = append(c.Healthy, htmlHealthy{report.Clean(device.Token(f.Check)), report.Clean(f.Summary)})
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

// addCause adds a root cause, or adds a symptom to its cause.
func (c *htmlCard) addCause(f report.Finding, read time.Time) {
	cause := htmlCause{
		Mark:  StatusMark(f.Status),
		Check: report.Clean(device.Token(f.Check)), Subject: device.Quoted(report.Clean(f.Subject)), Summary: report.Clean(f.Summary),
		Effect:   effectOf(checks.Effect(f.Effect)),
		Evidence: evidenceOf(f, read), Sources: linksOf(f.Sources),
	}
	if last := len(c.Causes) - 1; f.ExplainedBy != "" && last >= 0 {
		c.Causes[last].Symptoms = append(c.Causes[last].Symptoms, cause)
		return
	}
	c.Causes = append(c.Causes, cause)
}

// evidenceOf returns the evidence of a finding, with the age of values that predate the
// reading.
func evidenceOf(f report.Finding, read time.Time) []htmlEvidence {
	return convert(f.Evidence, func(e report.Evidence) htmlEvidence {
		evidence := htmlEvidence{Key: report.Clean(e.Key), Value: report.Clean(e.Value), Expected: report.Clean(e.Expected), Source: report.Clean(e.Source), AsOf: timeOf(e.AsOf)}
		if days := words.Days(read.Sub(e.AsOf)); days > 0 && !e.AsOf.IsZero() {
			evidence.AsOf.Text = words.Date(e.AsOf.UTC()) // as in the table
			evidence.AsOf.Age = words.Count(days, "day") + " old"
		}
		return evidence
	})
}

// linksOf returns links to sources, but only for web addresses.
func linksOf(sources []report.Source) []htmlLink {
	return convert(sources, func(s report.Source) htmlLink {
		source := htmlLink{Title: report.Clean(s.Title), URL: report.Clean(s.URL)}
		if !isAddress(source.URL) {
			source.URL = ""
		}
		source.Title = cmp.Or(source.Title, source.URL)
		return source
	})
}

func newHTMLStep(s report.Step) htmlStep {
	return htmlStep{
		Title: report.Clean(s.Title), Actor: actorOf(s), Risk: report.Clean(s.Risk),
		Steps: convert(s.Steps, report.Clean), For: convert(convert(s.For, device.Token), report.Clean), Sources: linksOf(s.Sources),
	}
}

// actorOf returns who performs a step.
func actorOf(s report.Step) string {
	switch actor := report.Clean(s.Actor); remedies.Actor(actor) {
	case "":
		return "By anyone"
	case remedies.Apple:
		return "By Apple"
	default:
		return "By the " + device.Token(actor)
	}
}

func newHTMLSilence(s report.Silence) htmlSilence {
	return htmlSilence{
		Mark:  StatusMark(s.Status),
		Check: report.Clean(device.Token(s.Check)), Subject: device.Quoted(report.Clean(s.Subject)), Summary: report.Clean(s.Summary), Because: device.Quoted(report.Clean(s.Because)),
		Until: timeOf(s.Until),
	}
}

// aboutDevice identifies a device on one line.
func aboutDevice(label string, d report.Device) string {
	var parts []string
	for _, text := range []string{modelOf(label, d), versionOf(d)} {
		if text = report.Clean(text); text != "" {
			parts = append(parts, text)
		}
	}
	if slot := report.Clean(d.Slot); slot != "" {
		parts = append(parts, "slot "+device.Label(slot))
	}
	return strings.Join(parts, " · ")
}

// factsOf returns the facts about a device other than its name, model and findings.
func factsOf(d report.Device) []htmlFact {
	var facts []htmlFact
	add := func(f htmlFact) {
		if f.Value = report.Clean(f.Value); f.Value != "" || f.At.Text != "" {
			facts = append(facts, f)
		}
	}
	for _, f := range d.Asset {
		add(htmlFact{Name: report.Clean(device.Label(f.Name)), Value: device.Label(f.Value)})
	}
	add(htmlFact{Name: "Model identifier", Value: device.Label(d.ProductType)})
	add(htmlFact{Name: "Build", Value: device.Label(d.BuildVersion)})
	add(htmlFact{Name: "Serial number", Value: device.Label(d.Serial), Code: true})
	add(htmlFact{Name: "UDID", Value: device.Label(d.UDID), Code: true})
	add(htmlFact{Name: "USB port", Value: device.Label(d.Location), Code: true})
	add(htmlFact{Name: "Connection", Value: connectionNote(d)})
	add(htmlFact{Name: "At the same time", Value: InUse(d.InUse)})
	if d.Repair != nil {
		add(htmlFact{Name: "Repair", Value: repairLine(*d.Repair)})
		add(htmlFact{Name: "Found in the repair", Value: repairFound(*d.Repair)})
		add(htmlFact{Name: "Done in the repair", Value: repairDone(*d.Repair)})
		add(htmlFact{Name: "Proof", Value: repairProof(*d.Repair)})
	}
	if d.Copy != nil {
		add(htmlFact{Name: "Copy on this computer", Value: d.Copy.Summary})
		add(htmlFact{Name: "What to do about the copy", Value: d.Copy.Hint})
	}
	add(htmlFact{Name: "Read", At: timeOf(d.TakenAt)})
	if d.Retried != "" {
		add(htmlFact{Name: "Tried again after", Value: reasonOf(d.Retried, "")})
	}
	return facts
}

func lastBackupFact(d report.Device) htmlFact {
	fact := htmlFact{Name: "Last good iCloud backup", At: agedAt(d.LastBackup, d.TakenAt)}
	if d.LastBackup.IsZero() && d.NoLastBackup != "" {
		fact.Value = report.Clean(unknownBecause(d.NoLastBackup))
	}
	return fact
}

// htmlRow is one row of the overview: a device or a backup.
type htmlRow struct {
	Mark
	Card       int
	Verdict    string
	Rank       int    // sort rank of the verdict
	Checks     string // ids of its causes, separated by spaces
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

func newHTMLRow(c htmlCard, d report.Device, columns htmlColumns) htmlRow {
	row := htmlRow{
		Mark: c.Mark, Card: c.Number, Verdict: report.Clean(d.Verdict), Rank: rankOf(d.Verdict), Label: c.Label,
		Slot: report.Clean(device.Label(d.Slot)), Model: report.Clean(device.Label(cmp.Or(d.ModelName, d.ProductType))), Version: report.Clean(versionOf(d)), Serial: report.Clean(device.Label(d.Serial)),
		LastBackup: lastBackupFact(d),
	}
	for _, name := range columns.Asset {
		row.Asset = append(row.Asset, htmlAsset(d, name))
	}
	var ids []string
	for _, f := range report.CausesOf(d) {
		row.Causes = append(row.Causes, htmlBar{Mark: StatusMark(f.Status), Short: report.Clean(report.ShortFor(f.Check, f.Status))})
		ids = append(ids, report.Clean(device.Token(f.Check)))
	}
	row.Checks = strings.Join(ids, " ")
	return row
}

func htmlAsset(d report.Device, name string) string {
	for _, f := range d.Asset {
		if report.Clean(device.Label(f.Name)) == name {
			return report.Clean(device.Label(f.Value))
		}
	}
	return ""
}

// rankOf returns the position of a verdict in the order of a summary.
func rankOf(verdict string) int {
	if at := slices.Index(checks.Verdicts(), checks.Verdict(verdict)); at >= 0 {
		return at + 1
	}
	return len(checks.Verdicts()) + 1
}

// rankOfProof is like rankOf for verdicts on backups.
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
