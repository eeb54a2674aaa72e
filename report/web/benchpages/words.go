package benchpages

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A mark is a verdict or a status as it is shown: a sign and a word, so that nothing hangs on
// the colour alone.
type mark struct{ Class, Sign, Word string }

// markOf is the mark of a verdict or of a finding's status.
func markOf(of string) mark {
	switch of {
	case string(checks.Failing):
		return mark{"bad", "✗", "Failing"}
	case string(checks.AtRisk):
		return mark{"warn", "!", "At risk"}
	case string(checks.NoCauseFound):
		return mark{"dim", "?", "No cause found"}
	case string(checks.BackedUp):
		return mark{"good", "✓", "Backed up"}
	case string(checks.NotExamined):
		return mark{"dim", "–", "Not examined"}
	case string(checks.Suppressed):
		return mark{"dim", "·", "Suppressed"}
	case string(checks.Problem):
		return mark{"bad", "✗", "Problem"}
	case string(checks.Warning):
		return mark{"warn", "!", "Warning"}
	case string(checks.OK):
		return mark{"good", "✓", "OK"}
	case string(checks.Ask):
		return mark{"dim", "•", "To ask"}
	default:
		return mark{"dim", "?", "Unknown"}
	}
}

// backupMark is the mark of a backup's verdict.
func backupMark(verdict string) mark {
	switch verdict {
	case "whole":
		return mark{"good", "✓", "Whole"}
	case "broken":
		return mark{"bad", "✗", "Broken"}
	default:
		return mark{"dim", "?", "Cannot tell"}
	}
}

// stages are the states of a device in words, each with what is said behind it.
var stages = map[string][2]string{
	report.Waiting:   {"Waiting", "for its turn"},
	report.Reading:   {"Reading", ""},
	report.Verifying: {"Verifying", "its backups on this computer"},
	report.AllRead:   {"Read", "more is heard of it"},
	report.Retrying:  {"Retrying", "the first try broke off"},
	cutOff:           {"Not examined", "the run ended first"},
}

// A tileView is a tile as it is shown. Its texts are clean.
type tileView struct {
	UDID  string // as it is
	Slot  string
	Name  string
	Mark  mark
	Why   string // behind the mark
	About string // the model and the system, as far as they are known
	Last  string // when its last backup was; "" if that is not known
	Gone  bool
}

func newTileView(t tile) tileView {
	v := tileView{UDID: t.UDID, Slot: label(t.Slot), Name: cmp.Or(label(t.Name), label(t.UDID)), Gone: t.Gone}
	switch words := stages[t.State]; {
	case t.Found == nil && t.Gone:
		v.Mark, v.Why = mark{"dim", "?", "Not examined"}, "it was unplugged first"
	case t.Found == nil && t.State == cutOff:
		v.Mark, v.Why = mark{"dim", "?", words[0]}, words[1]
	case t.Found == nil && (t.State == "" || t.State == report.Waiting):
		v.Mark, v.Why = mark{"dim", "…", stages[report.Waiting][0]}, stages[report.Waiting][1]
	case t.Found == nil:
		v.Mark, v.Why = mark{"busy", "", cmp.Or(words[0], "Reading")}, words[1]
	default:
		word, why, _ := strings.Cut(format.Outcome(*t.Found), ": ")
		v.Mark, v.Why = markOf(t.Found.Verdict), report.Clean(why)
		v.Mark.Word = word
		v.About, v.Last = aboutOf(*t.Found), lastBackupOf(*t.Found)
	}
	return v
}

// aboutOf is the model and the system of a device, as far as they are known.
func aboutOf(d report.Device) string {
	parts := []string{label(cmp.Or(d.ModelName, d.ProductType))}
	if d.ProductVersion != "" {
		parts = append(parts, label(d.System+" "+d.ProductVersion))
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

func lastBackupOf(d report.Device) string {
	if d.LastBackup.IsZero() {
		return ""
	}
	return "backup " + words.Ago(d.LastBackup, d.TakenAt)
}

// sayingOf is what is read out of a finished device.
func sayingOf(t tile) string {
	if t.Found == nil || t.Gone {
		return ""
	}
	name := cmp.Or(quoted(t.Name), "a device")
	if t.Slot != "" {
		name = quoted(t.Slot) + ", " + name
	}
	return name + ": " + report.Clean(format.Outcome(*t.Found))
}

// An overview is what stands above the tiles.
type overview struct {
	Here, Busy, Gone int
	Summary          report.Summary
	Chart            []bar
	More             int // causes that the chart has no room for
	Over             bool
	Failure          string
	Note, Warning    string
}

// A bar is one cause of the chart.
type bar struct {
	report.CauseCount
	Width string // percent of the widest
}

// maxBars is how many causes the chart shows.
const maxBars = 8

func newOverview(p picture) overview {
	o := overview{Here: len(p.here), Gone: len(p.gone), Over: p.over, Failure: report.Clean(p.failure), Note: report.Clean(p.note), Warning: report.Clean(p.warning)}
	for _, t := range p.here {
		if t.Found == nil && !p.over {
			o.Busy++
		}
	}
	o.Summary = report.Assemble(report.Run{}, p.devices()).Summary
	most := 0
	for _, c := range o.Summary.Causes {
		most = max(most, c.Devices)
	}
	for _, c := range o.Summary.Causes[:min(len(o.Summary.Causes), maxBars)] {
		o.Chart = append(o.Chart, bar{c, strconv.FormatFloat(100*float64(c.Devices)/float64(most), 'f', 1, 64)})
	}
	o.More = len(o.Summary.Causes) - len(o.Chart)
	return o
}

// A causeView is one cause of a device, with what is a mere symptom of it.
type causeView struct {
	report.Finding
	Symptoms []report.Finding
}

// causesOf takes the causes of a device as they stand in the report: each is followed by its
// symptoms.
func causesOf(d report.Device) []causeView {
	var causes []causeView
	for _, f := range d.Findings {
		switch {
		case f.Status != string(checks.Problem) && f.Status != string(checks.Warning):
		case f.ExplainedBy == "":
			causes = append(causes, causeView{Finding: f})
		case len(causes) > 0:
			last := &causes[len(causes)-1]
			last.Symptoms = append(last.Symptoms, f)
		}
	}
	return causes
}

// otherFindings are those of one status that are no causes.
type otherFindings struct {
	Title    string
	Findings []report.Finding
}

func othersOf(d report.Device) []otherFindings {
	var others []otherFindings
	for _, kind := range []struct {
		status checks.Status
		title  string
	}{{checks.Unknown, "Could not be read"}, {checks.Ask, "Only a person can tell"}, {checks.OK, "Found in order"}} {
		findings := slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.Status != string(kind.status) })
		if len(findings) > 0 {
			others = append(others, otherFindings{kind.title, findings})
		}
	}
	return others
}

// because is a reason in words.
func because(reason, detail string) string {
	return report.Clean(device.Gap{Reason: device.Reason(reason), Detail: detail}.Error())
}

// shortOf is the trouble that a check is about, in a few words.
func shortOf(id string) string { return report.Clean(report.ShortOf(id)) }
