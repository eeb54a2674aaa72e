package device

import (
	"slices"
	"time"
)

// A Repair is the record of a repair in which a person was led through the remedies of one
// device, step by step. Remedies, causes and error codes are recorded by ID only; their texts
// are looked up when a report is made.
type Repair struct {
	ID         string           `json:"id" privacy:"public"`               // a UUID
	By         string           `json:"by,omitempty" privacy:"private"`    // who did it; "" if not given
	StartedAt  time.Time        `json:"startedAt"`                         // UTC
	EndedAt    time.Time        `json:"endedAt,omitzero"`                  // when a new iCloud backup was seen; UTC; zero while the repair is open
	LastBackup Fact[time.Time]  `json:"lastBackup,omitzero"`               // last good iCloud backup when it began
	Verdict    string           `json:"verdict" privacy:"public"`          // verdict on the device when it began
	Causes     []string         `json:"causes,omitempty" privacy:"public"` // causes when it began, first cause first: IDs of checks
	Evidence   []RepairEvidence `json:"evidence,omitempty"`                // evidence of the first cause when it began
	Events     []RepairEvent    `json:"events,omitempty"`                  // oldest first
}

// RepairEvidence is one thing that was read when a repair began.
type RepairEvidence struct {
	Text   string    `json:"text" privacy:"private"`  // what was read, with its unit
	Source string    `json:"source" privacy:"public"` // the service and key it was read from
	AsOf   time.Time `json:"asOf,omitzero"`           // when it was true; UTC
}

// A RepairEvent is one thing that happened in a repair.
type RepairEvent struct {
	At         time.Time       `json:"at"`                                 // UTC
	Kind       RepairEventKind `json:"kind" privacy:"public"`              // what happened
	Remedy     string          `json:"remedy,omitempty" privacy:"public"`  // ID of the remedy; "" for an event about the device as a whole
	Gone       []string        `json:"cleared,omitempty" privacy:"public"` // causes that the device no longer shows: IDs of checks
	Reason     string          `json:"reason,omitempty" privacy:"private"` // why a person skipped it, as typed
	Codes      []PastCause     `json:"codes,omitempty"`                    // of a failure: the error, then its underlying errors
	LastBackup time.Time       `json:"lastBackup,omitzero"`                // end of the new iCloud backup, by the device's clock; UTC
}

// RepairEventKind is what happened in a repair.
type RepairEventKind string

const (
	RepairShown      RepairEventKind = "shown"      // a step was shown
	RepairConfirmed  RepairEventKind = "confirmed"  // a person said that it was done
	RepairSeen       RepairEventKind = "seen"       // the device showed that it was done
	RepairSkipped    RepairEventKind = "skipped"    // a person skipped it
	RepairOverridden RepairEventKind = "overridden" // a person unlocked a deleting step without a proved copy
	RepairLeft       RepairEventKind = "left"       // it takes longer than the visit
	RepairCopied     RepairEventKind = "copied"     // a copy on this computer was proved whole
	RepairNotCopied  RepairEventKind = "not-copied" // a copy on this computer was not proved whole
	RepairFailed     RepairEventKind = "failed"     // an iCloud backup failed
	RepairUnseen     RepairEventKind = "unseen"     // no iCloud backup was seen to run or to end
	RepairBackedUp   RepairEventKind = "backed-up"  // the device has a new iCloud backup
)

// MaxRepairEvents limits the events of a repair. Later ones are dropped, except for the one
// that ends it.
const MaxRepairEvents = 200

// With returns the repair with an event added. A step that is shown again is recorded once.
func (r Repair) With(e RepairEvent) Repair {
	if n := len(r.Events); n > 0 && e.Kind == RepairShown && r.Events[n-1].Kind == RepairShown && r.Events[n-1].Remedy == e.Remedy {
		return r
	}
	if len(r.Events) >= MaxRepairEvents && e.Kind != RepairBackedUp {
		return r
	}
	r.Events = append(slices.Clip(r.Events), e)
	return r
}

// Confirmed returns the repair as ended if the device was read with a new iCloud backup, made
// since the repair began. Otherwise it returns the repair unchanged.
func (r Repair) Confirmed(s Snapshot) Repair {
	if !r.EndedAt.IsZero() {
		return r
	}
	date, is := NewBackup(r.LastBackup, r.StartedAt, s)
	if !is {
		return r
	}
	r = r.With(RepairEvent{At: s.TakenAt, Kind: RepairBackedUp, LastBackup: date})
	r.EndedAt = s.TakenAt
	return r
}

// redactRepair hides who did a repair, what a person typed and what was read.
func redactRepair(r *Repair) *Repair {
	if r == nil {
		return nil
	}
	redacted, names, reasons, texts := *r, placeholders("person"), placeholders("reason"), placeholders("evidence")
	if r.By != "" {
		redacted.By = names(r.By)
	}
	redacted.Evidence, redacted.Events = slices.Clone(r.Evidence), slices.Clone(r.Events)
	for i, e := range redacted.Evidence {
		redacted.Evidence[i].Text = texts(e.Text)
	}
	for i, e := range redacted.Events {
		if e.Reason != "" {
			redacted.Events[i].Reason = reasons(e.Reason)
		}
	}
	return &redacted
}
