package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A ManagedState summarizes what a management system says about a device that was not scanned.
type ManagedState string

const (
	ManagedOff        ManagedState = "off"          // iCloud Backup was off
	ManagedOld        ManagedState = "old"          // the last backup was already too old when the device reported
	ManagedRecent     ManagedState = "recent"       // the last backup is recent, and so is the device's report
	ManagedUnknown    ManagedState = "unknown"      // the export does not say, or its data is too old
	ManagedUnexpected ManagedState = "not-expected" // no iCloud backup is expected of the device
)

// ManagedStates returns all states, those without a backup first.
func ManagedStates() []ManagedState {
	return []ManagedState{ManagedOff, ManagedOld, ManagedUnknown, ManagedRecent, ManagedUnexpected}
}

// WithoutBackup reports whether the device is known to be without a recent backup.
func (m ManagedState) WithoutBackup() bool { return m == ManagedOff || m == ManagedOld }

// JudgeManaged judges what a management system says about a device. A backup that was recent
// when the device reported is no longer known to be recent once that report is older than a
// backup may be.
func JudgeManaged(m device.Managed, policy device.Policy, now time.Time) ManagedState {
	fine := fineFor(device.Snapshot{Policy: policy})
	if policy.Expects(now) != device.ExpectICloud {
		return ManagedUnexpected
	}
	if on, err := m.Enabled.Get(); err == nil && !on {
		return ManagedOff
	}
	last, err := m.LastBackup.Get()
	switch told := m.AsOf; {
	case err != nil || last.Sub(told) > freshFor || told.Sub(now) > freshFor:
		return ManagedUnknown
	case days(told.Sub(last)) > fine:
		return ManagedOld
	case days(now.Sub(last)) <= fine:
		return ManagedRecent
	default:
		return ManagedUnknown
	}
}
