package scan

import (
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Repairs gives the run the open repairs of devices, by [device.UDIDKey]. A device that has one
// is judged with it: a newer iCloud backup ends the repair. It must be called before a device is
// finished.
func (r *Run) Repairs(open map[string]device.Repair) {
	r.resultsMu.Lock()
	defer r.resultsMu.Unlock()
	r.repairs = open
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

// withRepairLocked adds the repair of an attached device to its snapshot. r.resultsMu must be
// held.
func (r *Run) withRepairLocked(s *device.Snapshot) {
	key := device.UDIDKey(s.Device.UDID)
	repair, ok := r.repairs[key]
	if s.Repair != nil || !ok || s.Live == nil {
		return
	}
	repair = repair.Confirmed(*s)
	r.repairs[key] = repair
	s.Repair = &repair
}
