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
	"github.com/backupdoctor/backupdoctor/report/web"
)

// stages describe the states of a device: a label, and the text after it.
var stages = map[string][2]string{
	report.Waiting:   {"Waiting", "to be read"},
	report.Reading:   {"Reading", ""},
	report.Verifying: {"Verifying", "its backups on this computer"},
	report.AllRead:   {"Read", "waiting for data from other sources"},
	report.Retrying:  {"Retrying", "the first try failed"},
	interrupted:      {"Not examined", "the run ended first"},
}

// unexamined is the mark of a device that was not examined and has no report.
var unexamined = format.VerdictMark(string(checks.NotExamined))

// A tileView is a tile ready for display. Its texts are clean.
type tileView struct {
	UDID  string // not cleaned
	Slot  string
	Name  string
	Mark  format.Mark
	Why   string // text after the mark
	Use   string // which command is using it; "" for none
	About string // model and system, if known
	Last  string // time of its last backup; "" if unknown
	Shown string // first evidence of the first cause
	First string // first step
	Treat string // command that leads through its repair; "" for none
	Gone  bool
}

func newTileView(t tile) tileView {
	v := tileView{UDID: t.UDID, Slot: web.Label(t.Slot), Name: cmp.Or(web.Label(t.Name), web.Label(t.UDID)), Use: report.Clean(t.Use), Gone: t.Gone}
	switch words := stages[t.State]; {
	case t.Found == nil && t.Gone:
		v.Mark, v.Why = unexamined, "it was unplugged first"
	case t.Found == nil && t.State == interrupted:
		v.Mark, v.Why = unexamined, words[1]
	case t.Found == nil && (t.State == "" || t.State == report.Waiting):
		v.Mark, v.Why = format.Mark{Tone: "note", Sign: "…", Word: stages[report.Waiting][0]}, stages[report.Waiting][1]
	case t.Found == nil:
		v.Mark, v.Why = format.Mark{Tone: "busy", Word: cmp.Or(words[0], "Reading")}, words[1]
	default:
		found := web.Local(*t.Found)
		v.Mark, v.Why = format.VerdictMark(found.Verdict), report.Clean(format.Why(found))
		v.About, v.Last = aboutOf(found), lastBackupOf(found)
		v.Shown, v.First, v.Treat = report.Clean(format.FirstEvidence(found)), report.Clean(format.FirstStep(found)), treatCommand(t)
	}
	return v
}

// treatCommand returns the command that leads a person through the repair of an attached device.
// It is "" if there is nothing to do, or if a shell might read the UDID as something else.
func treatCommand(t tile) string {
	switch checks.Verdict(t.Found.Verdict) {
	case checks.BackedUp, checks.Suppressed:
		return ""
	}
	if t.Gone || len(t.Found.Plan) == 0 || t.UDID == "" || device.Token(t.UDID) != t.UDID {
		return ""
	}
	return "backupdoctor treat --udid " + t.UDID
}

// aboutOf returns the model and system of a device, if known.
func aboutOf(d report.Device) string {
	parts := []string{web.Label(cmp.Or(d.ModelName, d.ProductType))}
	if d.ProductVersion != "" {
		parts = append(parts, web.Label(d.System+" "+d.ProductVersion))
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}

func lastBackupOf(d report.Device) string {
	if d.LastBackup.IsZero() {
		return ""
	}
	return "backup " + words.Ago(d.LastBackup, d.TakenAt)
}

// sayingOf returns what screen readers announce about a finished device.
func sayingOf(t tile) string {
	if t.Found == nil || t.Gone {
		return ""
	}
	name := cmp.Or(web.Quoted(t.Name), "a device")
	if t.Slot != "" {
		name = web.Quoted(t.Slot) + ", " + name
	}
	said := name + ": " + report.Clean(format.Outcome(web.Local(*t.Found)))
	if t.Use != "" {
		said += ". " + report.Clean(t.Use)
	}
	return said
}

// An overview is the part above the tiles.
type overview struct {
	Totals        []web.Total
	Devices       int // number examined
	Chart         []web.Bar
	More          int // number of causes not in the chart
	Over          bool
	Failure       string
	Note, Warning string
}

// maxBars is the number of causes in the chart.
const maxBars = 8

func newOverview(p picture) overview {
	o := overview{Over: p.over, Failure: report.Clean(p.failure), Note: report.Clean(p.note), Warning: report.Clean(p.warning)}
	here := web.Total{Count: len(p.here), Mark: format.Mark{Word: "On the tray"}}
	busy := 0
	for _, t := range p.here {
		if t.Found == nil && !p.over {
			busy++
		}
	}
	if busy > 0 {
		here.Note = strconv.Itoa(busy) + " under way"
	}
	s := report.Assemble(report.Run{}, p.devices()).Summary
	o.Devices = s.Devices
	o.Totals = append([]web.Total{here}, web.Totals(s.Of, func(checks.Verdict) string { return "" })...)
	// Problems come before warnings, regardless of the number of devices.
	slices.SortStableFunc(s.Causes, func(a, b report.CauseCount) int { return cmp.Compare(rank(a.Status), rank(b.Status)) })
	for _, c := range s.Causes[:min(len(s.Causes), maxBars)] {
		problems, warnings := c.Devices, 0
		if c.Status != string(checks.Problem) {
			problems, warnings = 0, c.Devices
		}
		bar := web.NewBar(c.Check, problems, warnings, s.Devices)
		bar.Text = report.Clean(c.Short)
		o.Chart = append(o.Chart, bar)
	}
	o.More = len(s.Causes) - len(o.Chart)
	return o
}

// rank returns the sort rank of a status among the causes.
func rank(status string) int {
	if status == string(checks.Problem) {
		return 0
	}
	return 1
}
