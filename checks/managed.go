package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A ManagedState is what a management system's word on a device that is not here comes to.
type ManagedState string

const (
	ManagedOff        ManagedState = "off"          // iCloud Backup was off
	ManagedOld        ManagedState = "old"          // the last backup was too old by the time the device told
	ManagedRecent     ManagedState = "recent"       // it was recent, and so is what the device told
	ManagedUnknown    ManagedState = "unknown"      // the export does not tell, or told too long ago
	ManagedUnexpected ManagedState = "not-expected" // no iCloud backup is expected of the device
)

// ManagedStates are all of them, those without a backup first.
func ManagedStates() []ManagedState {
	return []ManagedState{ManagedOff, ManagedOld, ManagedUnknown, ManagedRecent, ManagedUnexpected}
}

// Lacks reports whether the device is known to be without a recent backup.
func (m ManagedState) Lacks() bool { return m == ManagedOff || m == ManagedOld }

// JudgeManaged weighs what a management system says of a device. A backup that was recent when the
// device told is not known to be recent now once that is longer ago than a backup may be.
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
