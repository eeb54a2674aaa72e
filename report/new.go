package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// The subjects of a run.
const (
	OfDevices = "devices" // devices, and why iCloud Backup fails on them
	OfBackups = "backups" // backups on this computer, and whether they are intact
)

// AboutArchive marks a gap in a sysdiagnose archive.
const AboutArchive = "archive"

// A Run is the input of a report.
type Run struct {
	ID        string     // id of the run, a UUID; "" if it has none
	Started   time.Time  // start time; zero if unknown
	Tool      string     // version of the program
	Subject   string     // OfDevices or OfBackups; "" is OfDevices
	Places    []Place    // folders searched for backups
	Redacted  bool       // the snapshots were redacted by device.Redact
	Inventory *Inventory // compared inventory; nil without one
	MDM       *MDM       // devices known only from a management system; nil without an export
	LeftOut   []device.LeftOut
	Jobs      device.Jobs
	FailOn    FailOn       // level that makes the exit code nonzero; "" is Unproved
	Gaps      []device.Gap // sources that could not be opened, and device.Interrupted if the run was stopped
	Examined  []Examined   // in the order in which the devices were found
}

// Examined is one device with its diagnosis.
type Examined struct {
	Snapshot  device.Snapshot
	Diagnosis checks.Diagnosis
	Silenced  []checks.Silenced // findings left out of the diagnosis
}

// New makes the report of a run. It is pure: the same run gives the same report.
func New(run Run) Report {
	snapshots := make([]*device.Snapshot, 0, len(run.Examined))
	for i := range run.Examined {
		snapshots = append(snapshots, &run.Examined[i].Snapshot)
	}
	return Assemble(run, convert(run.Examined, NewDevice), snapshots...)
}

// Assemble makes the report of a run from devices that [NewDevice] made one by one as they
// finished. Their snapshots say more about the computer. It does not use run.Examined.
func Assemble(run Run, devices []Device, snapshots ...*device.Snapshot) Report {
	if devices == nil {
		devices = []Device{}
	}
	r := Report{
		Header:    NewHeader(KindReport),
		Run:       run.ID,
		StartedAt: utc(run.Started),
		Tool:      Tool{Name: "backupdoctor", Version: run.Tool, Effect: "read-only"},
		Subject:   cmp.Or(run.Subject, OfDevices),
		Redacted:  run.Redacted,
		Inventory: run.Inventory,
		MDM:       run.MDM,
		FailOn:    string(cmp.Or(run.FailOn, Unproved)),
		Gaps:      append(convert(run.Gaps, newGap), archiveGaps(snapshots)...),
		Places:    newPlaces(run),
		LeftOut:   convert(run.LeftOut, func(l device.LeftOut) LeftOut { return LeftOut{l.UDID, string(l.Connection)} }),
		Devices:   devices,
	}
	if j := run.Jobs; j.Most > 0 {
		r.Jobs = &Jobs{Most: j.Most, Adaptive: j.Adaptive, FellBack: string(j.FellBack), HeldBack: j.HeldBack}
	}
	for _, d := range devices {
		if d.TakenAt.After(r.TakenAt) {
			r.TakenAt = d.TakenAt
		}
	}
	for _, s := range snapshots {
		r.Host.OS = cmp.Or(r.Host.OS, s.Host.OS)
		if t := s.Tray; t.ClockDevices > 0 {
			r.Host.Clock = &HostClock{AheadSeconds: -int(t.ClockAheadSeconds), Devices: int(t.ClockDevices)}
		}
		if newest, err := s.Newest.Get(); err == nil && r.Releases == (Releases{}) {
			r.Releases = Releases{TableDate: utc(newest.TableDate), TableSource: newest.TableSource}
		}
	}
	return counted(r)
}

// counted fills in what follows from the devices and gaps of a report: the order of devices,
// the counts and the exit code.
func counted(r Report) Report {
	r.Devices = ordered(r.Devices, r.Subject)
	r.Summary = summarise(r)
	r.Partial = len(r.Gaps) > 0 || interrupted(r)
	r.Exit = exitOf(r)
	return r
}

// HistoryDetail is the detail of the gap of a long run whose earlier devices are only in the
// history, which does not have all of them.
const HistoryDetail = "history"

// newGap describes a gap that affects a whole run: usbmuxd failed, or the run was stopped.
func newGap(gap device.Gap) Gap {
	summary := "usbmuxd did not list the devices: " + gap.Error()
	if gap.Detail == HistoryDetail {
		return Gap{Reason: string(gap.Reason), Detail: gap.Detail, Summary: "devices finished earlier in this run may be missing here: the history does not have all of them"}
	}
	switch gap.Reason {
	case stillRunning:
		summary = "the run is still going on"
	case endUnknown:
		summary = "the end of the run is not known: devices may be missing"
	case devicesLost:
		summary = "the run did not keep or reach all devices: some may be missing"
	case device.Interrupted, device.OutOfTime:
		summary = gap.Reason.Error()
		if n, err := strconv.Atoi(gap.Detail); err == nil && n > 0 {
			summary += "; not listed: " + words.Count(n, "device")
		}
	case device.Unreachable:
		summary = "usbmuxd could not be reached"
	case device.Timeout:
		summary = "usbmuxd did not list the devices: it did not answer in time"
	case device.Detached:
		summary = "usbmuxd did not list the devices: it hung up"
	case device.BadEntry:
		summary = "usbmuxd listed a device in a form that cannot be understood"
		if n, err := strconv.Atoi(gap.Detail); err == nil && n > 1 {
			summary = fmt.Sprintf("usbmuxd listed %d devices in a form that cannot be understood", n)
		}
	case device.ListOnly:
		summary = gap.Reason.Error() + ": a device that was not listed at that moment may be missing"
	}
	return Gap{Reason: string(gap.Reason), Detail: gap.Detail, Summary: summary}
}

// archiveGaps returns the sysdiagnose archives that were not fully read.
func archiveGaps(snapshots []*device.Snapshot) []Gap {
	var gaps []Gap
	for _, s := range snapshots {
		for _, h := range s.Histories {
			if h.Ended.Reason != "" {
				gaps = append(gaps, Gap{Reason: string(h.Ended.Reason), Detail: h.Ended.Detail, Summary: archiveGap(h.Ended), About: AboutArchive})
			}
		}
	}
	return gaps
}

func archiveGap(ended device.Gap) string {
	switch ended.Reason {
	case device.Truncated:
		return "a sysdiagnose archive is truncated; everything before that was read"
	case device.Hostile:
		return "a sysdiagnose archive is built to mislead or exhaust its reader; what it holds until there was read"
	case device.Interrupted:
		return ended.Error()
	default:
		return "a sysdiagnose archive is damaged; what it holds until there was read"
	}
}

// NewDevice makes one device of a report.
func NewDevice(e Examined) Device {
	id, diagnosis := e.Snapshot.Device, e.Diagnosis
	d := Device{
		UDID:           id.UDID,
		Serial:         textOf(id.Serial),
		Slot:           e.Snapshot.Labels.Slot,
		Location:       LocationOf(e.Snapshot.Labels),
		Connection:     connectionOf(e.Snapshot),
		Name:           textOf(id.Name),
		ProductType:    textOf(id.ProductType),
		ModelName:      textOf(id.ModelName),
		System:         systemOf(id),
		ProductVersion: textOf(id.ProductVersion),
		BuildVersion:   textOf(id.BuildVersion),
		TakenAt:        utc(e.Snapshot.TakenAt),
		Verdict:        string(diagnosis.Verdict),
		Headline:       diagnosis.Headline,
		Next:           string(diagnosis.Next),
		Incomplete:     diagnosis.Gap.Reason != "" && diagnosis.Verdict != checks.NotExamined,
		Proof:          convert(diagnosis.Proof, newNeed),
		Reason:         string(diagnosis.Gap.Reason),
		Detail:         diagnosis.Gap.Detail,
		Retried:        retriedOf(e.Snapshot),
		Findings:       []Finding{},
		Plan:           convert(diagnosis.Plan, NewStep),
		Backups:        convert(e.Snapshot.Backups, newBackup),
		Repair:         newRepair(e.Snapshot.Repair),
		Copy:           NewCopy(id.UDID, e.Snapshot.Copy),
	}
	if use := e.Snapshot.InUse; use != nil {
		d.InUse = &InUse{Command: use.Command, Since: utc(use.Since)}
	}
	for _, f := range e.Snapshot.Labels.Asset {
		d.Asset = append(d.Asset, Field(f))
	}
	d.Expected, d.ExpectedSince = expectedOf(string(e.Snapshot.Policy.Expected)), utc(e.Snapshot.Policy.ExpectedSince)
	d.LastBackup, d.NoLastBackup = lastBackupOf(e.Snapshot)
	for _, s := range e.Silenced {
		d.Suppressed = append(d.Suppressed, newSilence(s))
	}
	for _, cause := range diagnosis.Causes {
		d.Findings = append(d.Findings, newFinding(cause.Finding, planned(cause.Finding, d.Plan)))
		for _, symptom := range cause.Symptoms {
			finding := newFinding(symptom, planned(symptom, d.Plan))
			finding.ExplainedBy = cause.Check.ID
			d.Findings = append(d.Findings, finding)
		}
	}
	for _, finding := range slices.Concat(diagnosis.Unread, diagnosis.Questions, diagnosis.Healthy) {
		d.Findings = append(d.Findings, newFinding(finding, possible(finding.Remedies, id)))
	}
	return d
}

// expectedOf returns the expectation if this version knows it, or else "".
func expectedOf(expected string) string {
	if !slices.Contains(device.Expectations(), device.Expectation(expected)) {
		return ""
	}
	return expected
}

// connectionOf returns how a device was reached, or "" if it was not.
func connectionOf(s device.Snapshot) string {
	if s.Live == nil {
		return ""
	}
	return string(s.Live.Connection)
}

// LocationOf returns the port of a device, or else usbmuxd's location in hexadecimal, as system
// tools write it, or else "".
func LocationOf(l device.Labels) string {
	if l.Port != "" || l.Location == 0 {
		return l.Port
	}
	return fmt.Sprintf("0x%08x", l.Location)
}

func retriedOf(s device.Snapshot) string {
	if s.Live == nil {
		return ""
	}
	return string(s.Live.Retried.Reason)
}

func lastBackupOf(s device.Snapshot) (at time.Time, why string) {
	at, err := checks.LastBackup(s)
	if err != nil {
		return time.Time{}, string(device.GapOf(err).Reason)
	}
	return utc(at), ""
}

// convert applies change to each element. Its result is never nil, so that JSON has [].
func convert[From, To any](list []From, change func(From) To) []To {
	changed := make([]To, len(list))
	for i, element := range list {
		changed[i] = change(element)
	}
	return changed
}

// textOf returns the value of a fact, or "" if it is unknown.
func textOf(fact device.Fact[string]) string {
	text, _ := fact.Get()
	return text
}

// systemOf returns the name of the device's operating system.
func systemOf(id device.Identity) string {
	name, _ := remedies.Expand("{os}", id)
	return name
}

// utc converts to UTC and truncates to seconds: nothing read here is more precise.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
