package scan

import (
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Repairs gives the run the open repairs of devices, by [device.UDIDKey], and a function that
// looks up the one that a device has now. A device that has one is judged with it: a newer iCloud
// backup ends the repair. It must be called before a device is finished.
func (r *Run) Repairs(open map[string]device.Repair, lookUp func(udid string) (device.Repair, bool)) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.repairs, r.lookUpRepair = open, lookUp
}

// Sizes gives the run a function that looks up the size of a full backup that a device gave in an
// earlier run. It must be called before a device is finished.
func (r *Run) Sizes(lookUp func(udid string) (device.SizedBackup, bool)) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.lookUpSize = lookUp
}

// addSize adds that size to the snapshot of an attached device, unless this run measured it.
func (r *Run) addSize(s *device.Snapshot) {
	r.resultsMu.Lock()
	lookUp := r.lookUpSize
	r.resultsMu.Unlock()
	if lookUp == nil || s.Live == nil || s.Sized != nil {
		return
	}
	if _, err := s.Live.ComputerBackup.FullBytes.Get(); err == nil {
		return
	}
	if size, ok := lookUp(s.Device.UDID); ok {
		s.Sized = &size
	}
}

// Rates gives the run how often remedies were followed by a backup in past repairs.
func (r *Run) Rates(rates []report.RemedyRate) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.rates = rates
}

// pastRates returns what [Run.Rates] was given, or nil.
func (r *Run) pastRates() []report.RemedyRate {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	return r.rates
}

// repairOf returns the open repair of a device, or one that this run saw end.
func (r *Run) repairOf(udid string) (repair device.Repair, ok bool) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	repair, ok = r.repairs[device.UDIDKey(udid)]
	return repair, ok
}

// renewRepair looks up the open repair of an attached device again: treat may have begun or
// continued it since this run began, and an older record must not replace a newer one. A run with
// a known number of devices does not last long enough to look up those that had none.
func (r *Run) renewRepair(s device.Snapshot) {
	key := device.UDIDKey(s.Device.UDID)
	r.resultsMu.Lock()
	known, had := r.repairs[key]
	lookUp := r.lookUpRepair
	needless := lookUp == nil || s.Live == nil || s.Repair != nil || !had && !r.endless
	r.resultsMu.Unlock()
	if needless {
		return
	}
	found, ok := lookUp(s.Device.UDID)
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	switch ended := !known.EndedAt.IsZero(); {
	case ended && (!ok || found.ID == known.ID): // in this run
	case ok:
		r.repairs[key] = found
	default:
		delete(r.repairs, key)
	}
}

// withRepairLocked adds the repair of an attached device to its snapshot, unless treat is at work
// on it, which then has a newer record. r.resultsMu must be held.
func (r *Run) withRepairLocked(s *device.Snapshot) {
	key := device.UDIDKey(s.Device.UDID)
	repair, ok := r.repairs[key]
	if s.Repair != nil || !ok || s.Live == nil || s.InUse != nil && s.InUse.Command == treatLock {
		return
	}
	repair = repair.Confirmed(*s)
	r.repairs[key] = repair
	s.Repair = &repair
}
