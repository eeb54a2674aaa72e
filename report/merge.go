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
	switch run.State {
	case RunInterrupted, RunRunning:
		r.Gaps = []Gap{{Reason: string(device.Interrupted), Summary: newGap(device.Gap{Reason: device.Interrupted}).Summary}}
	}
	r = sound(r)
	if r.OfCopies() {
		r.Tool.Effect = EffectBackup
	}
	return r
}
