package web

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// A DeviceView is what was found on a device, for the templates causes, plan and others.
type DeviceView struct {
	Device *report.Device // nil until it is examined
	Causes []CauseView
	Others []OtherFindings
}

// A CauseView is one cause on a device, with what is a mere symptom of it.
type CauseView struct {
	report.Finding
	Symptoms []report.Finding
}

// OtherFindings are those with one status that are no causes.
type OtherFindings struct {
	Title    string
	Findings []report.Finding
}

// NewDeviceView sorts the findings on a device.
func NewDeviceView(d *report.Device) DeviceView {
	if d == nil {
		return DeviceView{}
	}
	local := Local(*d)
	return DeviceView{&local, causesOf(local), othersOf(local)}
}

// Local is a device with its times, and those in its sentences, in the zone of the computer that
// serves the pages.
func Local(d report.Device) report.Device {
	return report.InZone(report.Report{Devices: []report.Device{d}}, time.Local).Devices[0]
}

// causesOf are the causes of a device in the order of the report, in which each is followed by
// its symptoms.
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
	return causes
}

func othersOf(d report.Device) []OtherFindings {
	var others []OtherFindings
	for _, kind := range []struct {
		status checks.Status
		title  string
	}{{checks.Unknown, "Could not be read"}, {checks.Ask, "Only a person can tell"}, {checks.OK, "Found in order"}} {
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
