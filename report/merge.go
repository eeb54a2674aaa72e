package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Merge combines reports into one that has every device once, as last examined. older counts
// the examinations left out because the device was examined again later. Devices of a redacted
// report cannot be identified, so they are never merged with others.
func Merge(reports ...Report) (merged Report, older int) {
	if len(reports) == 1 {
		return reports[0], 0
	}
	merged = Report{Header: NewHeader(KindReport), Subject: OfDevices, Gaps: []Gap{}, Places: []Place{}, LeftOut: []LeftOut{}, Devices: []Device{}}
	place := map[string]int{} // index in merged.Devices, by device.UDIDKey
	for i, r := range reports {
		merged.about(r)
		for _, d := range r.Devices {
			if r.Redacted {
				d.UDID = fmt.Sprintf("%s-of-report-%d", d.UDID, i+1)
			}
			key := device.UDIDKey(d.UDID)
			at, known := place[key]
			switch {
			case key == "" || !known:
				place[key] = len(merged.Devices)
				merged.Devices = append(merged.Devices, d)
				continue
			case d.TakenAt.After(merged.Devices[at].TakenAt):
				merged.Devices[at] = d
			}
			older++
		}
	}
	return counted(merged), older
}

// stricter returns the stricter of two levels. A report without a level has the default.
func stricter(a, b string) string {
	if a == "" {
		return b
	}
	for _, level := range Levels() {
		if a == string(level) || b == string(level) {
			return string(level)
		}
	}
	return string(Unproved)
}

// about merges everything but the devices of another report.
func (r *Report) about(other Report) {
	if other.TakenAt.After(r.TakenAt) {
		r.TakenAt, r.Tool = other.TakenAt, other.Tool
	}
	if r.Tool.Name == "" {
		r.Tool = other.Tool
	}
	if r.StartedAt.IsZero() || !other.StartedAt.IsZero() && other.StartedAt.Before(r.StartedAt) {
		r.StartedAt = other.StartedAt
	}
	if other.Releases.TableDate.After(r.Releases.TableDate) {
		r.Releases = other.Releases
	}
	if other.MDM != nil {
		r.MDM = other.MDM
	}
	r.Host.OS = cmp.Or(r.Host.OS, other.Host.OS)
	r.Redacted = r.Redacted || other.Redacted
	r.FailOn = stricter(r.FailOn, other.FailOn)
	if other.Subject == OfBackups && len(r.Devices) == 0 {
		r.Subject = OfBackups
	}
	for _, left := range other.LeftOut {
		if !slices.Contains(r.LeftOut, left) {
			r.LeftOut = append(r.LeftOut, left)
		}
	}
	for _, gap := range other.Gaps {
		if !slices.Contains(r.Gaps, gap) {
			r.Gaps = append(r.Gaps, gap)
		}
	}
	for _, place := range other.Places {
		if !slices.Contains(r.Places, place) {
			r.Places = append(r.Places, place)
		}
	}
}

// OfRun returns the report of a run from the history and its devices. Gaps are not stored: if
// the run did not finish or see all devices, the report says only that.
func OfRun(run PastRun, devices []Device) Report {
	r := Report{
		Header: NewHeader(KindReport), Tool: Tool{Name: "backupdoctor", Version: run.Tool, Effect: "read-only"},
		Run: run.Run, StartedAt: run.StartedAt, Host: run.Host, Subject: run.Subject, Devices: devices, FailOn: string(Unproved),
	}
	if run.Partial {
		r.Gaps = []Gap{newGap(device.Gap{Reason: whyPartial(run)})}
	}
	r = sound(r)
	if r.OfCopies() {
		r.Tool.Effect = EffectBackup
	}
	return r
}

// The reasons of the gap in the report of a past run, besides [device.Interrupted].
const (
	stillRunning device.Reason = RunRunning
	endUnknown   device.Reason = "end-unknown"
	devicesLost  device.Reason = "partial" // which gaps it had is not stored
)

// whyPartial returns why the report of a past run may lack devices.
func whyPartial(run PastRun) device.Reason {
	switch {
	case run.State == RunRunning:
		return stillRunning
	case run.State == RunUnknown:
		return endUnknown
	case run.State == RunInterrupted, run.Exit != nil && *run.Exit == ExitInterrupted:
		return device.Interrupted
	default:
		return devicesLost
	}
}

// ofPastRun reports whether a gap has one of the reasons of a past run.
func ofPastRun(g Gap) bool {
	switch device.Reason(g.Reason) {
	case stillRunning, endUnknown, devicesLost:
		return true
	}
	return false
}
