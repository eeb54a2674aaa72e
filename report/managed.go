package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// An MDM is what the export of a management system says about devices that were not examined.
type MDM struct {
	Devices  int       `json:"deviceCount"` // number of devices in the export
	Examined int       `json:"examined"`    // of those, examined: what was read from them counts
	Without  int       `json:"without"`     // of the others, without a recent iCloud backup
	Unknown  int       `json:"unknown"`     // of the others, for which this is unknown
	List     []Managed `json:"list"`        // the others, those without a recent backup first; empty in a redacted report
}

// A Managed device was not examined; only a management system reports on it.
type Managed struct {
	UDID       string    `json:"udid,omitempty"`      // its identifier; absent if unknown
	Serial     string    `json:"serial,omitempty"`    // its serial number; absent if unknown
	Name       string    `json:"name"`                // its name; "" if unknown
	Asset      []Field   `json:"asset,omitempty"`     // its row in the inventory; absent if it has none
	State      string    `json:"state"`               // off, old, unknown, recent or not-expected
	LastBackup time.Time `json:"lastBackup,omitzero"` // end of its last iCloud backup; absent if unknown
	AsOf       time.Time `json:"asOf"`                // when the device reported, or else when the export was made
}

// NewManaged returns one device of an export, judged at time now.
func NewManaged(m device.Managed, policy device.Policy, asset []Field, now time.Time) Managed {
	last, _ := m.LastBackup.Get() // zero if unknown
	return Managed{
		UDID: m.UDID, Serial: m.Serial, Name: m.Name, Asset: asset,
		State: string(checks.JudgeManaged(m, policy, now)), LastBackup: utc(last), AsOf: utc(m.AsOf),
	}
}

// NewMDM returns the devices of an export that were not examined: those without a backup first,
// then by age, oldest first.
func NewMDM(total int, others []Managed) *MDM {
	m := &MDM{Devices: total, Examined: total - len(others), List: slices.Clone(others)}
	slices.SortStableFunc(m.List, func(a, b Managed) int {
		return cmp.Or(cmp.Compare(stateRank(a), stateRank(b)), a.LastBackup.Compare(b.LastBackup))
	})
	return m.counted()
}

// counted recomputes the numbers of an MDM from its list, if it has one.
func (m MDM) counted() *MDM {
	m.List = listed(m.List)
	if len(m.List) == 0 {
		return &m
	}
	m.Without, m.Unknown = 0, 0
	for _, d := range m.List {
		switch state := checks.ManagedState(d.State); {
		case state.WithoutBackup():
			m.Without++
		case state != checks.ManagedRecent && state != checks.ManagedUnexpected:
			m.Unknown++
		}
	}
	return &m
}

// Withheld returns an MDM without its devices.
func (m MDM) Withheld() *MDM {
	m.List = []Managed{}
	return &m
}

func stateRank(d Managed) int {
	return slices.Index(checks.ManagedStates(), checks.ManagedState(d.State))
}

// mdmCode returns the exit code for an export at a level.
func mdmCode(m *MDM, level FailOn) int {
	switch {
	case m == nil:
		return ExitNoProblem
	case m.Without > 0:
		return ExitProblems
	case m.Unknown > 0 && level != Warning && level != Problem:
		return ExitNotExamined
	default:
		return ExitNoProblem
	}
}
