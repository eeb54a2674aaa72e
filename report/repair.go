package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Repair records how treat led a person through the remedies for a device.
type Repair struct {
	ID         string           `json:"id"`                  // identifier of the repair, a UUID
	By         string           `json:"by,omitempty"`        // who did it, as given with --by; absent if not given; a placeholder in a redacted report
	StartedAt  time.Time        `json:"startedAt"`           // when it began
	EndedAt    time.Time        `json:"endedAt,omitzero"`    // when a new iCloud backup was seen; absent while the repair is open
	LastBackup time.Time        `json:"lastBackup,omitzero"` // last good iCloud backup when it began; absent if none was known
	Verdict    string           `json:"verdict"`             // verdict on the device when it began
	Causes     []RepairCause    `json:"causes"`              // causes when it began, first cause first
	Evidence   []RepairEvidence `json:"evidence"`            // evidence of the first cause when it began
	Events     []RepairEvent    `json:"events"`              // what happened, oldest first
}

// A RepairCause is a cause that a device had when its repair began.
type RepairCause struct {
	Check string `json:"check"` // id of the check
	Short string `json:"short"` // the trouble in a few words
}

// RepairEvidence is one thing that was read when a repair began.
type RepairEvidence struct {
	Text   string    `json:"text"`          // what was read, quoted
	Source string    `json:"source"`        // the service and key it was read from
	AsOf   time.Time `json:"asOf,omitzero"` // when it was true
}

// A RepairEvent is one thing that happened in a repair.
type RepairEvent struct {
	At         time.Time     `json:"at"`                  // when it happened
	Kind       string        `json:"kind"`                // shown, confirmed, seen, skipped, overridden, left, copied, not-copied, failed, unseen or backed-up
	Remedy     string        `json:"remedy,omitempty"`    // id of the remedy; absent for an event about the device as a whole
	Title      string        `json:"title,omitempty"`     // of the remedy, imperative
	Gone       []RepairCause `json:"cleared,omitempty"`   // causes that the device no longer shows
	Reason     string        `json:"reason,omitempty"`    // why a person skipped it, quoted
	Codes      []RepairCode  `json:"codes,omitempty"`     // of a failure: the error, then its underlying errors
	LastBackup time.Time     `json:"lastBackup,omitzero"` // end of the new iCloud backup, by the device's clock
}

// A RepairCode is an error code of a failed iCloud backup.
type RepairCode struct {
	Domain string `json:"domain"` // MBErrorDomain
	Code   int    `json:"code"`   // number in that domain
}

// newRepair returns nil for nil.
func newRepair(r *device.Repair) *Repair {
	if r == nil {
		return nil
	}
	repair := &Repair{
		ID: r.ID, By: r.By, StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), Verdict: r.Verdict,
		Causes: convert(r.Causes, newRepairCause),
		Evidence: convert(r.Evidence, func(e device.RepairEvidence) RepairEvidence {
			return RepairEvidence{device.Quoted(e.Text), device.Token(e.Source), utc(e.AsOf)}
		}),
		Events: convert(r.Events, newRepairEvent),
	}
	if before, err := r.LastBackup.Get(); err == nil {
		repair.LastBackup = utc(before)
	}
	return repair
}

func newRepairCause(id string) RepairCause { return RepairCause{device.Token(id), ShortOf(id)} }

func newRepairEvent(e device.RepairEvent) RepairEvent {
	event := RepairEvent{
		At: utc(e.At), Kind: device.Token(string(e.Kind)), Remedy: device.Token(e.Remedy), Title: remedyTitle(e.Remedy),
		Reason: device.Quoted(e.Reason), LastBackup: utc(e.LastBackup),
	}
	for _, id := range e.Gone {
		event.Gone = append(event.Gone, newRepairCause(id))
	}
	for _, c := range e.Codes {
		event.Codes = append(event.Codes, RepairCode{device.Token(c.Domain), c.Code})
	}
	return event
}

// remedyTitle returns the title of a remedy, or "" for none.
func remedyTitle(id string) string {
	switch remedy, known := remedies.Find(remedies.ID(id)); {
	case id == "":
		return ""
	case known:
		return remedy.Heading()
	default:
		return unknownTitle
	}
}

// Facts returns the facts of a repair that a report of this program has.
func (r Repair) Facts() device.Repair {
	facts := device.Repair{ID: r.ID, By: r.By, StartedAt: r.StartedAt, EndedAt: r.EndedAt, Verdict: r.Verdict}
	facts.LastBackup = device.Unknown[time.Time](device.Absent)
	if !r.LastBackup.IsZero() {
		facts.LastBackup = device.Known(r.LastBackup)
	}
	for _, c := range r.Causes {
		facts.Causes = append(facts.Causes, c.Check)
	}
	for _, e := range r.Evidence {
		facts.Evidence = append(facts.Evidence, device.RepairEvidence{Text: e.Text, Source: e.Source, AsOf: e.AsOf})
	}
	for _, e := range r.Events {
		event := device.RepairEvent{At: e.At, Kind: device.RepairEventKind(e.Kind), Remedy: e.Remedy, Reason: e.Reason, LastBackup: e.LastBackup}
		for _, c := range e.Gone {
			event.Gone = append(event.Gone, c.Check)
		}
		for _, c := range e.Codes {
			event.Codes = append(event.Codes, device.PastCause{Domain: c.Domain, Code: c.Code})
		}
		facts.Events = append(facts.Events, event)
	}
	return facts
}

// RewordedRepair looks up the texts of a repair from a report that was not made in this run.
func RewordedRepair(r *Repair) *Repair {
	if r == nil {
		return nil
	}
	facts := r.Facts()
	reworded := newRepair(&facts)
	if !slices.Contains(checks.VerdictNames(), r.Verdict) {
		reworded.Verdict = device.Token(r.Verdict)
	}
	return reworded
}

// bareRepair returns a repair without the texts that [RewordedRepair] looks up.
func bareRepair(r *Repair) *Repair {
	if r == nil {
		return nil
	}
	bare := *r
	bare.Causes = convert(r.Causes, func(c RepairCause) RepairCause { return RepairCause{Check: c.Check} })
	bare.Events = convert(r.Events, func(e RepairEvent) RepairEvent {
		e.Title = ""
		if len(e.Gone) > 0 {
			e.Gone = convert(e.Gone, func(c RepairCause) RepairCause { return RepairCause{Check: c.Check} })
		}
		return e
	})
	return &bare
}

// NewBackup returns the end of the iCloud backup that ended the repair; zero while it is open.
func (r Repair) NewBackup() time.Time {
	for _, e := range r.Events {
		if e.Kind == string(device.RepairBackedUp) {
			return e.LastBackup
		}
	}
	return time.Time{}
}

// A Deed is what became of one remedy in a repair.
type Deed struct {
	At   time.Time // when it ended
	Text string    // "Switch iCloud Backup on: seen"
}

// Deeds returns what was done in a repair, in order: every event but those that only show a
// step.
func (r Repair) Deeds() []Deed {
	var deeds []Deed
	for _, e := range r.Events {
		if text := e.text(); text != "" {
			deeds = append(deeds, Deed{e.At, text})
		}
	}
	return deeds
}

func (e RepairEvent) text() string {
	switch device.RepairEventKind(e.Kind) {
	case device.RepairConfirmed:
		return e.Title
	case device.RepairSeen:
		if e.Title == "" {
			return "seen on the device" + e.gone()
		}
		return e.Title + ": seen on the device" + e.gone()
	case device.RepairSkipped:
		if e.Reason == "" {
			return "skipped: " + e.Title
		}
		return fmt.Sprintf("skipped: %s (%s)", e.Title, e.Reason)
	case device.RepairOverridden:
		return "without a proved copy: " + e.Title
	case device.RepairLeft:
		return "left to itself: " + e.Title
	case device.RepairCopied:
		return "copy on a computer proved whole"
	case device.RepairNotCopied:
		return "copy on a computer not proved"
	case device.RepairFailed:
		return "iCloud backup failed" + e.codes()
	case device.RepairUnseen:
		return "no iCloud backup was seen to complete"
	case device.RepairBackedUp:
		return "backed up"
	default:
		return ""
	}
}

func (e RepairEvent) gone() string {
	text := ""
	for i, c := range e.Gone {
		if i == 0 {
			text = ", no longer found: " + c.Short
		} else {
			text += ", " + c.Short
		}
	}
	return text
}

func (e RepairEvent) codes() string {
	text := ""
	for i, c := range e.Codes {
		if i == 0 {
			text = fmt.Sprintf(": %s/%d", c.Domain, c.Code)
		} else {
			text += fmt.Sprintf(", %s/%d", c.Domain, c.Code)
		}
	}
	return text
}

// A RepairList lists the repairs whose success is not known yet.
type RepairList struct {
	Header
	Repairs []DeviceRepair `json:"repairs"` // oldest first
}

// A DeviceRepair is a repair and its device, as last read during the repair.
type DeviceRepair struct {
	Device KnownDevice `json:"device"` // the device
	Repair Repair      `json:"repair"` // its repair
}

// NewDeviceRepair returns the repair of a device that has one.
func NewDeviceRepair(d Device) DeviceRepair {
	known := KnownDevice{
		UDID: d.UDID, Serial: d.Serial, Name: d.Name, Slot: d.Slot, Location: d.Location, Asset: d.Asset, ModelName: d.ModelName,
		ProductType: d.ProductType, System: d.System, ProductVersion: d.ProductVersion, TakenAt: d.TakenAt, Verdict: d.Verdict,
		Headline: d.Headline, Reason: d.Reason, Backup: BackupUnknown, LastBackup: d.LastBackup,
	}
	switch {
	case !d.LastBackup.IsZero():
		known.Backup = BackupKnown
	case d.NoLastBackup == string(device.Absent):
		known.Backup = BackupNever
	}
	return DeviceRepair{known, *d.Repair}
}
