package web

import (
	"cmp"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// A DeviceView is a device with its findings, for the templates causes, plan and others.
type DeviceView struct {
	Device *report.Device // nil until examined
	Causes []CauseView
	Others []OtherFindings
}

// A CauseView is one cause on a device, with its symptoms.
type CauseView struct {
	report.Finding
	Link     string // to all devices with this cause; "" for none
	Symptoms []report.Finding
}

// OtherFindings are the findings with one status that are not causes.
type OtherFindings struct {
	Title    string
	Findings []report.Finding
}

// NewDeviceView groups the findings of a device.
func NewDeviceView(d *report.Device) DeviceView {
	if d == nil {
		return DeviceView{}
	}
	local := Local(*d)
	return DeviceView{&local, causesOf(local), othersOf(local)}
}

// Local converts the times of a device, including those in its sentences, to the server's time
// zone.
func Local(d report.Device) report.Device {
	return report.DeviceInZone(d, time.Local)
}

// causesOf returns the causes of a device, problems before warnings. In the report, each cause is
// followed by its symptoms.
func causesOf(d report.Device) []CauseView {
	var causes []CauseView
	for _, f := range d.Findings {
		switch {
		case f.Status != string(checks.Problem) && f.Status != string(checks.Warning):
		case f.ExplainedBy == "":
			causes = append(causes, CauseView{Finding: f})
		case len(causes) > 0:
			last := &causes[len(causes)-1]
			last.Symptoms = append(last.Symptoms, f)
		}
	}
	slices.SortStableFunc(causes, func(a, b CauseView) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	return causes
}

// rankOf returns the sort rank of a cause.
func rankOf(c CauseView) int {
	if c.Status == string(checks.Problem) {
		return 0
	}
	return 1
}

func othersOf(d report.Device) []OtherFindings {
	var others []OtherFindings
	for _, kind := range []struct {
		status checks.Status
		title  string
	}{{checks.Unknown, "Could not be read"}, {checks.Ask, "Only a person can answer"}, {checks.OK, "Found in order"}} {
		findings := slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool { return f.Status != string(kind.status) })
		if len(findings) > 0 {
			others = append(others, OtherFindings{kind.title, findings})
		}
	}
	foreign := slices.DeleteFunc(slices.Clone(d.Findings), func(f report.Finding) bool {
		return slices.Contains([]checks.Status{checks.Problem, checks.Warning, checks.Unknown, checks.Ask, checks.OK}, checks.Status(f.Status))
	})
	if len(foreign) > 0 {
		others = append(others, OtherFindings{"With a status that this version does not know", foreign})
	}
	return others
}
